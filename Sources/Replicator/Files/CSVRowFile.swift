import DMS
import Foundation
import Parquet
import Time

/// One csv file that is being written (DMS.md section 4).
///
/// Where no file of DMS is known to show a form, it is inferred: double precision as real has it, with 17
/// digits; bytea in hexadecimal; an empty string in quotes, so that it is not a NULL.
struct CSVRowFile {
  let layout: FileLayout
  private let settings: EndpointSettings
  private let delimiter: [UInt8]
  private let rowDelimiter: [UInt8]
  private let nullValue: [UInt8]
  /// What stands for a value that a change does not carry (`UseCsvNoSupValue`).
  private let unsuppliedValue: [UInt8]
  private(set) var bytes: [UInt8] = []
  private(set) var rowCount = 0
  private(set) var unrepresentable = 0

  init(layout: FileLayout, settings: EndpointSettings) {
    self.layout = layout
    self.settings = settings
    let csv = settings.csv
    delimiter = Array(csv.delimiter.utf8)
    rowDelimiter = Array(csv.rowDelimiter.utf8)
    nullValue = Array(csv.nullValue.utf8)
    unsuppliedValue = csv.useNoSuppliedValue ? Array(csv.noSuppliedValue.utf8) : nullValue
    guard csv.addColumnName else { return }
    for (index, name) in layout.names.enumerated() {
      if index > 0 { bytes += delimiter }
      quote(Array(name.utf8))
    }
    bytes += rowDelimiter
  }

  mutating func append(_ row: borrowing SourceRow) throws(ReplicatorError) {
    var isFirst = true
    func separate(_ bytes: inout [UInt8]) {
      if !isFirst { bytes += delimiter }
      isFirst = false
    }
    if layout.hasOp {
      separate(&bytes)
      bytes += row.header.operation.letter
    }
    if layout.timestampColumn != nil {
      separate(&bytes)
      bytes += row.header.timeText.bytes
    }
    for column in layout.columns {
      separate(&bytes)
      switch column.origin {
      case .column(let source):
        let isKey = layout.sourceColumns[source].isPrimaryKey
        let isUnsupplied = row.header.operation == .delete && row.values[source].isNull && !isKey
        try append(isUnsupplied ? .unchanged : row.values[source], column)
      case .beforeImage(let source): try append(row.old?[source] ?? .null, column)
      case .expression(let expression):
        if let text = expression?.value(row, layout) {
          let result = Array(text.utf8).withUnsafeBytes { utf8 in
            Result { () throws(ReplicatorError) in try append(.text(utf8), column) }
          }
          try result.get()
        } else {
          bytes += nullValue
        }
      }
    }
    if layout.extraColumn != nil {
      separate(&bytes)
      bytes += nullValue
    }
    bytes += rowDelimiter
    rowCount += 1
  }

  var heldByteCount: Int { bytes.count }

  /// The whole file, without what was taken out, compressed where the settings say so.
  mutating func finish() throws(ReplicatorError) -> [UInt8] {
    try takeEncodedBytes()
  }

  /// Takes out what was written so far; where it is compressed, as a gzip member of its own, which may follow another.
  mutating func takeEncodedBytes() throws(ReplicatorError) -> [UInt8] {
    let bytes = takeBytes()
    guard settings.fileFormat == .gzippedCSV else { return bytes }
    do {
      return try Gzip.compress(bytes)
    } catch {
      throw ReplicatorError(error, table: layout.source.description)
    }
  }

  /// Takes out what was written so far.
  mutating func takeBytes() -> [UInt8] {
    var taken: [UInt8] = []
    swap(&taken, &bytes)
    return taken
  }

  private mutating func append(_ value: SourceValue, _ column: FileLayout.Column) throws(ReplicatorError) {
    let text: UnsafeRawBufferPointer
    switch value {
    case .null: return bytes += nullValue
    case .unchanged: return bytes += unsuppliedValue
    case .text(let bytes): text = bytes
    }
    switch column.conversion {
    case .int16, .int32, .int64: bytes += text
    case .text, .textBytes: quote(text)
    case .limitedText(let units): quote(ValueText.prefix(text, unitCount: units))
    case .limitedBytes(let count):
      guard text.count >= 2 else { return try refuse(column) }
      quote(text.dropFirst(2).prefix(2 * count))
    case .trimmedText: quote(ValueText.trimmingBlanks(text))
    case .boolean, .truthText:
      guard let truth = ValueText.boolean(text) else { return try refuse(column) }
      bytes += (truth ? "true" : "false").utf8
    case .float:
      guard let number = ValueText.float(text) else { return try refuse(column) }
      bytes += String(format: "%+.8e", number).utf8
    case .double:
      guard let number = ValueText.double(text) else { return try refuse(column) }
      bytes += String(format: "%+.16e", number).utf8
    case .decimal(let precision, let scale):
      switch ValueText.decimal(text, precision: precision, scale: scale) {
      case .value(let number): bytes += decimalText(number, scale: scale).utf8
      case .notRepresentable: appendUnrepresentable()
      case nil: try refuse(column)
      }
    case .interval:
      guard let interval = ValueText.interval(text) else { return try refuse(column) }
      quote(Array(interval.utf8))
    case .bytes:
      guard text.count >= 2 else { return try refuse(column) }
      quote(text.dropFirst(2))
    case .date:
      switch ValueText.date(text) {
      case .value(let days):
        bytes += Timestamp(seconds: Int64(days) * 86_400).dmsText.split(separator: " ")[0].utf8
      case .notRepresentable: appendUnrepresentable()
      case nil: try refuse(column)
      }
    case .time:
      guard let milliseconds = ValueText.timeMilliseconds(text) else { return try refuse(column) }
      bytes += Timestamp(microseconds: Int64(milliseconds) * 1_000).dmsText.split(separator: " ")[1].utf8
    case .timestampMillis, .timestampMicros:
      switch ValueText.timestamp(text) {
      case .value(let time): bytes += time.dmsText.utf8
      case .notRepresentable: appendUnrepresentable()
      case nil: try refuse(column)
      }
    }
  }

  private mutating func quote(_ value: some Collection<UInt8>) {
    let special: Set<UInt8> = [UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
    let needsQuotes =
      settings.csv.rfc4180
      && (value.isEmpty && nullValue.isEmpty
        || value.contains { special.contains($0) || $0 == delimiter.first || $0 == rowDelimiter.first })
    guard needsQuotes else { return bytes += value }
    bytes.append(UInt8(ascii: "\""))
    for byte in value {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func appendUnrepresentable() {
    unrepresentable += 1
    bytes += nullValue
  }

  private mutating func refuse(_ column: FileLayout.Column) throws(ReplicatorError) {
    guard column.isLenient else { throw .malformed(column, layout) }
    appendUnrepresentable()
  }
}

/// A decimal with its point.
func decimalText(_ unscaled: Int128, scale: Int) -> String {
  guard scale > 0 else { return String(unscaled) }
  let digits = String(unscaled.magnitude)
  let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
  return (unscaled < 0 ? "-" : "") + padded.dropLast(scale) + "." + padded.suffix(scale)
}

extension SourceValue {
  var isNull: Bool {
    if case .null = self { true } else { false }
  }
}
