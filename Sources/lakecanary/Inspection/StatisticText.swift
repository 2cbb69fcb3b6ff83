import Parquet
import Time

/// A statistic's bytes as text: PLAIN, without a length before them.
enum StatisticText {
  /// The text of a minimum or maximum of `column`, or nil where its bytes do not fit the type.
  static func text(_ bytes: [UInt8], _ column: Column) -> String? {
    switch column.physicalType {
    case .boolean: bytes.count == 1 ? "\(bytes[0] != 0)" : nil
    case .int32: number(bytes, 4).map { integer(Int64(Int32(truncatingIfNeeded: $0)), column) }
    case .int64: number(bytes, 8).map { integer(Int64(bitPattern: $0), column) }
    case .float: number(bytes, 4).map { "\(Float(bitPattern: UInt32($0)))" }
    case .double: number(bytes, 8).map { "\(Double(bitPattern: $0))" }
    case .byteArray: String(validating: bytes.prefix(200), as: UTF8.self) ?? hexadecimal(bytes)
    case .fixedLenByteArray, .int96: hexadecimal(bytes)
    }
  }

  private static func integer(_ value: Int64, _ column: Column) -> String {
    switch column.convertedType {
    case .timestampMillis:
      let (microseconds, overflow) = value.multipliedReportingOverflow(by: 1_000)
      return overflow ? "\(value)" : Timestamp(microseconds: microseconds).description
    case .timestampMicros: return Timestamp(microseconds: value).description
    case .date:
      guard abs(value) < 100_000_000 else { return "\(value)" }
      return String(Timestamp(seconds: value * 86_400).description.prefix { $0 != "T" })
    default: return "\(value)"
    }
  }

  private static func number(_ bytes: [UInt8], _ width: Int) -> UInt64? {
    guard bytes.count == width else { return nil }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    "0x" + bytes.prefix(32).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
