import DMS
import Logging
import Postgres

extension Replicator {
  /// Follows tables that were made, dropped or given another replica identity while changes were read: what the audit
  /// table of `CaptureDdls` is for.
  ///
  /// The row in the log says that there was DDL; what has become of it, the catalog says. A kill between the row and
  /// its consequences leaves the objects of a dropped table where they are; a new table is loaded by the next run.
  ///
  /// Where DMS reads the rows of a new table as changes from its first one on, they are here in full-load objects: a
  /// publication holds a table from the moment on that it is told of it.
  func followDDL(_ state: StreamState, _ context: RunContext) async throws {
    let present = try SourceCatalog(connection: state.slots.connection).tables()
    let oids = Set(present.map(\.oid))
    for table in context.registry.tables {
      guard let oid = table.oid, !oids.contains(oid) else { continue }
      try await dropped(table, state)
    }
    let mappings = task.mappings
    let selected = present.filter { mappings.selects($0.name) }
    if task.names.foreignPublications.isEmpty {
      let published = try state.slots.published()
      let new = selected.filter { !published.contains($0.oid) }
      if !new.isEmpty {
        // Remembered first: a run after a crash finds them published, and must load them none the less.
        tablesToLoad.formUnion(new.map(\.oid))
        try state.slots.markLive(toLoad: tablesToLoad)
      }
      try state.slots.publish(selected, audit: audit(among: present, context))
      for entry in new {
        logger.notice("a new table is replicated from now on", metadata: ["table": "\(entry.name)"])
        let table = context.registry.table(entry.name)
        table.figures.ddls += 1
        table.figures.appliedDDLs += 1
        control.requestReload(of: entry.name)
      }
    }
    try publish(context)
    try step(.ddlFollowed)
  }

  /// A table is gone at the source: its batch is written, and then, unless
  /// `HandleSourceTableDropped` says otherwise, its objects are removed, as DMS does (DMS.md section 6).
  private func dropped(_ table: ReplicatedTable, _ state: StreamState) async throws {
    try state.writer.close(table.source)
    await state.uploads.finish()
    try state.writer.absorb(state.uploads.takeOutcomes())
    table.oid = nil
    table.figures.ddls += 1
    table.figures.tableState = .missing
    guard task.taskSettings.handlesSourceTableDropped else {
      logger.notice(
        "a table was dropped at the source; its objects stay", metadata: ["table": "\(table.source)"])
      return
    }
    let removed: Int
    do {
      removed = try await TargetPreparation(store: store, preparation: .dropAndCreate).prepare(table.location)
    } catch {
      throw ReplicatorError(error, table: table.source.description)
    }
    table.figures.appliedDDLs += 1
    logger.notice(
      "a table was dropped at the source, and its objects were removed (HandleSourceTableDropped)",
      metadata: ["table": "\(table.source)", "objects": "\(removed)"])
  }

  /// The audit table among the tables that are there; nil where DDL is not captured.
  func audit(among tables: [CatalogTable], _ context: RunContext) -> CatalogTable? {
    guard let name = context.auditTable else { return nil }
    return tables.first { $0.name == name && $0.isOwned }
  }
}
