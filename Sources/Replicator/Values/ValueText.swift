import Foundation
import Time

/// What PostgreSQL's text of a value says, in Parquet's terms.
enum TextValue<Value> {
  case value(Value)
  /// A value that the column's Parquet type cannot hold: NaN in a decimal, a year beyond its range.
  case notRepresentable
}

/// PostgreSQL's output syntax under `DateStyle=ISO`, `TimeZone=UTC` and `bytea_output=hex`.
///
/// Each function returns nil for text that is not of its type.
enum ValueText {
  static func integer(_ text: UnsafeRawBufferPointer) -> Int64? {
    var scanner = TextScanner(text)
    let isNegative = scanner.skip("-" as Unicode.Scalar)
    guard var value = scanner.digit().map(Int64.init) else { return nil }
    if isNegative { value = -value }
    while let digit = scanner.digit() {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carried) = product.addingReportingOverflow(Int64(isNegative ? -digit : digit))
      guard !overflow, !carried else { return nil }
      value = sum
    }
    return scanner.isAtEnd ? value : nil
  }

  static func boolean(_ text: UnsafeRawBufferPointer) -> Bool? {
    guard text.count == 1 else { return nil }
    var scanner = TextScanner(text)
    if scanner.skip("t" as Unicode.Scalar) { return true }
    return scanner.skip("f" as Unicode.Scalar) ? false : nil
  }

  static func double(_ text: UnsafeRawBufferPointer) -> Double? {
    number(text) { strtod($0, $1) }
  }

  static func float(_ text: UnsafeRawBufferPointer) -> Float? {
    number(text) { strtof($0, $1) }
  }

  /// Reads a number with the C library, which knows NaN and Infinity, from a copy that ends in a NUL.
  ///
  /// The process keeps the C locale: it never calls setlocale.
  private static func number<Number: BinaryFloatingPoint>(
    _ text: UnsafeRawBufferPointer,
    _ read: (UnsafePointer<CChar>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Number
  ) -> Number? {
    // The longest output of a double is 24 bytes; whatever is longer was no float to PostgreSQL.
    guard let first = text.first, text.count < 400, first != UInt8(ascii: " ") else { return nil }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: text.count + 1) { copy -> Number? in
      for index in 0..<text.count { copy[index] = CChar(bitPattern: text[index]) }
      copy[text.count] = 0
      guard let start = copy.baseAddress else { return nil }
      var end: UnsafeMutablePointer<CChar>?
      let number = read(start, &end)
      return end == start + text.count ? number : nil
    }
  }

  /// A numeric or money as an integer of 10^-scale; digits beyond the scale are cut, as DMS cuts them.
  ///
  /// What a decimal cannot hold (NaN, infinities, more digits than the precision) is not representable.
  static func decimal(_ text: UnsafeRawBufferPointer, precision: Int, scale: Int) -> TextValue<Int128>? {
    var scanner = TextScanner(text)
    if scanner.skip("NaN") || scanner.skip("Infinity") || scanner.skip("-Infinity") {
      return scanner.isAtEnd ? .notRepresentable : nil
    }
    let isNegative = scanner.skip("-" as Unicode.Scalar)
    // money in the C locale: -$1,234.56
    _ = scanner.skip("$" as Unicode.Scalar)
    var (value, digits, decimals, seen) = (Int128(0), 0, 0, 0)
    var isFraction = false
    while let byte = scanner.peek {
      if let digit = scanner.digit() {
        seen += 1
        guard !isFraction || decimals < scale else { continue }
        if value != 0 || digit != 0 { digits += 1 }
        guard digits <= precision else { return .notRepresentable }
        value = value * 10 + Int128(digit)
        if isFraction { decimals += 1 }
      } else if byte == UInt8(ascii: "."), !isFraction {
        isFraction = true
        scanner.advance()
      } else if byte == UInt8(ascii: ","), !isFraction {
        scanner.advance()
      } else {
        return nil
      }
    }
    guard seen > 0 else { return nil }
    while decimals < scale {
      if value != 0 { digits += 1 }
      guard digits <= precision else { return .notRepresentable }
      value *= 10
      decimals += 1
    }
    return .value(isNegative ? -value : value)
  }

  /// bytea in hexadecimal: `\x6869`.
  static func bytes(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    var scanner = TextScanner(text)
    guard scanner.skip("\\x"), text.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 2 - 1)
    while let high = scanner.peek {
      scanner.advance()
      guard let low = scanner.peek, let left = nibble(high), let right = nibble(low) else { return nil }
      scanner.advance()
      bytes.append(left << 4 | right)
    }
    return bytes
  }

  private static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x61...0x66: byte - 0x61 + 10
    case 0x41...0x46: byte - 0x41 + 10
    default: nil
    }
  }
}
