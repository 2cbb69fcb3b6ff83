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
  /// Only rows that pass all of them are written.
  var filters: [(column: Int, filter: RowFilter)] = []
  var figures: TableStatistics
  /// The rows of the open batch.
  var openCounts = OperationCounts()

  /// The file of the open batch.
  var file: RowFile?
  /// What was done wrong to rows of the open file.
  var rowFaults: [FaultTruth] = []
  /// A row that waits for one of a later transaction, for the fault `reorder`.
  var held: RowCopy?

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
    self.filters = filters.compactMap { filter in
      layout.sourceColumns.firstIndex { $0.name == filter.column }.map { ($0, filter) }
    }
  }

  func takeOpenCounts() -> OperationCounts {
    defer { openCounts = OperationCounts() }
    return openCounts
  }

  func passes(_ row: borrowing SourceRow) -> Bool {
    for (column, filter) in filters where !filter.passes(row.values[column].string) { return false }
    return true
  }
}
