import DMS
import Postgres
import Time

extension ColumnExpression {
  /// The expression's value for a row; nil is NULL, which `||` hands on as SQL does.
  func value(_ row: borrowing SourceRow, _ layout: FileLayout) -> String? {
    var text = ""
    for term in terms {
      guard let part = term.value(row, layout) else { return nil }
      text += part
    }
    return text
  }
}

extension ColumnExpression.Term {
  fileprivate func value(_ row: borrowing SourceRow, _ layout: FileLayout) -> String? {
    switch self {
    case .literal(let text): text
    case .schemaName: layout.source.schema
    case .tableName: layout.source.name
    case .column(let name):
      layout.sourceColumns.firstIndex { $0.name == name }.flatMap { row.values[$0].string }
    case .operation(let delete, let update, let insert):
      switch row.header.operation {
      case .insert: insert
      case .update: update
      case .delete: delete
      }
    case .header(let variable): variable.value(row.header)
    }
  }
}

extension HeaderVariable {
  /// The values of full-load rows other than the sequence's, which is empty, are inferred.
  fileprivate func value(_ header: RowHeader) -> String {
    switch self {
    case .changeSequence: header.sequence.map { changeSequenceDigits(time: header.time, counter: $0) } ?? ""
    case .streamPosition: header.position?.description ?? ""
    case .timestamp, .commitTimestamp: header.time.dmsText
    case .operation:
      switch header.operation {
      case .insert: "INSERT"
      case .update: "UPDATE"
      case .delete: "DELETE"
      }
    case .user: ""
    }
  }
}

/// 35 digits: the commit's time to 1/100 s in 16, the counter in 19 (DMS.md section 0, fact 6).
func changeSequenceDigits(time: Timestamp, counter: UInt64) -> String {
  let digits = time.dmsText.utf8.filter { (0x30...0x39).contains($0) }.prefix(16)
  let number = String(counter)
  return String(decoding: digits, as: UTF8.self) + String(repeating: "0", count: max(0, 19 - number.count))
    + number
}

/// The counter of `$AR_H_CHANGE_SEQ`: one for the whole task, so that it orders rows across tables; 4 more for
/// each row, 12 at a transaction's border, from 61 on at each start (observed, DMS.md section 0, fact 6).
struct ChangeSequence {
  private var counter: UInt64 = 61
  private var isFirst = true
  private var isNewTransaction = false

  mutating func beginTransaction() { isNewTransaction = true }

  mutating func next() -> UInt64 {
    if !isFirst { counter &+= isNewTransaction ? 12 : 4 }
    (isFirst, isNewTransaction) = (false, false)
    return counter
  }
}
