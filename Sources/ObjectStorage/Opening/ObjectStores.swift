import Glibc

/// Opens stores of any kind.
public enum ObjectStores {
  /// Opens the store that holds a location; no request is made yet.
  ///
  /// The store takes whole keys of the bucket: the location's prefix is for the caller to put before them.
  ///
  /// - Throws: `StorageError`: `.invalidConfiguration`, `.ioFailed` where the system has no descriptor left.
  public static func open(
    _ location: BucketLocation, _ configuration: StorageConfiguration = StorageConfiguration()
  ) throws(StorageError) -> any ObjectStore {
    switch location.place {
    case .directory(let path):
      return DirectoryStore(path: path, access: configuration.access, onStep: configuration.onDirectoryStep)
    case .s3(let bucket):
      return try S3Opening(bucket: bucket, configuration: configuration).open()
    }
  }

  /// Makes the bucket of a location; one that is the caller's own already is no error.
  ///
  /// - Throws: `StorageError`: `.alreadyExists` where it is somebody else's.
  public static func createBucket(
    _ location: BucketLocation, _ configuration: StorageConfiguration = StorageConfiguration()
  ) async throws(StorageError) {
    switch location.place {
    case .directory(let path):
      do throws(SystemCallFailure) {
        try FileCalls().make(.openRoot) { mkdir(path, 0o777) }
      } catch {
        guard error.errno == EEXIST else {
          throw StorageError(error, .put, store: DirectoryStore.name(of: path))
        }
      }
    case .s3(let bucket):
      try await S3Opening(bucket: bucket, configuration: configuration).open().createBucket()
    }
  }
}
