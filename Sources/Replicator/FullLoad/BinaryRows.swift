/// Rows of a binary COPY cut into fields, column by column.
struct BinaryRows {
  /// Where a value lies in `bytes`.
  struct Field {
    var start: UInt32 = 0
    /// Below 0 for NULL.
    var count: Int32 = -1
  }

  let bytes: [UInt8]
  private(set) var count = 0
  private let capacity: Int
  private var fields: [Field]

  /// No rows yet, and room for some.
  init(bytes: [UInt8], capacity: Int, columnCount: Int) {
    (self.bytes, self.capacity) = (bytes, capacity)
    fields = [Field](repeating: Field(), count: capacity * columnCount)
  }

  /// The fields of a column, one for each row.
  func column(_ column: Int) -> ArraySlice<Field> {
    fields[column * capacity..<column * capacity + count]
  }

  /// Adds a row; `cut` gives its fields, column by column.
  @inline(__always)
  mutating func append(_ columnCount: Int, _ cut: () throws(ReplicatorError) -> Field) throws(ReplicatorError)
  {
    var place = count
    for _ in 0..<columnCount {
      fields[place] = try cut()
      place &+= capacity
    }
    count += 1
  }
}
