import Parquet
import Time

/// Columns of rows in PostgreSQL's binary form, as a Parquet file takes them.
struct BinaryColumns {
  let rows: BinaryRows
  /// Those that are meant.
  let range: Range<Int>
  /// Values that no value of their column's Parquet type can stand for, made NULL.
  private(set) var unrepresentable = 0

  init(_ rows: BinaryRows, _ range: Range<Int>) {
    (self.rows, self.range) = (rows, range)
  }

  /// The values of a column; nil where one is not of its type.
  mutating func batch(_ column: Int, _ conversion: BinaryConversion) -> ColumnBatch? {
    switch conversion {
    case .bytes: slices(column) { _, field in field }
    case .trimmedText:
      slices(column) { bytes, field in
        BinaryRows.Field(start: field.start, count: Int32(ValueText.trimmingBlanks(bytes).count))
      }
    // jsonb's text follows a version number, 1.
    case .jsonb:
      slices(column) { bytes, field in
        bytes.first == 1 ? BinaryRows.Field(start: field.start + 1, count: field.count - 1) : nil
      }
    case .truthText: truths(column)
    case .uuid: uuids(column)
    case .decimal(let precision, let scale): decimals(column, precision: precision, scale: scale)
    case .boolean:
      numbers(column, false) { ValueBinary.boolean($0).map(TextValue.value) }.map {
        ColumnBatch(.bool($0), isPresent: $1)
      }
    case .int16:
      numbers(column, 0) { ValueBinary.integer($0, as: Int16.self).map { .value(Int32($0)) } }
        .map { ColumnBatch(.int32($0), isPresent: $1) }
    case .int32:
      numbers(column, 0) { ValueBinary.integer($0, as: Int32.self).map(TextValue.value) }
        .map { ColumnBatch(.int32($0), isPresent: $1) }
    case .int64:
      numbers(column, 0) { ValueBinary.integer($0, as: Int64.self).map(TextValue.value) }
        .map { ColumnBatch(.int64($0), isPresent: $1) }
    case .float:
      numbers(column, 0) { ValueBinary.integer($0, as: UInt32.self).map { .value(Float(bitPattern: $0)) } }
        .map { ColumnBatch(.float($0), isPresent: $1) }
    case .double:
      numbers(column, 0) { ValueBinary.integer($0, as: UInt64.self).map { .value(Double(bitPattern: $0)) } }
        .map { ColumnBatch(.double($0), isPresent: $1) }
    case .date:
      numbers(column, 0) { ValueBinary.date($0) }.map { ColumnBatch(.int32($0), isPresent: $1) }
    case .time:
      numbers(column, 0) { ValueBinary.timeMilliseconds($0).map(TextValue.value) }
        .map { ColumnBatch(.int32($0), isPresent: $1) }
    case .timestampMicros:
      numbers(column, 0) { ValueBinary.timestamp($0)?.map { $0.microseconds } }
        .map { ColumnBatch(.int64($0), isPresent: $1) }
    case .timestampMillis:
      numbers(column, 0) { ValueBinary.timestamp($0)?.map { $0.flooredMilliseconds } }
        .map { ColumnBatch(.int64($0), isPresent: $1) }
    }
  }

  /// Reads each value; where it is NULL or none can stand for it, `absent` takes its place.
  @inline(__always)
  private mutating func numbers<Number>(
    _ column: Int, _ absent: Number, _ read: (UnsafeRawBufferPointer) -> TextValue<Number>?
  ) -> ([Number], [Bool]?)? {
    var isPresent: [Bool]?
    var unrepresentable = 0
    let fields = rows.column(column)
    let (first, rowCount) = (fields.startIndex + range.lowerBound, range.count)
    let numbers = rows.bytes.withUnsafeBytes { bytes in
      [Number](unsafeUninitializedCapacity: rowCount) { numbers, count in
        while count < rowCount {
          let field = fields[first + count]
          var number = absent
          var isThere = false
          if field.count >= 0 {
            switch read(UnsafeRawBufferPointer(rebasing: bytes[field.place])) {
            case .value(let value)?: (number, isThere) = (value, true)
            case .notRepresentable?: unrepresentable += 1
            case nil: return
            }
          }
          if !isThere {
            if isPresent == nil { isPresent = [Bool](repeating: true, count: rowCount) }
            isPresent?[count] = false
          }
          numbers.initializeElement(at: count, to: number)
          count += 1
        }
      }
    }
    guard numbers.count == rowCount else { return nil }
    self.unrepresentable += unrepresentable
    return (numbers, isPresent)
  }

