import DMS
import Parquet

/// The objects of one table's full load, numbered from 1.
struct LoadObjects: Sendable {
  /// The table that they are of.
  struct Table: Sendable {
    let number: Int
    let source: QualifiedName
    let target: QualifiedName
    let location: TableLocation
  }

  private let table: Table
  private let layout: FileLayout
  private let settings: EndpointSettings
  private let uploads: UploadQueue
  private let byteLimit: Int
  private(set) var rowCount = 0
  /// Values that their column's type could not hold.
  private(set) var unrepresentable = 0
  private var file: RowFile?
  private var number: UInt32 = 0
  private var isFull = false
  private let injector: FaultInjector?
  private var rows: [FaultRow] = []
  private var rowFaults: [FaultTruth] = []

  init(
    of table: Table, _ layout: FileLayout, task: ReplicationTask, uploads: UploadQueue,
    injector: FaultInjector?
  ) {
    self.injector = injector
    self.table = table
    self.layout = layout
    self.uploads = uploads
    settings = task.settings
    byteLimit = task.settings.maxFileSizeKB * 1_024
  }

  mutating func append(_ row: borrowing SourceRow) throws(ReplicatorError) {
    if let injector, injector.take([.loseLoadRow]) != nil {
      let lost = FaultRow(row, layout)
      return rowFaults.append(
        FaultTruth(fault: .loseLoadRow, table: table.target.description, row: lost.key, op: lost.op))
    }
    if isFull { try close(isLast: false) }
    if file == nil { file = try RowFile(layout: layout, settings: settings, for: uploads.store) }
    try file?.append(row)
    if injector != nil { rows.append(FaultRow(row, layout)) }
    rowCount += 1
    // The size is an estimate that costs more than a row does.
    if rowCount % LoadObjects.rowsBetweenLooks == 0 { try lookAtSize() }
  }

  /// Appends rows in binary form; `times` gives the timestamp column of the next rows.
  mutating func append(
    _ rows: BinaryRows, times: (_ rowCount: Int) -> ColumnBatch
  ) throws(ReplicatorError) {
    var next = 0
    while next < rows.count {
      if isFull { try close(isLast: false) }
      if file == nil { file = try RowFile(layout: layout, settings: settings, for: uploads.store) }
      // Few rows at once where the file is about to be full; text may take more than twice its binary form.
      let isNear = (file?.byteCountEstimate ?? 0) + 4 * rows.bytes.count >= byteLimit
      let end = isNear ? min(next + LoadObjects.rowsBetweenLooks, rows.count) : rows.count
      try file?.append(rows, next..<end, times: times(end - next))
      rowCount += end - next
      next = end
      try lookAtSize()
    }
  }

  private static let rowsBetweenLooks = 64

  private mutating func lookAtSize() throws(ReplicatorError) {
    if let size = file?.byteCountEstimate, size >= byteLimit { isFull = true }
    try file?.moveToDiskIfLarge()
  }

  /// Ends the last file; a table without rows has none.
  mutating func finish() throws(ReplicatorError) {
    if file != nil { try close(isLast: true) }
    // Of a load that they have left nothing of.
    for truth in rowFaults { try injector?.record(truth) }
  }

  private mutating func close(isLast: Bool) throws(ReplicatorError) {
    guard var closing = file.take() else { return }
    isFull = false
    number += 1
    unrepresentable += closing.unrepresentable
    uploads.enqueue(
      EncodedObject(
        table: table.number, source: table.source, target: table.target, location: table.location,
        name: .fullLoad(number: number, isLast: isLast), file: try closing.finish(),
        rowCount: closing.rowCount,
        batch: nil, rowFaults: rowFaults, rows: rows, emptyFile: nil))
    (rowFaults, rows) = ([], [])
  }
}
