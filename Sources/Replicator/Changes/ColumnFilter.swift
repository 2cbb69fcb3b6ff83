import DMS

/// A filter of the table mappings, bound to a column of a table.
///
/// A delete carries its key alone: with a filter on another column it does not pass, as in DMS (DMS.md section 8).
struct ColumnFilter {
  private let column: Int
  private let type: DMSType
  private let filter: RowFilter

  /// Nil where the table has no such column.
  init?(_ filter: RowFilter, in columns: [SourceTableColumn]) {
    guard let column = columns.firstIndex(where: { $0.name == filter.column }) else { return nil }
    self.column = column
    self.filter = filter
    type = DMSType(columns[column].type)
  }

  func passes(_ row: borrowing SourceRow) -> Bool {
    filter.passes(row.values[column].string, of: type)
  }
}