  /// Byte arrays that stay where they are, as `cut` has them.
  @inline(__always)
  private func slices(
    _ column: Int, _ cut: (UnsafeRawBufferPointer, BinaryRows.Field) -> BinaryRows.Field?
  ) -> ColumnBatch? {
    var isPresent: [Bool]?
    let fields = rows.column(column)
    let (first, rowCount) = (fields.startIndex + range.lowerBound, range.count)
    let slices = rows.bytes.withUnsafeBytes { bytes in
      [ColumnBatch.Slice](unsafeUninitializedCapacity: rowCount) { slices, count in
        while count < rowCount {
          let field = fields[first + count]
          var slice = ColumnBatch.Slice(start: 0, count: 0)
          if field.count >= 0 {
            guard let cut = cut(UnsafeRawBufferPointer(rebasing: bytes[field.place]), field) else { return }
            slice = ColumnBatch.Slice(start: cut.start, count: UInt32(cut.count))
          } else {
            if isPresent == nil { isPresent = [Bool](repeating: true, count: rowCount) }
            isPresent?[count] = false
          }
          slices.initializeElement(at: count, to: slice)
          count += 1
        }
      }
    }
    guard slices.count == rowCount else { return nil }
    return ColumnBatch(.slices(rows.bytes, slices), isPresent: isPresent)
  }

  private mutating func truths(_ column: Int) -> ColumnBatch? {
    numbers(column, false) { ValueBinary.boolean($0).map(TextValue.value) }.map { truths, isPresent in
      let slices = truths.map { ColumnBatch.Slice(start: $0 ? 0 : 4, count: $0 ? 4 : 5) }
      return ColumnBatch(.slices(Array("truefalse".utf8), slices), isPresent: isPresent)
    }
  }

  private mutating func uuids(_ column: Int) -> ColumnBatch? {
    let size = ValueBinary.uuidByteCount
    return values(column, of: size) { bytes, text in
      ValueBinary.write(uuid: bytes, to: text) ? .value(()) : nil
    }
  }

  private mutating func decimals(_ column: Int, precision: Int, scale: Int) -> ColumnBatch? {
    let size = Int(ColumnDefinition.decimalByteCount(precision: Int32(precision)))
    return values(column, of: size) { bytes, target in
      ValueBinary.decimal(bytes, precision: precision, scale: scale)?.map { number in
        var rest = number
        for place in stride(from: size - 1, through: 0, by: -1) {
          target.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: place, as: UInt8.self)
          rest >>= 8
        }
      }
    }
  }

  /// Values of `size` bytes each, which `write` makes.
  @inline(__always)
  private mutating func values(
    _ column: Int, of size: Int,
    _ write: (UnsafeRawBufferPointer, UnsafeMutableRawPointer) -> TextValue<Void>?
  ) -> ColumnBatch? {
    var made = [UInt8](repeating: 0, count: range.count * size)
    let read = made.withUnsafeMutableBytes { made in
      var next = made.baseAddress
      return numbers(column, false) { bytes in
        guard let target = next else { return nil }
        let written = write(bytes, target)
        if case .value? = written { next = target + size }
        return written?.map { true }
      }
    }
    guard let (_, isPresent) = read else { return nil }
    // Those that are there lie one behind the other.
    var start = 0
    let slices = (0..<range.count).map { row in
      defer { if isPresent?[row] ?? true { start += size } }
      return ColumnBatch.Slice(start: UInt32(start), count: isPresent?[row] ?? true ? UInt32(size) : 0)
    }
    return ColumnBatch(.slices(made, slices), isPresent: isPresent)
  }
}

extension BinaryRows.Field {
  /// Of a value that is not NULL.
  fileprivate var place: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

extension TextValue {
  @inline(__always)
  fileprivate func map<Other>(_ transform: (Value) -> Other) -> TextValue<Other> {
    switch self {
    case .value(let value): .value(transform(value))
    case .notRepresentable: .notRepresentable
    }
  }
}
