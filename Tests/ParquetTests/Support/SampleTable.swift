import Parquet

/// A table of every type that is written, made from a seed: appended to a writer, and kept as the text to expect.
struct SampleTable {
  static let columns: [ColumnDefinition] = [
    .text("Op", isOptional: false),
    .text("extracted_at", isOptional: false),
    ColumnDefinition("small", .int32, convertedType: .int16),
    ColumnDefinition("int", .int32),
    ColumnDefinition("big", .int64),
    ColumnDefinition("real", .float),
    ColumnDefinition("double", .double),
    ColumnDefinition("flag", .boolean),
    .decimal("money", precision: 15, scale: 2),
    .decimal("wide", precision: 38, scale: 4),
    .text("name"),
    ColumnDefinition("raw", .byteArray),
    ColumnDefinition("created_at", .int64, convertedType: .timestampMicros),
    ColumnDefinition("day", .int32, convertedType: .date),
    ColumnDefinition("time", .int32, convertedType: .timeMillis),
    .text("unique"),
    .text("empty"),
  ]

  private(set) var expected: [[String]] = Array(repeating: [], count: columns.count)
  private var random: SeededRandom

  init(seed: UInt64) {
    random = SeededRandom(seed: seed)
  }

  /// Writes a file of `rows` rows.
  static func file(seed: UInt64, rows: Int, settings: WriterSettings) throws -> (SampleTable, [UInt8]) {
    var table = SampleTable(seed: seed)
    var writer = try FileWriter(columns: columns, settings: settings)
    var bytes: [UInt8] = []
    for row in 0..<rows {
      table.appendRow(row, to: &writer)
      try writer.endRow()
      if row % 100 == 0 { bytes += writer.takeBytes() }
    }
    return (table, bytes + (try writer.finish()))
  }

  private mutating func appendRow(_ row: Int, to writer: inout FileWriter) {
    let op = ["I", "U", "D"][Int(random.next() % 3)]
    writer[0].append(text: op)
    note(0, "x" + ValueText.hex(Array(op.utf8)))
    let time = "2026-11-22 10:15:30.\(100_000 + row % 900_000)"
    writer[1].append(bytes: time.utf8)
    note(1, "x" + ValueText.hex(Array(time.utf8)))
    let small = Int32(Int16(truncatingIfNeeded: random.next()))
    value(2, "\(small)", &writer) { $0.append(int32: small) }
    let int = Int32(truncatingIfNeeded: random.next())
    value(3, "\(int)", &writer) { $0.append(int32: int) }
    let big = row % 50 == 0 ? (row % 100 == 0 ? Int64.min : .max) : Int64(bitPattern: random.next())
    value(4, "\(big)", &writer) { $0.append(int64: big) }
    let real = Float(random.next() % 1_000_000) / 64 - 4096
    value(5, doubleText(Double(real)), &writer) { $0.append(float: real) }
    let double = row % 20 == 0 ? .nan : Double(bitPattern: random.next())
    value(6, doubleText(double), &writer) { $0.append(double: double) }
    let flag = random.next() & 1 == 0
    value(7, flag ? "true" : "false", &writer) { $0.append(bool: flag) }
    let money = Int128(random.next() % 1_999_999_999_999_999) - 999_999_999_999_999
    value(8, "\(money)", &writer) { $0.append(decimalUnscaled: money) }
    let wide = (Int128(random.next()) << 60) % 99_999_999_999_999_999_999_999_999_999_999_999_999
    value(9, "\(-wide)", &writer) { $0.append(decimalUnscaled: -wide) }
    let name = ["Zoë", "Ana", "李", "", "a name that is longer than fifteen bytes"][Int(random.next() % 5)]
    value(10, "x" + ValueText.hex(Array(name.utf8)), &writer) { $0.append(text: name) }
    let raw = (0..<random.next() % 40).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    value(11, "x" + ValueText.hex(raw), &writer) { $0.append(bytes: raw) }
    let created = Int64(random.next() % 2_000_000_000_000_000)
    value(12, "\(Int128(created) * 1000)", &writer) { $0.append(int64: created) }
    let day = Int32(random.next() % 40_000) - 10_000
    value(13, "\(day)", &writer) { $0.append(int32: day) }
    let timeOfDay = Int32(random.next() % 86_400_000)
    value(14, "\(Int64(timeOfDay) * 1_000_000)", &writer) { $0.append(int32: timeOfDay) }
    let unique = "row-\(row)-\(random.next())"
    value(15, "x" + ValueText.hex(Array(unique.utf8)), &writer) { $0.append(text: unique) }
    writer[16].appendNull()
    note(16, "null")
  }

  /// Appends a value, or at times a null.
  private mutating func value(
    _ column: Int, _ text: String, _ writer: inout FileWriter, _ append: (inout ColumnBuilder) -> Void
  ) {
    if random.next() % 8 == 0 {
      writer[column].appendNull()
      note(column, "null")
    } else {
      append(&writer[column])
      note(column, text)
    }
  }

  private mutating func note(_ column: Int, _ text: String) { expected[column].append(text) }

  private func doubleText(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    return ValueText.hex((0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(56 - 8 * $0)) })
  }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
