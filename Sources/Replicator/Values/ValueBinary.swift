import Time

/// PostgreSQL's binary forms of values, as `COPY ... (FORMAT binary)` sends them: the send functions of
/// src/backend/utils/adt, in network byte order.
///
/// Each function returns nil for bytes that are not of its type. What they say is what `ValueText` says of the
/// same value's text.
enum ValueBinary {
  @inline(__always)
  static func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, as type: Number.Type
  ) -> Number? {
    guard bytes.count == MemoryLayout<Number>.size else { return nil }
    return Number(bigEndian: bytes.loadUnaligned(as: Number.self))
  }

  static func boolean(_ bytes: UnsafeRawBufferPointer) -> Bool? {
    bytes.count == 1 ? bytes[0] != 0 : nil
  }

  /// Days since 1970-01-01.
  static func date(_ bytes: UnsafeRawBufferPointer) -> TextValue<Int32>? {
    guard let days = integer(bytes, as: Int32.self) else { return nil }
    switch days {
    case .max: return .value(Int32(lastDate.daysSince1970))
    case .min: return .value(Int32(firstDate.daysSince1970))
    default:
      let sum = Int64(days) + 10_957
      return sum <= Int64(lastRepresentable.daysSince1970) ? .value(Int32(sum)) : .notRepresentable
    }
  }

  /// Milliseconds since midnight; 24:00:00 is the day's last one.
  static func timeMilliseconds(_ bytes: UnsafeRawBufferPointer) -> Int32? {
    guard let time = integer(bytes, as: Int64.self), 0...86_400_000_000 ~= time else { return nil }
    return Int32(min(time / 1_000, 86_399_999))
  }

  /// A timestamp, or one with a time zone, which is in UTC.
  @inline(__always)
  static func timestamp(_ bytes: UnsafeRawBufferPointer) -> TextValue<Timestamp>? {
    guard let count = integer(bytes, as: Int64.self) else { return nil }
    if count < 0 && count == .min { return .value(firstDate.utc) }
    let (sum, overflow) = count.addingReportingOverflow(epoch)
    if !overflow && sum < endTime { return .value(Timestamp(microseconds: sum)) }
    return count == .max ? .value(lastDate.utc + .seconds(86_399)) : .notRepresentable
  }

  /// The characters of a uuid.
  static let uuidByteCount = 36

  /// Writes a uuid's characters, 8-4-4-4-12; false where the bytes are none.
  @inline(__always)
  static func write(uuid bytes: UnsafeRawBufferPointer, to text: UnsafeMutableRawPointer) -> Bool {
    guard bytes.count == 16 else { return false }
    let first = hexadecimal(bytes, 0)
    let (second, third) = (hexadecimal(bytes, 4), hexadecimal(bytes, 8))
    let last = hexadecimal(bytes, 12)
    let dash = UInt64(UInt8(ascii: "-"))
    // Each store ends a byte behind its digits; the next one writes the dash or the digits there.
    text.storeBytes(of: first, toByteOffset: 0, as: UInt64.self)
    text.storeBytes(of: dash | second &<< 8, toByteOffset: 8, as: UInt64.self)
    text.storeBytes(of: dash | (second &>> 32) &<< 8, toByteOffset: 13, as: UInt64.self)
    text.storeBytes(of: dash | third &<< 8, toByteOffset: 18, as: UInt64.self)
    text.storeBytes(of: dash | (third &>> 32) &<< 8, toByteOffset: 23, as: UInt64.self)
    text.storeBytes(of: last, toByteOffset: 28, as: UInt64.self)
    return true
  }

  /// The eight digits of four bytes, all at once: the first is the lowest byte.
  @inline(__always)
  private static func hexadecimal(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    let four = UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    let pairs = (four | four &<< 16) & 0x0000_ffff_0000_ffff
    let single = (pairs | pairs &<< 8) & 0x00ff_00ff_00ff_00ff
    let nibbles = (single &>> 4) & 0x000f_000f_000f_000f | (single & 0x000f_000f_000f_000f) &<< 8
    // 1 where a nibble is a letter.
    let letters = ((nibbles &+ 0x0606_0606_0606_0606) &>> 4) & 0x0101_0101_0101_0101
    return (nibbles &+ 0x3030_3030_3030_3030 &+ letters &* UInt64(UInt8(ascii: "a") - 10 - UInt8(ascii: "0")))
      .littleEndian
  }

  /// A numeric as an integer of 10^-scale, cut beyond the scale.
  ///
  /// Digits of base 10,000, the first of them worth 10,000^weight (numeric.c, numeric_send).
  static func decimal(_ bytes: UnsafeRawBufferPointer, precision: Int, scale: Int) -> TextValue<Int128>? {
    func half(_ index: Int) -> UInt16 {
      UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
    }
    guard bytes.count >= 8, bytes.count == 8 + 2 * Int(half(0)) else { return nil }
    switch half(2) {
    case 0, 0x4000: break
    // NaN, Infinity and -Infinity.
    case 0xC000, 0xD000, 0xF000: return .notRepresentable
    default: return nil
    }
    let weight = Int(Int16(bitPattern: half(1)))
    var value = Int128(0)
    var digits = 0
    // The power of ten of the digit that comes next.
    var power = (weight + 1) * 4
    for index in 0..<Int(half(0)) {
      let group = Int(half(4 + index))
      guard group < 10_000 else { return nil }
      for unit in [1_000, 100, 10, 1] {
        power -= 1
        guard power >= -scale else { break }
        let digit = group / unit % 10
        if value != 0 || digit != 0 { digits += 1 }
        guard digits <= precision else { return .notRepresentable }
        value = value * 10 + Int128(digit)
      }
    }
    while power > -scale {
      if value == 0 { break }
      digits += 1
      guard digits <= precision else { return .notRepresentable }
      value *= 10
      power -= 1
    }
    return .value(half(2) == 0x4000 ? -value : value)
  }

  /// 2000-01-01 in microseconds since 1970-01-01.
  private static let epoch: Int64 = 946_684_800_000_000
  /// What stands for the infinities (DMS.md section 5).
  private static let lastDate = date(9999, 12, 31)
  private static let firstDate = date(-4712, 1, 1)
  /// The last date that `ValueText` takes.
  private static let lastRepresentable = date(290_000, 12, 31)
  private static let endTime = (lastRepresentable.utc + .seconds(86_400)).microseconds

  private static func date(_ year: Int, _ month: Int, _ day: Int) -> CivilTime {
    guard let date = CivilTime(year: year, month: month, day: day) else {
      preconditionFailure("a constant date is a date")
    }
    return date
  }
}
