import DMS
import Time

extension ChangeWriter {
  /// Writes a row with the fault that is due for it.
  func write(
    _ row: borrowing SourceRow, _ table: ReplicatedTable, with injector: FaultInjector
  ) throws(ReplicatorError) {
    if try isOfSuspendedTable(row, table, injector) { return }
    if try isOfLostTransaction(row, table, injector) { return }
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
    case .flipOp, .flipDelete:
      copy.setOperation(.update)
      try append(copy.row, table)
      if let operation = truth.op, let last = table.rows.indices.last { table.rows[last].op = operation }
    case .wrongTimestamp:
      copy.setTime(TimestampText(row.header.time - .seconds(3_600)))
      try append(copy.row, table)
    case .alterValue, .truncateValue, .roundValue, .shiftZone, .nullValue, .swapValues:
      guard let column = RowFault.alter(copy, table, kind) else {
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

  /// Whether a row comes after its table was suspended, which the first row of one is when the fault is due.
  private func isOfSuspendedTable(
    _ row: borrowing SourceRow, _ table: ReplicatedTable, _ injector: FaultInjector
  ) throws(ReplicatorError) -> Bool {
    if table.isSuspendedByFault { return true }
    guard injector.take([.suspendTable]) != nil else { return false }
    table.isSuspendedByFault = true
    table.figures.tableState = .error
    try injector.record(
      FaultTruth(
        fault: .suspendTable, table: table.target.description, commitTime: row.header.time.description))
    return true
  }

  /// Whether a row goes with its transaction: the fault is taken by the first row of one, and takes the others.
  private func isOfLostTransaction(
    _ row: borrowing SourceRow, _ table: ReplicatedTable, _ injector: FaultInjector
  ) throws(ReplicatorError) -> Bool {
    let time = row.header.time
    defer { table.lastTransaction = time }
    if table.lostTransaction != time {
      guard table.lastTransaction != time, injector.take([.loseTransaction]) != nil else { return false }
      table.lostTransaction = time
    }
    let copy = RowCopy(row)
    withExtendedLifetime(copy) {
      table.rowFaults.append(RowFault.truth(.loseTransaction, copy.row, table))
    }
    return true
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

extension FaultRow {
  /// A row of a table with this layout.
  init(_ row: borrowing SourceRow, _ layout: FileLayout) {
    op = row.header.operation.rawValue
    key = [:]
    for (index, column) in layout.sourceColumns.enumerated() where column.isPrimaryKey {
      key[column.name] = .some(row.values[index].string)
    }
  }
}

private enum RowFault {
  private static let values: Set<Fault.Kind> = [
    .alterValue, .truncateValue, .roundValue, .shiftZone, .nullValue, .swapValues,
  ]

  static func kinds(for operation: ChangeOperation) -> Set<Fault.Kind> {
    switch operation {
    case .insert: values.union([.loseRow, .doubleRow, .flipOp, .wrongTimestamp, .reorder])
    case .update: values.union([.loseUpdate, .doubleRow, .wrongTimestamp, .reorder])
    case .delete: [.loseDelete, .flipDelete, .doubleRow, .wrongTimestamp, .reorder]
    }
  }

  static func truth(_ kind: Fault.Kind, _ row: SourceRow, _ table: ReplicatedTable) -> FaultTruth {
    let named = table.layout.map { FaultRow(row, $0) }
    return FaultTruth(
      fault: kind, table: table.target.description, row: named?.key, op: row.header.operation.rawValue,
      commitTime: row.header.time.description)
  }

  /// Alters a value that is no part of the key, of `shiftZone` all timestamps; returns the columns, or nil
  /// where none can be altered.
  static func alter(_ copy: RowCopy, _ table: ReplicatedTable, _ kind: Fault.Kind) -> String? {
    guard let layout = table.layout else { return nil }
    if kind == .swapValues { return swap(copy, layout) }
    var altered: [String] = []
    for column in layout.columns where altered.isEmpty || kind == .shiftZone {
      guard case .column(let index) = column.origin, !layout.sourceColumns[index].isPrimaryKey,
        case .text(let text) = copy.row.values[index], !text.isEmpty
      else { continue }
      guard let value = self.altered(Array(text), column, kind) else { continue }
      if kind == .nullValue { copy.setNull(index) } else { copy.set(index, to: value) }
      altered.append(column.name)
    }
    return altered.isEmpty ? nil : altered.joined(separator: ", ")
  }

  /// Puts the values of two columns of text, which differ, in each other's place.
  private static func swap(_ copy: RowCopy, _ layout: FileLayout) -> String? {
    var texts: [(name: String, index: Int, text: [UInt8])] = []
    for column in layout.columns where column.isText {
      guard case .column(let index) = column.origin, !layout.sourceColumns[index].isPrimaryKey,
        case .text(let text) = copy.row.values[index]
      else { continue }
      texts.append((column.name, index, Array(text)))
    }
    guard let first = texts.first, let second = texts.first(where: { $0.text != first.text }) else {
      return nil
    }
    copy.set(first.index, to: second.text)
    copy.set(second.index, to: first.text)
    return "\(first.name), \(second.name)"
  }

  /// A value that has gone wrong; nil of one that this fault does not befall.
  private static func altered(_ text: [UInt8], _ column: FileLayout.Column, _ kind: Fault.Kind) -> [UInt8]? {
    switch (kind, column.conversion) {
    case (.alterValue, .text) where column.type != .string(36), (.alterValue, .trimmedText):
      return text.dropLast() + [text.last == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")]
    case (.alterValue, .int16), (.alterValue, .int32), (.alterValue, .int64), (.alterValue, .decimal):
      guard let last = text.last, (0x30...0x39).contains(last) else { return nil }
      return text.dropLast() + [last == 0x39 ? 0x30 : last + 1]
    case (.truncateValue, .text) where column.type != .string(36), (.truncateValue, .trimmedText):
      let kept = String(decoding: text, as: UTF8.self).dropLast()
      return kept.isEmpty ? nil : Array(kept.utf8)
    case (.nullValue, .text) where column.type != .string(36), (.nullValue, .trimmedText):
      return []
    case (.roundValue, .float), (.roundValue, .double), (.roundValue, .decimal):
      guard let number = Double(String(decoding: text, as: UTF8.self)), number.isFinite else { return nil }
      let rounded = (number * 10).rounded() / 10
      return rounded == number ? nil : Array("\(rounded)".utf8)
    case (.shiftZone, .timestampMillis), (.shiftZone, .timestampMicros):
      guard let time = Timestamp(String(decoding: text, as: UTF8.self)) else { return nil }
      return Array((time + .seconds(7_200)).dmsText.utf8)
    default: return nil
    }
  }
}
