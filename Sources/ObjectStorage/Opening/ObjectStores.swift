/// Opens stores of any kind.
public enum ObjectStores {
  /// Opens the store that holds a location; no request is made yet.
  ///
  /// The store takes whole keys of the bucket: the location's prefix is for the caller to put before them.
  ///
  /// - Throws: `StorageError`: `.invalidConfiguration`.
  public static func open(
    _ location: BucketLocation, _ configuration: StorageConfiguration = StorageConfiguration()
  ) throws(StorageError) -> any ObjectStore {
    switch location.place {
    case .directory(let path):
      return DirectoryStore(path: path, access: configuration.access, onStep: configuration.onDirectoryStep)
    case .s3(let bucket):
      throw StorageError(.unsupported, .open, store: "s3://\(bucket)", detail: "only file:// is open so far")
    }
  }
}
