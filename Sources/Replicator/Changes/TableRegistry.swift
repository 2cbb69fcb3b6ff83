import DMS

/// The tables of a task, numbered as they are met.
final class TableRegistry {
  private let task: ReplicationTask
  private(set) var tables: [ReplicatedTable] = []
  private var byName: [QualifiedName: Int] = [:]

  /// Tables that were suspended, and why, of which nothing was told yet.
  private(set) var newlySuspended: [(table: QualifiedName, reason: String)] = []

  init(task: ReplicationTask) {
    self.task = task
  }

  subscript(number: Int) -> ReplicatedTable { tables[number] }

  /// Leaves a table out from now on, as DMS does with one that it cannot write (`TableErrorPolicy`'s default).
  ///
  /// - Throws: the error itself where there is no other table to go on with.
  func suspend(_ table: ReplicatedTable, for error: ReplicatorError) throws(ReplicatorError) {
    guard tables.contains(where: { $0 !== table && $0.figures.tableState != .error }) else { throw error }
    guard table.figures.tableState != .error else { return }
    table.figures.tableState = .error
    newlySuspended.append((table.source, error.detail))
  }

  /// The tables that were suspended since the last call.
  func takeSuspended() -> [(table: QualifiedName, reason: String)] {
    defer { newlySuspended = [] }
    return newlySuspended
  }

  /// The table of a source name, made where it is new.
  func table(_ source: QualifiedName) -> ReplicatedTable {
    if let number = byName[source] { return tables[number] }
    let target = task.mappings.target(of: source)
    let table = ReplicatedTable(
      number: tables.count, source: source, target: target,
      location: TableLocation(table: target, settings: task.settings, prefix: task.prefix))
    byName[source] = table.number
    tables.append(table)
    return table
  }
}
