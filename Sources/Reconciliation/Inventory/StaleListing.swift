import Ledger
public import ObjectStorage

/// A store whose listing may be older than the bucket: what it lacks may be there, and what it shows may have been
/// written over.
///
/// What it lacks proves nothing: whoever would conclude from it lists `live`.
public protocol StaleListing: ObjectStore {
  /// The bucket, which lists itself.
  var live: any ObjectStore { get }
}

extension TableListing {
  /// The objects of a page, with each that the ledger knows otherwise looked up in the bucket itself.
  func confirmed(
    _ objects: [ListedObject], after: String, through: String
  ) async throws -> [ListedObject] {
    guard store is any StaleListing else { return objects }
    let context = context
    let known = try ledger.read { session in
      try session.presentObjects(bucket: context.bucket, after: after, through: through)
    }
    var listed = Dictionary(objects.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    for object in known {
      let entry = object.entry
      if let shown = listed[entry.key], shown.etag.rawValue == entry.etag,
        shown.lastModified == entry.lastModified
      {
        continue
      }
      do throws(StorageError) {
        let head = try await store.head(entry.key)
        listed[entry.key] = ListedObject(
          key: entry.key, size: head.size, lastModified: head.lastModified, etag: head.etag)
      } catch {
        guard error.code == .notFound else { throw error }
        listed[entry.key] = nil
      }
    }
    return listed.values.sorted { KeyOrder.precedes($0.key, $1.key) }
  }
}
