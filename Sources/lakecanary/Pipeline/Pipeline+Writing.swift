import Ledger
import Logging
import Workload

/// What was written to one table.
struct TableWriteSummary: Sendable {
  var table: TableName
  var summary: WriteSummary
}

extension Pipeline {
  /// Writes by `plan` (the configuration's where it is nil) to every configured table, one after the other.
  ///
  /// A cancelled task ends it after the transaction at hand, and the summaries say so; an error is thrown.
  func write(
    _ plan: WritePlan? = nil, to ledger: LedgerStore,
    progress: @escaping @Sendable (TableName, WriteProgress) -> Void = { _, _ in }
  ) async throws -> [TableWriteSummary] {
    let access = try await SourceAccess.begin(self)
    defer { access.end() }
    var summaries: [TableWriteSummary] = []
    for table in configuration.tables {
      let writer = Writer(
        conninfo: { access.conninfo }, ledger: ledger,
        table: WrittenTable(
          name: table.name, isShared: table.isShared, createIfAbsent: configuration.createsTables),
        clock: clock, onStep: { step in self.reach(step.rawValue) })
      logger.info("writing", metadata: ["table": "\(table.name)"])
      do {
        let summary = try await writer.write(plan ?? configuration.workload) { progress(table.name, $0) }
        await writer.close()
        summaries.append(TableWriteSummary(table: table.name, summary: summary))
        if summary.ending == .cancelled { break }
      } catch {
        await writer.close()
        throw error
      }
    }
    return summaries
  }
}
