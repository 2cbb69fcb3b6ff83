import Parquet

/// Writes the customers table, as the replicator does.
enum Customers {
  private static let columns: [ColumnDefinition] = [
    .text("Op", isOptional: false), .text("extracted_at", isOptional: false),
    ColumnDefinition("created_at", .int64, convertedType: .timestampMicros),
    ColumnDefinition("updated_at", .int64, convertedType: .timestampMicros),
    .text("customer_id"), .text("name"), .text("region"), .text("country"),
    ColumnDefinition("lat", .double), ColumnDefinition("lng", .double), .text("email"), .text("phone"),
  ]

  /// A file of one row group.
  static func file() throws -> [UInt8] {
    var writer = try FileWriter(columns: columns)
    let table = Rows(count: 5000)
    for row in 0..<5000 {
      table.append(row, to: &writer)
      try writer.endRow()
    }
    return try writer.finish()
  }

  /// Writes value by value, as rows come from a database.
  static func writeRows(_ rows: Int) throws -> Outcome {
    let table = Rows(count: 10_000)
    return try write(rows) { writer in
      for row in 0..<10_000 {
        table.append(row, to: &writer)
        try writer.endRow()
      }
    }
  }

  /// Writes batches that are in columns already, as pyarrow's tables are.
  static func writeBatches(_ rows: Int) throws -> Outcome {
    let batch = batch()
    return try write(rows) { writer in try writer.append(batch) }
  }

  static func writer(_ settings: WriterSettings = WriterSettings()) throws -> FileWriter {
    try FileWriter(columns: columns, settings: settings)
  }

  /// 10,000 rows.
  static func batch() -> [ColumnBatch] { Rows(count: 10_000).batch }

  /// The time is the processor's, of writing alone.
  private static func write(_ rows: Int, _ append: (inout FileWriter) throws -> Void) throws -> Outcome {
    var outcome = Outcome()
    outcome.files = 1
    let start = processorSeconds()
    var writer = try writer()
    while outcome.rows < rows {
      try append(&writer)
      outcome.rows += 10_000
      outcome.bytes += Int64(writer.takeBytes().count)
    }
    outcome.bytes += Int64(try writer.finish().count)
    outcome.seconds = processorSeconds() - start
    return outcome
  }

  /// Rows made beforehand, so that writing alone is measured.
  private struct Rows {
    var texts: [[[UInt8]]] = []
    var times: [Int64] = []
    var places: [Double] = []

    init(count: Int) {
      // The same rows each time, so that instructions can be compared.
      var state: UInt64 = 1
      func random() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
      }
      func digits(_ count: Int) -> [UInt8] { (0..<count).map { _ in 48 + UInt8(random() % 10) } }
      let names = (0..<900).map { "First\($0 / 30) Last\($0 % 30)" }
      for row in 0..<count {
        times.append(1_700_000_000_000_000 + Int64(random() % 1_000_000_000_000))
        places.append(Double(random() % 180_000_000) / 1_000_000 - 90)
        let name = names[Int(random() % 900)]
        texts.append([
          ["I", "U", "D"].map { Array($0.utf8) }[row % 3], Array("2026-11-22 10:15:".utf8) + digits(9),
          digits(36), Array(name.utf8), Array("Region \(row % 8)".utf8), Array("Country \(row % 20)".utf8),
          Array("\(name)@example.com".utf8) + digits(6), digits(15),
        ])
      }
    }

    func append(_ row: Int, to writer: inout FileWriter) {
      let texts = texts[row]
      writer[0].append(bytes: texts[0])
      writer[1].append(bytes: texts[1])
      writer[2].append(int64: times[row])
      writer[3].append(int64: times[row] + 1)
      for column in 4...7 { writer[column].append(bytes: texts[column - 2]) }
      writer[8].append(double: places[row])
      writer[9].append(double: places[row] + 1)
      writer[10].append(bytes: texts[6])
      if row % 50 == 0 { writer[11].appendNull() } else { writer[11].append(bytes: texts[7]) }
    }

    /// The same rows, column by column.
    var batch: [ColumnBatch] {
      func text(_ number: Int) -> ColumnBatch.Values {
        var offsets: [Int32] = [0]
        var bytes: [UInt8] = []
        for row in texts {
          bytes += row[number]
          offsets.append(Int32(bytes.count))
        }
        return .bytes(bytes, offsets: offsets)
      }
      return [
        ColumnBatch(text(0)), ColumnBatch(text(1)), ColumnBatch(.int64(times)),
        ColumnBatch(.int64(times.map { $0 + 1 })), ColumnBatch(text(2)), ColumnBatch(text(3)),
        ColumnBatch(text(4)), ColumnBatch(text(5)), ColumnBatch(.double(places)),
        ColumnBatch(.double(places.map { $0 + 1 })), ColumnBatch(text(6)),
        ColumnBatch(text(7), isPresent: texts.indices.map { $0 % 50 != 0 }),
      ]
    }
  }
}
