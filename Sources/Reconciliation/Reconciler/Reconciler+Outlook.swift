import DMS
public import Ledger
import ObjectStorage

/// What of a table's objects a reconciliation would have to read.
public struct ReadingOutlook: Hashable, Sendable {
  /// The table.
  public let table: TableName
  /// Objects that the bucket lists.
  public var listed = 0
  /// Requests that listing them takes.
  public var listRequests = 0
  /// The bytes of the table's objects that the bucket lists.
  public var listedBytes: Int64 = 0
  /// Objects that were not read yet, or were written over since.
  public var objects = 0
  /// Their bytes.
  public var bytes: Int64 = 0
  /// Of the objects, those up to 256 KiB: each is one request.
  public var smallObjects = 0
  /// Their bytes.
  public var smallBytes: Int64 = 0
  /// The key of the largest of the objects; nil where there is none.
  public var largest: (key: String, size: Int64)? {
    largestKey.map { ($0, largestSize) }
  }
  private var largestKey: String?
  private var largestSize: Int64 = 0

  init(table: TableName) { self.table = table }

  fileprivate mutating func add(_ object: ListedObject) {
    objects += 1
    bytes += object.size
    if object.size <= 256 * 1024 {
      smallObjects += 1
      smallBytes += object.size
    }
    if object.size > largestSize || largestKey == nil {
      (largestKey, largestSize) = (object.key, object.size)
    }
  }
}

extension Reconciler {
  /// What there would be to read, by a listing that records nothing; the ledger may be open for reading only.
  ///
  /// - Throws: `LedgerError`; `StorageError`.
  public func outlook() async throws -> [ReadingOutlook] {
    var outlooks: [ReadingOutlook] = []
    for context in try ledger.read({ session in try knownContexts(in: session) }) {
      var outlook = ReadingOutlook(table: context.name)
      for location in context.locations { try await look(at: location, of: context, into: &outlook) }
      outlooks.append(outlook)
    }
    return outlooks
  }

  private func look(
    at location: TableLocation, of context: TableContext, into outlook: inout ReadingOutlook
  ) async throws {
    var last = location.prefix
    for try await page in store.list(prefix: location.prefix) {
      outlook.listRequests += 1
      outlook.listed += page.objects.count
      guard let end = page.objects.last?.key else { continue }
      let after = last
      let read = try ledger.read { session in
        try session.presentObjects(bucket: context.bucket, after: after, through: end)
      }
      let known = Dictionary(read.map { ($0.entry.key, $0) }, uniquingKeysWith: { first, _ in first })
      for object in page.objects {
        guard case .object(_, _) = location.classify(object.key) else { continue }
        outlook.listedBytes += object.size
        if let before = known[object.key], before.state == .observed,
          before.entry.etag == object.etag.rawValue
        {
          continue
        }
        outlook.add(object)
      }
      last = end
    }
  }
}
