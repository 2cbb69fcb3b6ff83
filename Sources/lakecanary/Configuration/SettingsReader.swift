/// Reads typed values out of settings and gathers what is wrong with them, so that all of it can be told at once.
struct SettingsReader {
  private let settings: Settings
  private(set) var problems: [ConfigurationError] = []

  init(_ settings: Settings) {
    self.settings = settings
  }

  /// Why a value will not do, for the end of `key: ...`.
  struct InvalidValue: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
  }

  /// Where the key was given, if it was.
  func origin(_ key: ConfigurationKey) -> Origin? { settings[key]?.origin }

  func isGiven(_ key: ConfigurationKey) -> Bool { settings[key] != nil }

  /// The text of a scalar key.
  func text(_ key: ConfigurationKey) -> String? { settings[key]?.elements.first?.text }

  /// The value that `parse` makes of a scalar's text, or nil where the key is not given or wrong.
  mutating func value<Value>(
    _ key: ConfigurationKey, _ parse: (String) throws(InvalidValue) -> Value
  ) -> Value? {
    guard let element = settings[key]?.elements.first else { return nil }
    do throws(InvalidValue) {
      return try parse(element.text)
    } catch {
      add(.invalidValue(key, reason: error.reason), element.origin)
      return nil
    }
  }

  /// The values that `parse` makes of a list's elements, or nil where the key is not given.
  mutating func values<Value>(
    _ key: ConfigurationKey, _ parse: (String) throws(InvalidValue) -> Value
  ) -> [Value]? {
    guard let setting = settings[key] else { return nil }
    var values: [Value] = []
    for element in setting.elements {
      do throws(InvalidValue) {
        values.append(try parse(element.text))
      } catch {
        add(.invalidValue(key, reason: error.reason), element.origin)
      }
    }
    return values
  }

  mutating func add(_ problem: ConfigurationError.Problem, _ origin: Origin?) {
    problems.append(ConfigurationError(problem, origin))
  }

  mutating func add(_ problem: ConfigurationError) {
    problems.append(problem)
  }

  mutating func duration(_ key: ConfigurationKey) -> Duration? {
    value(key) { text throws(InvalidValue) in
      guard let duration = DurationText.duration(text) else {
        throw InvalidValue("'\(text)' is no length of time; write 90s, 5m, 1h30m or 2d")
      }
      return duration
    }
  }

  mutating func integer(_ key: ConfigurationKey, in range: ClosedRange<Int>) -> Int? {
    value(key) { text throws(InvalidValue) in
      guard let number = Int(text), range.contains(number) else {
        throw InvalidValue("'\(text)' is no whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
  }

  mutating func boolean(_ key: ConfigurationKey) -> Bool? {
    value(key) { text throws(InvalidValue) in
      switch text.lowercased() {
      case "true", "yes", "on": return true
      case "false", "no", "off": return false
      default: throw InvalidValue("'\(text)' is neither true nor false")
      }
    }
  }

  /// A share: `99.5%`, or a number from 0 to 1.
  mutating func share(_ key: ConfigurationKey) -> Double? {
    value(key) { text throws(InvalidValue) in
      let isPercent = text.hasSuffix("%")
      let number = text.dropLast(isPercent ? 1 : 0).trimmingSuffix { $0 == " " }
      guard let value = Double(number), value >= 0, value <= (isPercent ? 100 : 1) else {
        throw InvalidValue("'\(text)' is no share; write 99.5% or 0.995")
      }
      return isPercent ? value / 100 : value
    }
  }

  /// One of the cases of an enumeration, by its raw value.
  mutating func choice<Choice: RawRepresentable<String>>(
    _ key: ConfigurationKey, _ choices: [Choice]
  ) -> Choice? {
    value(key) { text throws(InvalidValue) in try SettingsReader.choice(text, choices) }
  }

  static func choice<Choice: RawRepresentable<String>>(
    _ text: String, _ choices: [Choice]
  ) throws(InvalidValue) -> Choice {
    if let choice = choices.first(where: { $0.rawValue.lowercased() == text.lowercased() }) { return choice }
    let names = choices.map(\.rawValue)
    let mend = NearestName.nearest(to: text, among: names).map { "did you mean '\($0)'?" }
    throw InvalidValue(
      "'\(text)' is none of \(names.joined(separator: ", "))" + (mend.map { "; \($0)" } ?? ""))
  }
}

extension StringProtocol {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> SubSequence {
    var text = self[...]
    while let last = text.last, predicate(last) { text = text.dropLast() }
    return text
  }
}
