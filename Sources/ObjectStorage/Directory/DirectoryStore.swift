import Dispatch
import Glibc
import Time

/// A directory of this machine as a bucket: the keys' parts are file names (`KeyPath`).
///
/// A tag is made of the file's inode, size and time of change, so it differs after every put. Symbolic links
/// below the directory are not followed. File calls block, so they run on threads of their own.
public struct DirectoryStore: ObjectStore {
  /// What a put has done so far.
  public enum Step: Hashable, Sendable {
    /// The temporary file is whole; the object is not there yet.
    case written(key: String)
    /// The object is there, though perhaps not yet after a loss of power.
    case renamed(key: String)
    /// The object is durable.
    case synced(key: String)
  }

  /// The directory's name in reports: `file:///dir`.
  public let name: String

  let path: String
  let access: StorageAccess
  let calls: FileCalls
  let onStep: (@Sendable (Step) throws -> Void)?
  let prepared = PreparedDirectories()
  private let queue = DispatchQueue(label: "lakecanary.directory-store", attributes: .concurrent)

  /// A store over a directory, which must exist when it is first used.
  ///
  /// - Parameters:
  ///   - path: the directory.
  ///   - access: for `.read`, nothing is ever made or changed; for `.write`, put makes sub-directories.
  ///   - onStep: called after each step of a put; where it throws, the put ends there, as a crash would leave it.
  public init(
    path: String, access: StorageAccess = .read, onStep: (@Sendable (Step) throws -> Void)? = nil
  ) {
    self.init(path: path, access: access, calls: FileCalls(), onStep: onStep)
  }

  init(
    path: String, access: StorageAccess, calls: FileCalls,
    onStep: (@Sendable (Step) throws -> Void)? = nil
  ) {
    (self.path, self.access, self.calls, self.onStep) = (path, access, calls, onStep)
    name = DirectoryStore.name(of: path)
  }

  static func name(of path: String) -> String { path.hasPrefix("/") ? "file://\(path)" : path }

