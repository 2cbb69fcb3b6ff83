import DMS
import Time

/// A table of the task while it runs: its layout, the file that is open for it, and its figures.
final class ReplicatedTable {
  /// Its number in the batch plan and the upload queue.
  let number: Int
  let source: QualifiedName
  var target: QualifiedName
  var location: TableLocation
  /// The layout of its CDC files; nil until the stream has described the table.
  var layout: FileLayout?
  /// pg_class.oid; nil while the table is not known to be there.
  var oid: UInt32?
  /// Only rows that pass all of them are written.
  var filters: [ColumnFilter] = []
  var figures: TableStatistics
  /// The rows of the open batch.
  var openCounts = OperationCounts()

  /// The file of the open batch.
  var file: RowFile?
  /// What was done wrong to rows of the open file.
  var rowFaults: [FaultTruth] = []
  /// The rows of the open file, where faults may take it.
  var rows: [FaultRow] = []
  /// Whether a fault leaves out all of its changes.
  var isSuspendedByFault = false
  /// A row that waits for one of a later transaction, for the fault `reorder`.
  var held: RowCopy?
  /// The commit time of the row before, and of the transaction that a fault leaves out.
  var (lastTransaction, lostTransaction): (Timestamp?, Timestamp?)

  init(number: Int, source: QualifiedName, target: QualifiedName, location: TableLocation) {
    self.number = number
    self.source = source
    self.target = target
    self.location = location
    figures = TableStatistics(table: source)
  }

  /// Takes a new description of the table.
  func setLayout(_ layout: FileLayout, filters: [RowFilter]) {
    self.layout = layout
    self.filters = filters.compactMap { ColumnFilter($0, in: layout.sourceColumns) }
  }

  func takeOpenCounts() -> OperationCounts {
    defer { openCounts = OperationCounts() }
    return openCounts
  }

  func passes(_ row: borrowing SourceRow) -> Bool {
    for filter in filters where !filter.passes(row) { return false }
    return true
  }
}
