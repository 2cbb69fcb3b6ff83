import DMS
import Time

extension ChangeWriter {
  /// Writes a row with the fault that is due for it.
  func write(
    _ row: borrowing SourceRow, _ table: ReplicatedTable, with injector: FaultInjector
  ) throws(ReplicatorError) {
    guard table.held == nil, let kind = injector.take(RowFault.kinds(for: row.header.operation))?.kind else {
      try append(row, table)
      try releaseHeld(table, after: row.header.time, injector)
      return
    }
    let copy = RowCopy(row)
    var truth = RowFault.truth(kind, copy.row, table)
    switch kind {
    case .loseRow, .loseUpdate, .loseDelete:
      break
    case .doubleRow:
      try append(row, table)
      try append(row, table)
    case .flipOp:
      copy.setOperation(.update)
      try append(copy.row, table)
    case .wrongTimestamp:
      copy.setTime(TimestampText(row.header.time - .seconds(3_600)))
      try append(copy.row, table)
    case .alterValue:
      guard let column = RowFault.alter(copy, table) else {
        injector.giveBack(kind)
        return try append(row, table)
      }
      truth.detail = column
      try append(copy.row, table)
    case .reorder:
      table.held = copy
      return
    default:
      return try append(row, table)
    }
    table.rowFaults.append(truth)
  }

  /// Writes a row that was held back, once one of a later transaction came before it.
  private func releaseHeld(
    _ table: ReplicatedTable, after time: Timestamp, _ injector: FaultInjector
  ) throws(ReplicatorError) {
    guard let held = table.held, held.row.header.time != time else { return }
    table.held = nil
    table.rowFaults.append(RowFault.truth(.reorder, held.row, table))
    try append(held.row, table)
  }

  /// The batch ends: a row that waited in vain is written in its order.
  func releaseHeld(_ table: ReplicatedTable, _ injector: FaultInjector) throws(ReplicatorError) {
    guard let held = table.held else { return }
    table.held = nil
    injector.giveBack(.reorder)
    try append(held.row, table)
  }
}

private enum RowFault {
  static func kinds(for operation: ChangeOperation) -> Set<Fault.Kind> {
    switch operation {
    case .insert: [.loseRow, .doubleRow, .flipOp, .alterValue, .wrongTimestamp, .reorder]
    case .update: [.loseUpdate, .doubleRow, .alterValue, .wrongTimestamp, .reorder]
    case .delete: [.loseDelete, .doubleRow, .wrongTimestamp, .reorder]
    }
  }

  static func truth(_ kind: Fault.Kind, _ row: SourceRow, _ table: ReplicatedTable) -> FaultTruth {
    var key: [String: String?] = [:]
    for (index, column) in (table.layout?.sourceColumns ?? []).enumerated() where column.isPrimaryKey {
      key[column.name] = .some(row.values[index].string)
    }
    return FaultTruth(
      fault: kind, table: table.target.description, row: key, op: row.header.operation.rawValue,
      commitTime: row.header.time.description)
  }

  /// Alters a value that is no part of the key; returns the column, or nil where none can be altered.
  static func alter(_ copy: RowCopy, _ table: ReplicatedTable) -> String? {
    guard let layout = table.layout else { return nil }
    for column in layout.columns {
      guard case .column(let index) = column.origin, !layout.sourceColumns[index].isPrimaryKey,
        case .text(let text) = copy.row.values[index], var last = text.last
      else { continue }
      switch column.conversion {
      case .text where column.type != .string(36), .trimmedText:
        last = last == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
      case .int16, .int32, .int64, .decimal:
        guard (0x30...0x39).contains(last) else { continue }
        last = last == 0x39 ? 0x30 : last + 1
      default: continue
      }
      copy.set(index, to: text.dropLast() + [last])
      return column.name
    }
    return nil
  }
}
