import DMS
import ObjectStorage

/// Removes the objects of a table that are in the way of its full load.
struct TargetPreparation {
  let store: any ObjectStore
  let preparation: ReplicationTask.TablePreparation

  /// Removes every object below the table's prefix that has a name that DMS gives; others stay.
  ///
  /// - Returns: how many were removed.
  func prepare(_ location: TableLocation) async throws(StorageError) -> Int {
    guard preparation != .doNothing else { return 0 }
    var keys: [String] = []
    for try await page in store.list(prefix: location.prefix) {
      for object in page.objects {
        if case .object = location.classify(object.key) { keys.append(object.key) }
      }
    }
    for key in keys { try await store.delete(key) }
    return keys.count
  }
}
