/// What a store is opened for.
public enum StorageAccess: Hashable, Sendable {
  /// Reading: nothing is ever made or changed.
  case read
  /// Reading and writing.
  case write
}
