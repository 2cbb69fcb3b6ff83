import Foundation

/// One setting's value, and the ways to read it.
struct SettingValue {
  let setting: String
  let raw: String

  /// The parts of `name=value;name=value` in order, then those that are named apart; names as they were spelled.
  ///
  /// - Throws: `DMSError` with `malformedSettings`.
  static func pairs(
    of text: String, _ named: [String: String]
  ) throws(DMSError) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for part in text.split(separator: ";") {
      if part.allSatisfy(\.isWhitespace) { continue }
      guard let equals = part.firstIndex(of: "=") else {
        throw DMSError(.settingWithoutValue(part: String(part)))
      }
      pairs.append((trimmed(part[..<equals]), String(part[part.index(after: equals)...])))
    }
    return pairs + named.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  }

  var text: String { trimmed(raw) }
  var textOrNil: String? { text.isEmpty ? nil : text }

  /// A path without slashes at its ends.
  var folderOrNil: String? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: true)
    return parts.isEmpty ? nil : parts.joined(separator: "/")
  }

  func flag() throws(DMSError) -> Bool {
    switch text.lowercased() {
    case "true", "y", "yes", "1": return true
    case "false", "n", "no", "0": return false
    default: throw refused("true or false")
    }
  }

  func number(_ range: ClosedRange<Int>) throws(DMSError) -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw refused("a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// Takes the documented values in any case, and with `_` for `-` as some of AWS's texts have it.
  func choice<Choice: RawRepresentable & CaseIterable>() throws(DMSError) -> Choice
  where Choice.RawValue == String {
    let wanted = text.lowercased().replacing("_", with: "-")
    if let choice = Choice.allCases.first(where: { $0.rawValue == wanted }) { return choice }
    throw refused(Choice.allCases.map(\.rawValue).joined(separator: ", "))
  }

  func timeZoneOrNil() throws(DMSError) -> String? {
    guard let name = textOrNil else { return nil }
    guard EndpointSettings.isKnownTimeZone(name) else { throw refused("a time zone as Area/Location") }
    return name == "UTC" ? nil : name
  }

  var escaped: String {
    raw.replacing("\\\\", with: "\u{0}").replacing("\\n", with: "\n").replacing("\\r", with: "\r")
      .replacing("\\t", with: "\t").replacing("\u{0}", with: "\\")
  }

  func nonEmptyEscaped() throws(DMSError) -> String {
    guard !escaped.isEmpty else { throw refused("one or more characters") }
    return escaped
  }

  func refused(_ allowed: String) -> DMSError {
    DMSError(.valueNotAllowed(setting: setting, value: text, allowed: allowed))
  }
}

func trimmed(_ text: some StringProtocol) -> String {
  text.trimmingCharacters(in: .whitespacesAndNewlines)
}
