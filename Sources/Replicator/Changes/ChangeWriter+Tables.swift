import DMS
import Logging
import Postgres

extension ChangeWriter {
  /// A relation message replaces whatever was known of the table.
  func route(_ relation: Relation) throws -> ReplicatedTable? {
    let name = QualifiedName(schema: relation.schema, name: relation.name)
    if name == auditTable { auditRelation = relation.id }
    guard task.mappings.selects(name) else { return nil }
    let table = registry.table(name)
    table.oid = relation.id
    // One that is left out stays so until it is loaded again.
    guard table.figures.tableState != .error else { return nil }
    try visibility.wait(for: transaction)
    let described = try catalog.table(relation)
    let layout: FileLayout
    do throws(ReplicatorError) {
      layout = try FileLayout(table: described, phase: .changes, task: task)
    } catch {
      guard error.code == .invalidTarget else { throw error }
      if table.file != nil { try close(table) }
      try registry.suspend(table, for: error)
      return nil
    }
    if let known = table.layout, known != layout {
      table.figures.ddls += 1
      table.figures.appliedDDLs += 1
      logger.info("the table's columns changed", metadata: ["table": "\(name)"])
      if table.file != nil { try close(table) }
    }
    table.setLayout(layout, filters: task.mappings.filters(of: name))
    table.figures.tableState = .completed
    return table
  }
}
