import DMS

/// The tables of a task, numbered as they are met.
final class TableRegistry {
  private let task: ReplicationTask
  private(set) var tables: [ReplicatedTable] = []
  private var byName: [QualifiedName: Int] = [:]

  init(task: ReplicationTask) {
    self.task = task
  }

  subscript(number: Int) -> ReplicatedTable { tables[number] }

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
