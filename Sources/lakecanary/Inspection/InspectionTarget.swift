import Foundation
import ObjectStorage

/// What `inspect` was pointed at: a store, and the key of one object or the prefix of many.
struct InspectionTarget {
  /// Where the store is.
  var location: BucketLocation
  /// A key, or the beginning of keys.
  var key: String

  /// The target that `text` names: a path or file:// URL of a file or a directory, s3://bucket/key, or a key of
  /// the configured `bucket`.
  init(_ text: String, bucket: BucketLocation?) throws {
    if text.hasPrefix("s3://") {
      let rest = text.dropFirst("s3://".count)
      let name = rest.prefix { $0 != "/" }
      location = try BucketLocation("s3://" + name)
      key = String(rest.dropFirst(name.count).drop { $0 == "/" })
      return
    }
    let isURL = text.hasPrefix("file://")
    let path = isURL ? URL(string: text)?.path ?? String(text.dropFirst("file://".count)) : text
    var isDirectory: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    if let bucket, !isThere, !isURL {
      location = bucket
      key = bucket.prefix + text
    } else if isThere, isDirectory.boolValue {
      location = BucketLocation(place: .directory(path: path))
      key = ""
    } else {
      let url = URL(filePath: path)
      location = BucketLocation(place: .directory(path: url.deletingLastPathComponent().path))
      key = url.lastPathComponent
    }
  }

  /// The objects: the one of this very key, or all whose keys begin with it.
  func objects(_ store: any ObjectStore, limit: Int) async throws -> (objects: [ListedObject], isOne: Bool) {
    if let object = try await only(store) { return ([object], true) }
    var objects: [ListedObject] = []
    for try await page in store.list(prefix: key) {
      objects += page.objects
      if objects.count >= limit { break }
    }
    return (Array(objects.prefix(limit)), false)
  }

  /// The one object of this key, or nil: then the key may be the beginning of many.
  private func only(_ store: any ObjectStore) async throws(StorageError) -> ListedObject? {
    if key.isEmpty || key.hasSuffix("/") { return nil }
    do throws(StorageError) {
      let head = try await store.head(key)
      return ListedObject(key: key, size: head.size, lastModified: head.lastModified, etag: head.etag)
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }
}
