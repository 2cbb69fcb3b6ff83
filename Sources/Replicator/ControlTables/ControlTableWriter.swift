import DMS
import Postgres
import Time

/// Writes the control tables that the task settings enable, each row an object of its own.
///
/// When DMS writes them is not documented: here the status is told as the phase changes and at the end of each
/// time slot of the history (inferred). A folder is there once it has a row, as with every table of DMS.
final class ControlTableWriter {
  private let task: ReplicationTask
  private let clock: any WallClock
  private let serverName = TaskFacts.serverName
  /// Tables that have a row, which later rows update.
  private var begun: Set<ControlTable> = []
  private var slotEnd: Timestamp
  private var slotRecords = 0
  private var slotByteCount = 0

  init(task: ReplicationTask, clock: any WallClock) {
    self.task = task
    self.clock = clock
    slotEnd = clock.now() + task.taskSettings.controlTables.historyTimeslot
  }

  private var enabled: TaskSettings.ControlTables { task.taskSettings.controlTables }

  /// When the next time slot ends; nil where nothing is to be told then.
  var nextDeadline: Timestamp? { enabled.status || enabled.history ? slotEnd : nil }

  /// Tells what the task does from now on.
  func tell(_ facts: TaskFacts, _ uploads: UploadQueue) throws(ReplicatorError) {
    guard enabled.status else { return }
    let now = clock.now()
    let operation: ChangeOperation = begun.contains(.status) ? .update : .insert
    try write(
      .status, operation,
      [
        serverName, task.name, facts.status.rawValue, now.dmsText, String(facts.pendingChanges),
        String(facts.spooledByteCount / 1_048_576), String(TaskFacts.memoryMB), facts.position.description,
        facts.time?.dmsText, facts.tail.description, facts.appliedTime?.dmsText, facts.appliedTime?.dmsText,
      ], at: now, uploads)
  }

  /// Ends the time slot where its time has come, or where the work that it is about is over.
  func endSlot(_ facts: TaskFacts, _ uploads: UploadQueue, isOver: Bool = false) throws(ReplicatorError) {
    let now = clock.now()
    guard isOver || now >= slotEnd else { return }
    slotEnd = now + enabled.historyTimeslot
    if !isOver { try tell(facts, uploads) }
    defer { (slotRecords, slotByteCount) = (facts.records, facts.byteCount) }
    guard enabled.history else { return }
    let lag = facts.pendingChanges > 0 ? facts.appliedTime.map { now - $0 } ?? .zero : .zero
    try write(
      .history, .insert,
      [
        serverName, task.name, facts.status.rawValue, now.dmsText,
        String(enabled.historyTimeslot.components.seconds / 60), String(max(0, lag.components.seconds)),
        String(facts.records - slotRecords), String((facts.byteCount - slotByteCount) / 1_048_576),
      ], at: now, uploads)
  }

  /// Tells of a table that is left out from now on.
  func suspended(_ table: QualifiedName, reason: String, _ uploads: UploadQueue) throws(ReplicatorError) {
    guard enabled.suspendedTables else { return }
    let now = clock.now()
    try write(
      .suspendedTables, .insert, [serverName, task.name, table.schema, table.name, reason, now.dmsText],
      at: now, uploads)
  }

  private func write(
    _ table: ControlTable, _ operation: ChangeOperation, _ values: [String?], at now: Timestamp,
    _ uploads: UploadQueue
  ) throws(ReplicatorError) {
    // DMS makes them in tasks that read changes alone.
    guard task.migrationType != .fullLoad, task.settings.delivers(operation) else { return }
    begun.insert(table)
    let name = QualifiedName(schema: "awsdms", name: table.name)
    let columns = table.columns.map {
      SourceTableColumn(name: $0.name, type: PostgresType(oid: $0.oid), isPrimaryKey: false)
    }
    let layout = try FileLayout(
      table: SourceTable(oid: 0, name: name, columns: columns), phase: .changes,
      mappings: TableMappings(including: [name]), settings: task.settings)
    let header = RowHeader(operation: operation, time: now, timeText: TimestampText(now))
    let copy = RowCopy(SourceRow(header: header, values: values.map { _ in .null }))
    for (index, value) in values.enumerated() {
      if let value { copy.set(index, to: Array(value.utf8)) }
    }
    var file = try RowFile(layout: layout, settings: task.settings, for: uploads.store)
    try file.append(copy.row)
    let rowCount = file.rowCount
    uploads.enqueue(
      EncodedObject(
        table: table.rawValue, source: name, target: name,
        location: TableLocation(
          controlTable: table.name, schema: enabled.schema, settings: task.settings, prefix: task.prefix),
        name: .changes(closedAt: now), file: try file.finish(), rowCount: rowCount, batch: nil, rowFaults: [],
        rows: [], emptyFile: nil))
  }
}