  /// A page of the files below the directory.
  ///
  /// - Throws: `StorageError`: `.bucketMissing`, `.accessDenied`, `.ioFailed`.
  public func listPage(_ query: ListQuery, cursor: ListCursor?) async throws(StorageError) -> ListPage {
    try await run(.list, key: query.prefix) { () throws(SystemCallFailure) -> ListPage in
      let root = try openRoot(O_RDONLY)
      var walk = cursor?.state as? DirectoryWalk ?? DirectoryWalk(query, calls)
      var page = ListPage(objects: [])
      while page.objects.count + page.commonPrefixes.count < query.pageSize {
        guard let found = try walk.next(root: root) else { return page }
        if let prefix = query.commonPrefix(of: found.key) {
          page.commonPrefixes.append(prefix)
          walk.skip(prefix)
          continue
        }
        var status = stat()
        // A file that went away since its directory was read is no object.
        guard fstatat(root.number, found.path, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
        let head = ObjectHead(status)
        page.objects.append(
          ListedObject(key: found.key, size: head.size, lastModified: head.lastModified, etag: head.etag))
      }
      page.next = ListCursor(state: walk)
      return page
    }
  }

  /// An object's size, tag and time.
  ///
  /// - Throws: `StorageError`: `.notFound`, `.bucketMissing`, `.accessDenied`, `.ioFailed`.
  public func head(_ key: String) async throws(StorageError) -> ObjectHead {
    try await run(.head, key: key) { () throws(SystemCallFailure) -> ObjectHead in
      let file = try openObject(key)
      return ObjectHead(try calls.status(file))
    }
  }

  /// Removes the file; its directories stay.
  ///
  /// - Throws: `StorageError`: `.notWritable`, `.bucketMissing`, `.ioFailed`.
  public func delete(_ key: String) async throws(StorageError) {
    try requireWriting(.delete, key)
    do {
      try await run(.delete, key: key) { () throws(SystemCallFailure) -> Void in
        let names = try names(of: key)
        let directory = try openDirectory(names.directories, O_RDONLY)
        try calls.make(.unlink) { unlinkat(directory.number, names.file, 0) }
        try calls.make(.syncDirectory) { fsync(directory.number) }
      }
    } catch  where error.code == .notFound || error.code == .unsupported {
      // Nothing has this key: a directory of that name is no object.
    }
  }

  /// The files' times come from this machine's clock.
  public func clockReading() async throws(StorageError) -> ClockReading {
    ClockReading(offset: .zero, uncertainty: .zero)
  }

  /// Always `.unsupported`.
  ///
  /// - Throws: `StorageError`.
  public func region() async throws(StorageError) -> String { throw lacks("a region") }

  /// Always `.unsupported`.
  ///
  /// - Throws: `StorageError`.
  public func versioning() async throws(StorageError) -> BucketVersioning { throw lacks("versioning") }

  /// Always `.unsupported`.
  ///
  /// - Throws: `StorageError`.
  public func encryption() async throws(StorageError) -> BucketEncryption? { throw lacks("encryption") }

  /// Always `.unsupported`.
  ///
  /// - Throws: `StorageError`.
  public func publicAccessBlock() async throws(StorageError) -> PublicAccessBlock? {
    throw lacks("a public access block")
  }

  /// Always `.unsupported`.
  ///
  /// - Throws: `StorageError`.
  public func policyIsPublic() async throws(StorageError) -> Bool? { throw lacks("a policy") }

  /// Nil: a directory needs no credentials.
  public func credentialSource() async throws(StorageError) -> String? { nil }

  private func lacks(_ feature: String) -> StorageError {
    StorageError(.unsupported, .settings, store: name, detail: "a directory has no such thing as \(feature)")
  }

  func requireWriting(_ operation: StorageError.Operation, _ key: String) throws(StorageError) {
    guard access == .write else {
      throw StorageError(.notWritable, operation, store: name, key: key, detail: "opened for reading only")
    }
  }

  /// Runs blocking calls on a thread of the store's own, and names the object in their errors.
  func run<Value: Sendable>(
    _ operation: StorageError.Operation, key: String,
    _ body: @escaping @Sendable () throws(SystemCallFailure) -> Value
  ) async throws(StorageError) -> Value {
    if Task.isCancelled { throw StorageError(.cancelled, operation, store: name, key: key) }
    let result: Result<Value, SystemCallFailure> = await withCheckedContinuation { continuation in
      queue.async {
        do throws(SystemCallFailure) {
          continuation.resume(returning: .success(try body()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    do {
      return try result.get()
    } catch {
      throw StorageError(error, operation, store: name, key: key)
    }
  }
}

extension ObjectHead {
  /// What a file's status says of the object.
  init(_ status: stat) {
    let nanoseconds = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
    let parts = [
      UInt64(status.st_ino), UInt64(bitPattern: Int64(status.st_size)), UInt64(bitPattern: nanoseconds),
    ]
    self.init(
      size: Int64(status.st_size), etag: ETag(parts.map { String($0, radix: 16) }.joined(separator: "-")),
      lastModified: Timestamp(seconds: Int64(status.st_mtim.tv_sec))
        + .nanoseconds(Int64(status.st_mtim.tv_nsec)))
  }
}

extension ListQuery {
  /// What the delimiter rolls a key up into; nil where the key is listed itself.
  func commonPrefix(of key: String) -> String? {
    guard let delimiter, !delimiter.isEmpty else { return nil }
    let rest = Array(key.utf8.dropFirst(prefix.utf8.count))
    let mark = Array(delimiter.utf8)
    guard rest.count >= mark.count,
      let found = (0...rest.count - mark.count).first(where: { rest[$0...].starts(with: mark) })
    else { return nil }
    return String(validating: key.utf8.prefix(prefix.utf8.count + found + mark.count), as: UTF8.self)
  }
}
