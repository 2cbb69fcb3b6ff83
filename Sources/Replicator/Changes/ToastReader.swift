import DMS
import Postgres

/// Finds the values that an update did not touch and that the log therefore does not hold.
///
/// Under `REPLICA IDENTITY FULL` the old row has them. Else the source is asked for the row as it is now, as DMS
/// looks LOBs up when it applies a change (inferred, DMS.md section 8): the value may be newer than the change, and is
/// NULL where the row is gone.
struct ToastReader {
  let connection: Connection

  /// A copy of the row with these values.
  func complete(_ row: borrowing SourceRow, _ layout: FileLayout) throws(ReplicatorError) -> RowCopy {
    let copy = RowCopy(row)
    var missing: [Int] = []
    for index in copy.row.values.indices {
      guard case .unchanged = copy.row.values[index] else { continue }
      if case .text(let bytes)? = copy.row.old?[index] {
        copy.set(index, to: Array(bytes))
      } else {
        missing.append(index)
        copy.setNull(index)
      }
    }
    guard !missing.isEmpty else { return copy }
    let keys = layout.sourceColumns.indices.filter { layout.sourceColumns[$0].isPrimaryKey }
    guard !keys.isEmpty else { return copy }
    do {
      let columns = missing.map { "\(identifier: layout.sourceColumns[$0].name)::text" as SQL }
      let conditions = keys.map { index -> SQL in
        let value = copy.row.values[index].string
        return "\(identifier: layout.sourceColumns[index].name) = \(bind: value.map(Parameter.text) ?? .null)"
      }
      let result = try connection.query(
        """
        select \(joined: columns, by: ", ") from \(qualified: layout.source.schema, layout.source.name)
        where \(joined: conditions, by: " and ")
        """)
      guard let found = result.first else { return copy }
      for (place, index) in missing.enumerated() {
        if let text = try found.decode(place, as: String?.self) { copy.set(index, to: Array(text.utf8)) }
      }
      return copy
    } catch {
      // A table or column that was dropped meanwhile has no values any more.
      switch error.code {
      case .server(.undefinedTable), .server(.undefinedColumn): return copy
      default: throw ReplicatorError(error, table: layout.source.description)
      }
    }
  }
}
