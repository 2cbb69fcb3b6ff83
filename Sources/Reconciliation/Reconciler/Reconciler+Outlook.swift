import DMS
public import Ledger
import ObjectStorage

/// Keys of a bucket from one to another, both among them, in the order of their bytes.
public struct KeySpan: Hashable, Sendable {
  /// The first key.
  public var first: String
  /// The last key, which is the first or after it.
  public var last: String

  /// The span from `first` to `last`.
  public init(first: String, last: String) { (self.first, self.last) = (first, last) }

  fileprivate mutating func extend(to key: String) {
    if KeyOrder.precedes(key, first) { first = key }
    if KeyOrder.precedes(last, key) { last = key }
  }
}

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
  /// The keys from the first to the last of the objects; nil where there is none.
  public private(set) var span: KeySpan?
  /// The bytes that the bucket lists in that span, whatever they are: what who reads by a range of keys reads.
  public var spannedBytes: Int64 = 0
  /// The key of the largest of the objects; nil where there is none.
  public var largest: (key: String, size: Int64)? {
    largestKey.map { ($0, largestSize) }
  }
  private var largestKey: String?
  private var largestSize: Int64 = 0

  init(table: TableName) { self.table = table }

  fileprivate mutating func add(_ object: ListedObject) {
    if span == nil { span = KeySpan(first: object.key, last: object.key) }
    span?.extend(to: object.key)
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
    // Bytes since the last object to read, which a span has where another comes.
    var between: Int64 = 0
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
        if outlook.span != nil { between += object.size }
        guard case .object(_, _) = location.classify(object.key) else { continue }
        outlook.listedBytes += object.size
        if let before = known[object.key], before.state == .observed,
          before.entry.etag == object.etag.rawValue
        {
          continue
        }
        outlook.spannedBytes += outlook.span == nil ? object.size : between
        between = 0
        outlook.add(object)
      }
      last = end
    }
  }
}
