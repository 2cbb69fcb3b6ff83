public import Ledger
public import ObjectStorage

/// Where tables of observations lie: a folder for each source table.
public struct ObservationOutput: Sendable {
  /// The store that holds them.
  public let store: any ObjectStore
  /// What their keys begin with: empty, or ending in `/`.
  public let prefix: String

  /// The tables under `prefix` of `store`.
  public init(store: any ObjectStore, prefix: String) { (self.store, self.prefix) = (store, prefix) }

  /// What the keys of one table's begin with.
  public func prefix(of table: TableName) -> String { "\(prefix)\(table)/" }

  /// Sees to it that a table that is said to be written is there as a whole.
  ///
  /// - Throws: `EngineError` `.halfWritten` where its mark is not there; `StorageError`.
  public func requireMark(_ table: TableName, of engine: String) async throws {
    let key = prefix(of: table) + ObservationTableFormat.successMarker
    do throws(StorageError) { _ = try await store.head(key) } catch {
      guard error.code == .bucketMissing || error.code == .notFound else { throw error }
      throw EngineError(
        .halfWritten, "\(store.name)/\(prefix(of: table))",
        "\(engine) has ended well, and left no \(ObservationTableFormat.successMarker)",
        mend:
          "see that it writes to the place that is seen here (engine.output, spark.bucket), and that its output "
          + "committer makes marks")
    }
  }

  /// Sees to it that nothing of anybody's is written over.
  ///
  /// - Throws: `EngineError` `.invalidOutput` where the place is taken; `StorageError`.
  public func requireEmpty(_ table: TableName) async throws {
    let query = ListQuery(prefix: prefix(of: table), pageSize: 1)
    let page: ListPage
    do throws(StorageError) { page = try await store.listPage(query, cursor: nil) } catch {
      // A directory that is not there yet is as empty as can be.
      guard error.code == .bucketMissing || error.code == .notFound else { throw error }
      return
    }
    guard page.objects.isEmpty else {
      throw EngineError(
        .invalidOutput, "\(store.name)/\(query.prefix)", "there is something already",
        mend: "give another output; nothing is ever written over")
    }
  }
}
