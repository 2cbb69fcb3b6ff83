public import Time

/// The last part of an object's key, as DMS gives it (DMS.md section 1).
public struct ObjectName: Hashable, Sendable, CustomStringConvertible {
  /// The part of a task in which an object is written.
  public enum Phase: String, Hashable, Sendable {
    /// The rows that were there when the task began.
    case fullLoad
    /// Change data capture.
    case changes
  }

  /// What a name says.
  public enum Kind: Hashable, Sendable {
    /// `LOAD0000000A`, or `SEGMENT2_LOAD00000001` of a parallel load by ranges: hexadecimal, from 1.
    case fullLoad(number: UInt32, segment: UInt32?)
    /// `20240612-103125108`: when the file was closed, to a millisecond, by the clock of
    /// `DatePartitionTimezone` (UTC by default). A name with 10 digits after the dash has a tenth of that.
    case changes(CivilTime)
    /// `CDC_TXN-20201117153046033`: the same for the one file of all tables under `PreserveTransactions`.
    case transactions(CivilTime)
  }

  /// What the name says.
  public var kind: Kind
  /// The extension.
  public var format: FileFormat

  /// A name from its parts.
  ///
  /// A time is cut to milliseconds when it is written out.
  public init(_ kind: Kind, _ format: FileFormat) {
    self.kind = kind
    self.format = format
  }

  /// The part of the task in which an object of this name is written.
  public var phase: Phase {
    if case .fullLoad = kind { .fullLoad } else { .changes }
  }

  /// The name within its folder.
  public var description: String {
    switch kind {
    case .fullLoad(let number, nil):
      "LOAD\(hexadecimal(number))\(format.rawValue)"
    case .fullLoad(let number, let segment?):
      "SEGMENT\(segment)_LOAD\(hexadecimal(number))\(format.rawValue)"
    case .changes(let time):
      "\(dayDigits(time))-\(clockDigits(time))\(format.rawValue)"
    case .transactions(let time):
      "CDC_TXN-\(dayDigits(time))\(clockDigits(time))\(format.rawValue)"
    }
  }

  /// Reads a name; nil where DMS gives no such name.
  ///
  /// Takes 9 digits of the time of day, as real files have, and the 10 of the documentation's example.
  public init?(_ name: some StringProtocol) {
    guard let dot = name.firstIndex(of: "."), let format = FileFormat(rawValue: String(name[dot...])),
      let kind = ObjectName.kind(of: Array(name[..<dot].utf8))
    else { return nil }
    self.init(kind, format)
  }

  private static func kind(of bytes: [UInt8]) -> Kind? {
    if let rest = bytes.dropping("CDC_TXN-") {
      guard rest.count == 17, let time = civilTime(day: rest.prefix(8), clock: rest.dropFirst(8)) else {
        return nil
      }
      return .transactions(time)
    }
    if let digits = bytes.dropping("LOAD") {
      guard let number = loadNumber(digits) else { return nil }
      return .fullLoad(number: number, segment: nil)
    }
    if let rest = bytes.dropping("SEGMENT") {
      guard let underscore = rest.firstIndex(of: UInt8(ascii: "_")),
        let segment = decimal(rest[..<underscore]), let segment = UInt32(exactly: segment),
        let digits = Array(rest[(underscore + 1)...]).dropping("LOAD"), let number = loadNumber(digits)
      else { return nil }
      return .fullLoad(number: number, segment: segment)
    }
    guard bytes.count == 18 || bytes.count == 19, bytes[8] == UInt8(ascii: "-"),
      let time = civilTime(day: bytes[..<8], clock: bytes[9...])
    else { return nil }
    return .changes(time)
  }
}

/// Exactly 8 hexadecimal digits in upper case, counted from 1.
private func loadNumber(_ digits: some Collection<UInt8>) -> UInt32? {
  guard digits.count == 8 else { return nil }
  var number: UInt32 = 0
  for digit in digits {
    switch digit {
    case 0x30...0x39: number = number << 4 | UInt32(digit - 0x30)
    case 0x41...0x46: number = number << 4 | UInt32(digit - 0x41 + 10)
    default: return nil
    }
  }
  return number == 0 ? nil : number
}

private func civilTime(day: some Collection<UInt8>, clock: some Collection<UInt8>) -> CivilTime? {
  guard let date = decimal(day), let time = decimal(clock) else { return nil }
  let unit = clock.count == 9 ? 1_000 : 10_000
  return CivilTime(
    year: date / 10_000, month: date / 100 % 100, day: date % 100,
    hour: time / (unit * 10_000), minute: time / (unit * 100) % 100, second: time / unit % 100,
    microsecond: time % unit * (1_000_000 / unit))
}

/// A number of 1 to 18 decimal digits.
private func decimal(_ digits: some Collection<UInt8>) -> Int? {
  guard (1...18).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
  return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
}

private func hexadecimal(_ number: UInt32) -> String {
  padded(String(number, radix: 16, uppercase: true), 8)
}

private func dayDigits(_ time: CivilTime) -> String {
  padded(String(max(0, time.year) * 10_000 + time.month * 100 + time.day), 8)
}

private func clockDigits(_ time: CivilTime) -> String {
  let seconds = time.hour * 10_000 + time.minute * 100 + time.second
  return padded(String(seconds * 1_000 + time.microsecond / 1_000), 9)
}

func padded(_ digits: String, _ width: Int) -> String {
  digits.utf8.count >= width ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits
}

extension Array where Element == UInt8 {
  /// What follows `prefix`, or nil where the bytes do not begin with it.
  fileprivate func dropping(_ prefix: String) -> [UInt8]? {
    starts(with: prefix.utf8) ? Array(dropFirst(prefix.utf8.count)) : nil
  }
}
