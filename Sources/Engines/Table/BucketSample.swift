import DMS
import Ledger
public import ObjectStorage
import Parquet
public import Reconciliation

/// The columns of a table as one of its objects has them: an engine must be told their types, or it guesses them
/// from a file of its own choice, which may be broken.
public struct BucketSample: Sendable {
  /// The object.
  let key: String
  /// Its columns.
  let schema: Schema

  /// Objects that are tried before it is given up.
  private static let attempts = 20

  /// The columns of the newest readable object among the first of the table's; nil where it has no objects.
  ///
  /// - Throws: `StorageError`; `EngineError` where none of the first objects can be read.
  static func take(of table: ObservedTable, from store: any ObjectStore) async throws -> BucketSample? {
    var failure: String?
    var tried = 0
    for try await page in store.list(prefix: table.prefix) {
      for object in page.objects.reversed() {
        guard case .object(let name, _) = table.location.classify(object.key), name.format == .parquet else {
          continue
        }
        guard tried < attempts else { break }
        tried += 1
        do {
          if let schema = try await schema(of: object, store) {
            return BucketSample(key: object.key, schema: schema)
          }
          failure = "\(object.key) has no bytes"
        } catch let error as ParquetError {
          failure = "\(error)"
        }
      }
      if tried >= attempts { break }
    }
    guard let failure else { return nil }
    throw EngineError(
      .failed, table.name.description,
      "none of its first objects can be read, so its columns are not known: \(failure)",
      mend: "reconcile without an engine tells what is wrong with them")
  }

  private static func schema(
    of object: ListedObject, _ store: any ObjectStore
  ) async throws -> Schema? {
    guard object.size > 0 else { return nil }
    let decoder = FooterDecoder(fileSize: object.size, file: object.key)
    var start = max(0, object.size - Int64(FooterDecoder.suggestedTailByteCount))
    while true {
      let tail = try await store.get(object.key, range: .bytes(start..<object.size), ifMatch: nil)
      switch try decoder.decode(tail: tail.bytes) {
      case .metadata(let metadata): return metadata.schema
      case .needs(let range):
        guard range.lowerBound < start else { return nil }
        start = range.lowerBound
      }
    }
  }

  /// The column of this name; where there is none, the one that has it in other case.
  func column(_ name: String) -> Column? {
    if let index = schema.leafIndex(named: name) { return schema.leaves[index] }
    let lowered = name.lowercased()
    let same = schema.leaves.filter { $0.parentPath.isEmpty && $0.name.lowercased() == lowered }
    return same.count == 1 ? same[0] : nil
  }
}

extension BucketSample {
  /// The share of an object's bytes that lies in the columns that a table's level needs; 1 where that is not known.
  public static func neededShare(of key: String, _ table: ObservedTable, _ store: any ObjectStore) async
    -> Double
  {
    do {
      let head = try await store.head(key)
      let start = max(0, head.size - Int64(FooterDecoder.suggestedTailByteCount))
      guard head.size > 0 else { return 1 }
      let tail = try await store.get(key, range: .bytes(start..<head.size), ifMatch: nil)
      guard
        case .metadata(let metadata) = try FooterDecoder(fileSize: head.size, file: key).decode(
          tail: tail.bytes)
      else { return 1 }
      let request = table.request
      var names: Set<String> = []
      if request.level >= .ops { names.insert(ChangeOperation.columnName) }
      if request.level >= .keys {
        names.formUnion(
          [request.keyColumn, request.versionColumn, request.timestampColumn].compactMap(\.self))
      }
      if request.level >= .values { names.formUnion(request.digestColumns.compactMap(\.self)) }
      var needed: Int64 = 0
      for group in metadata.rowGroups {
        for (column, leaf) in zip(group.columns, metadata.schema.leaves) where names.contains(leaf.name) {
          needed += max(0, column.compressedSize)
        }
      }
      return min(1, Double(needed) / Double(head.size))
    } catch {
      // An estimate does without it.
      return 1
    }
  }
}
