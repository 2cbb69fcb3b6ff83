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
}
