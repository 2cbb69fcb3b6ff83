import DMS

/// A row of its own, for one that has to outlive the message that it came in.
final class RowCopy {
  /// Its values point into memory that goes with this object.
  private(set) var row: SourceRow
  private var allocations: [UnsafeMutableRawBufferPointer] = []

  init(_ original: borrowing SourceRow) {
    row = SourceRow(header: original.header, values: original.values, old: original.old)
    for index in row.values.indices { row.values[index] = copy(row.values[index]) }
    if let old = row.old { row.old = old.map(copy) }
  }

  deinit {
    for allocation in allocations { allocation.deallocate() }
  }

  /// Sets a value to bytes that are copied.
  func set(_ column: Int, to bytes: [UInt8]) {
    row.values[column] = bytes.withUnsafeBytes { copy(.text($0)) }
  }

  /// Sets a value to NULL.
  func setNull(_ column: Int) {
    row.values[column] = .null
  }

  func setOperation(_ operation: ChangeOperation) {
    row.header.operation = operation
  }

  func setTime(_ text: TimestampText) {
    row.header.time = text.timestamp
    row.header.timeText = text
  }

  private func copy(_ value: SourceValue) -> SourceValue {
    guard case .text(let bytes) = value else { return value }
    let allocation = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    allocation.copyMemory(from: bytes)
    allocations.append(allocation)
    return .text(UnsafeRawBufferPointer(allocation))
  }
}
