import Glibc
import HTTP

/// What an identity may do with the objects of a bucket.
public enum ObjectAction: String, Hashable, Sendable, CaseIterable {
  /// `s3:GetObject`.
  case get
  /// `s3:PutObject`.
  case put
  /// `s3:DeleteObject`.
  case delete
}

/// A store that can be asked what the identity in use may do, without doing it.
public protocol AccessProbing: Sendable {
  /// Whether the identity may do this to a key; the bucket is the same afterwards.
  ///
  /// - Parameter key: one that no object has. `delete` must not be asked of a bucket that keeps versions, where
  ///   removing what is not there leaves a mark.
  /// - Throws: `StorageError` where it cannot be told.
  func allows(_ action: ObjectAction, on key: String) async throws(StorageError) -> Bool
}

extension S3Store: AccessProbing {
  /// Asks for what cannot succeed: S3 looks at the permission first and at the object or the upload afterwards.
  public func allows(_ action: ObjectAction, on key: String) async throws(StorageError) -> Bool {
    let call: S3Call
    switch action {
    case .get: call = S3Call(operation: .get, method: .get, key: key)
    case .put:
      // A part of an upload that nobody has begun: there is nothing that it could be written to.
      call = S3Call(
        operation: .put, method: .put, key: key,
        query: [("partNumber", "1"), ("uploadId", "lakecanary-asks-for-its-permission")])
    case .delete: call = S3Call(operation: .delete, method: .delete, key: key)
    }
    do throws(StorageError) {
      _ = try await client.perform(call)
      return true
    } catch {
      switch (error.code, error.status) {
      case (.accessDenied, _): return false
      case (.notFound, _): return true
      case (.bucketMissing, _): throw error
      // The upload is not known, or its id is none: the permission was there.
      case (_, 400?) where action == .put && error.serviceCode != nil && error.code == .rejected: return true
      default:
        if error.serviceCode == "NoSuchUpload" { return true }
        throw error
      }
    }
  }
}

extension DirectoryStore: AccessProbing {
  /// Asks the file system about the directory; objects below it may have rights of their own.
  public func allows(_ action: ObjectAction, on key: String) async throws(StorageError) -> Bool {
    let path = path
    return try await run(action == .get ? .get : .put, key: key) { () throws(SystemCallFailure) -> Bool in
      Glibc.access(path, action == .get ? R_OK | X_OK : W_OK | X_OK) == 0
    }
  }
}
