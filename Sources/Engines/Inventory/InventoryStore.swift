import DMS
public import ObjectStorage
public import Reconciliation
import Time

/// A bucket that is listed by an S3 Inventory as far as that reaches, and live from there on.
///
/// What was written a day or less before the inventory was begun is listed live, since an inventory may lack it;
/// so are full loads, whose keys sort after all changes.
public struct InventoryStore: ObjectStore, StaleListing {
  private let base: any ObjectStore
  /// The bucket itself.
  public var live: any ObjectStore { base }
  private let objects: ObjectFile
  /// For each table's prefix, the last key that the inventory answers for.
  private let cuts: [String: String]
  /// The inventory in use.
  public let manifest: InventoryManifest
  /// The objects of the tables in it.
  public let count: Int

  /// How long before its creation an inventory may lack what was written.
  private static let margin = Duration.seconds(86_400)

  /// Reads the inventory for the tables of a pipeline.
  ///
  /// - Throws: `EngineError` where it is not whole or of no use; `StorageError`.
  public static func open(
    _ base: any ObjectStore, by manifest: InventoryManifest, tables: [ObservedTable]
  ) async throws -> InventoryStore {
    var cuts: [String: String] = [:]
    for table in tables {
      // Where the order of keys is not that of time, only a live listing tells what is new.
      if let cut = table.location.startAfter(changesNamedFrom: manifest.createdAt - margin) {
        cuts[table.prefix] = cut
      }
    }
    let sorted = SortedObjects()
    let reader = InventoryReader(manifest: manifest, prefixes: Array(cuts.keys))
    var unseen = Set(cuts.keys)
    try await reader.read { object in
      try sorted.add(object)
      if let seen = unseen.first(where: { KeyOrder.begins(object.key, with: $0) }) { unseen.remove(seen) }
    }
    for prefix in unseen.sorted() {
      try await requireNothing(in: base, prefix, before: cuts[prefix], manifest)
    }
    return InventoryStore(
      base: base, objects: try sorted.finish(), cuts: cuts, manifest: manifest, count: sorted.count)
  }

  /// Sees to it that a table of which the inventory has nothing had nothing: its filter is not told anywhere.
  private static func requireNothing(
    in base: any ObjectStore, _ prefix: String, before cut: String?, _ manifest: InventoryManifest
  ) async throws {
    let first: ListedObject?
    do throws(StorageError) {
      first = try await base.listPage(ListQuery(prefix: prefix, pageSize: 1), cursor: nil).objects.first
    } catch {
      guard error.code == .bucketMissing || error.code == .notFound else { throw error }
      return
    }
    guard let first, let cut, !KeyOrder.precedes(cut, first.key) else { return }
    throw EngineError(
      .inventoryIncomplete, manifest.location,
      "the inventory lists nothing below \(prefix), where the bucket has \(first.key)",
      mend: "let its filter take in \(prefix), or list live")
  }

  /// The store's name in reports.
  public var name: String { base.name }

  private enum Cursor: Sendable {
    case inventory(after: String)
    case live(ListCursor?)
  }

  /// A page by the inventory, then pages of the store.
  public func listPage(_ query: ListQuery, cursor: ListCursor?) async throws(StorageError) -> ListPage {
    guard let cut = cuts[query.prefix], query.delimiter == nil,
      query.startAfter.map({ KeyOrder.precedes($0, cut) }) ?? true
    else { return try await base.listPage(query, cursor: cursor) }
    let position = cursor?.state(as: Cursor.self) ?? .inventory(after: query.startAfter ?? query.prefix)
    switch position {
    case .inventory(let after): return try inventoryPage(query, after: after, through: cut)
    case .live(let inner):
      var live = query
      live.startAfter = cut
      var page = try await base.listPage(live, cursor: inner)
      page.next = page.next.map { ListCursor(state: Cursor.live($0)) }
      return page
    }
  }

  private func inventoryPage(
    _ query: ListQuery, after: String, through cut: String
  ) throws(StorageError) -> ListPage {
    var page = ListPage(objects: [])
    do {
      var reader = try ObjectFile.Reader(objects, from: objects.offset(before: after))
      while page.objects.count < query.pageSize {
        guard let object = try reader.next(), !KeyOrder.precedes(cut, object.key) else {
          page.next = ListCursor(state: Cursor.live(nil))
          return page
        }
        guard KeyOrder.precedes(after, object.key), KeyOrder.begins(object.key, with: query.prefix) else {
          continue
        }
        // Of an object that is listed twice, which no inventory should do, the first counts.
        if let last = page.objects.last, KeyOrder.isSame(last.key, object.key) { continue }
        page.objects.append(object)
      }
    } catch let error as StorageError {
      throw error
    } catch {
      throw StorageError(.ioFailed, .list, store: name, key: query.prefix, detail: "\(error)")
    }
    page.next = ListCursor(state: Cursor.inventory(after: page.objects.last?.key ?? after))
    return page
  }

  /// Reads an object of the store.
  public func get(_ key: String, range: ByteRange?, ifMatch: ETag?) async throws(StorageError) -> ObjectBytes
  {
    try await base.get(key, range: range, ifMatch: ifMatch)
  }

  /// An object's size, tag and time, by the store.
  public func head(_ key: String) async throws(StorageError) -> ObjectHead { try await base.head(key) }

  /// Writes an object to the store.
  @discardableResult
  public func put(_ key: String, _ bytes: [UInt8], ifNoneMatch: Bool) async throws(StorageError) -> ETag {
    try await base.put(key, bytes, ifNoneMatch: ifNoneMatch)
  }

  /// Removes an object of the store.
  public func delete(_ key: String) async throws(StorageError) { try await base.delete(key) }

  /// The store's clock.
  public func clockReading() async throws(StorageError) -> ClockReading { try await base.clockReading() }

  /// The store's region.
  public func region() async throws(StorageError) -> String { try await base.region() }

  /// The store's versioning.
  public func versioning() async throws(StorageError) -> BucketVersioning { try await base.versioning() }

  /// The store's encryption.
  public func encryption() async throws(StorageError) -> BucketEncryption? { try await base.encryption() }

  /// The store's public access block.
  public func publicAccessBlock() async throws(StorageError) -> PublicAccessBlock? {
    try await base.publicAccessBlock()
  }

  /// Whether the store's policy makes it public.
  public func policyIsPublic() async throws(StorageError) -> Bool? { try await base.policyIsPublic() }

  /// Where the store's credentials come from.
  public func credentialSource() async throws(StorageError) -> String? { try await base.credentialSource() }
}
