import Ledger
import Parquet
import Time

/// A row of the exercise's table as a test writes it.
struct CustomerRow {
  var createdAt: Timestamp
  var updatedAt: Timestamp
  var key: String
  var name: String
  var latitude: Double

  var digest: RowDigest {
    RowDigest(of: [
      .timestamp(createdAt), .timestamp(updatedAt), .text(key), .text(name), .null, .text("Österreich"),
      .double(latitude), .double(-0.0), .text("a@example.com"), .null,
    ])
  }
}

/// Parquet files of the exercise's table in DMS's form.
struct CustomerFile {
  private var writer: FileWriter
  private let hasOp: Bool

  init(hasOp: Bool = true, milliseconds: Bool = false, settings: WriterSettings = WriterSettings()) throws {
    let time: ConvertedType = milliseconds ? .timestampMillis : .timestampMicros
    self.hasOp = hasOp
    self.milliseconds = milliseconds
    writer = try FileWriter(
      columns: (hasOp ? [.text("Op", isOptional: false)] : []) + [
        .text("extracted_at", isOptional: false),
        ColumnDefinition("created_at", .int64, convertedType: time),
        ColumnDefinition("updated_at", .int64, convertedType: time), .text("customer_id"), .text("name"),
        .text("region"), .text("country"), ColumnDefinition("lat", .double), ColumnDefinition("lng", .double),
        .text("email"), .text("phone"),
      ], settings: settings)
  }

  private let milliseconds: Bool

  mutating func append(
    _ op: String?, commit: Timestamp, _ row: CustomerRow, hasVersion: Bool = true
  ) throws {
    let base = start(op, commit)
    let divisor: Int64 = milliseconds ? 1_000 : 1
    writer[base].append(int64: row.createdAt.microseconds / divisor)
    if hasVersion {
      writer[base + 1].append(int64: row.updatedAt.microseconds / divisor)
    } else {
      writer[base + 1].appendNull()
    }
    writer[base + 2].append(text: row.key)
    writer[base + 3].append(text: row.name)
    writer[base + 4].appendNull()
    writer[base + 5].append(text: "Österreich")
    writer[base + 6].append(double: row.latitude)
    writer[base + 7].append(double: 0)
    writer[base + 8].append(text: "a@example.com")
    writer[base + 9].appendNull()
    try writer.endRow()
  }

  /// A delete: the key alone; or another operation of which no more is left.
  mutating func append(deleted key: String, op: String = "D", commit: Timestamp) throws {
    let base = start(op, commit)
    for column in 0..<10 where column != 2 { writer[base + column].appendNull() }
    writer[base + 2].append(text: key)
    try writer.endRow()
  }

  private mutating func start(_ op: String?, _ commit: Timestamp) -> Int {
    if hasOp { writer[0].append(text: op ?? "I") }
    writer[hasOp ? 1 : 0].append(text: commit.dmsText)
    return hasOp ? 2 : 1
  }

  mutating func finish() throws -> [UInt8] { try writer.finish() }
}
