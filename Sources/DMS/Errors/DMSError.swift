/// What is wrong with settings, mappings or names that were meant for DMS.
public struct DMSError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of error, for callers that act on them.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// The settings are not `name=value` joined by `;`.
    case malformedSettings
    /// The value of a setting is out of its range.
    case invalidValue
    /// Two settings exclude each other.
    case conflictingSettings
    /// The text is not the JSON of table mappings.
    case malformedMappings
    /// A rule lacks a part, or one of its parts is wrong.
    case invalidRule
    /// A rule that DMS knows and this tool does not carry out.
    case unsupportedRule
    /// A schema, table or column name cannot stand in a key or a file.
    case invalidName
  }

  /// What is wrong, as data.
  public enum Problem: Hashable, Sendable {
    /// A part of the settings string without `=`.
    case settingWithoutValue(part: String)
    /// A value that the setting does not take; `allowed` says which it does.
    case valueNotAllowed(setting: String, value: String, allowed: String)
    /// Two settings that DMS does not take together.
    case settingsExclude(String, String)
    /// A setting that needs another one.
    case settingNeeds(String, String)
    /// Bytes that are no JSON, or JSON of another shape; `path` says where.
    case notMappings(path: String, reason: String)
    /// Bytes that are no JSON object of task settings.
    case notTaskSettings
    /// A rule without a part that it needs.
    case ruleLacks(rule: String, part: String)
    /// A rule with a part that has no such value.
    case ruleHas(rule: String, part: String, value: String, allowed: String)
    /// A rule that this tool does not carry out.
    case ruleNotSupported(rule: String, action: String)
    /// Two rules with one id.
    case ruleIDTwice(String)
    /// A target name that is empty, or holds a `/` or a NUL.
    case nameNotAllowed(String)
    /// Two columns of one target table with the same name.
    case columnTwice(table: QualifiedName, column: String)
  }

  /// What is wrong, as data.
  public let problem: Problem

  /// The error of a problem.
  public init(_ problem: Problem) {
    self.problem = problem
  }

  /// The kind of error.
  public var code: Code {
    switch problem {
    case .settingWithoutValue, .notTaskSettings: .malformedSettings
    case .valueNotAllowed: .invalidValue
    case .settingsExclude, .settingNeeds: .conflictingSettings
    case .notMappings: .malformedMappings
    case .ruleLacks, .ruleHas, .ruleIDTwice: .invalidRule
    case .ruleNotSupported: .unsupportedRule
    case .nameNotAllowed, .columnTwice: .invalidName
    }
  }

  /// One line: what is wrong, where, and how to mend it.
  public var description: String {
    switch problem {
    case .settingWithoutValue(let part):
      "endpoint settings: \"\(part)\" is not name=value; join settings as name=value;name=value"
    case .valueNotAllowed(let setting, let value, let allowed):
      "setting \(setting) cannot be \"\(value)\"; it takes \(allowed)"
    case .settingsExclude(let one, let other):
      "endpoint settings \(one) and \(other) exclude each other; remove one of them"
    case .settingNeeds(let one, let other):
      "endpoint setting \(one) needs \(other); set it or remove \(one)"
    case .notMappings(let path, let reason):
      "table mappings: \(path.isEmpty ? "the text" : path) \(reason); give DMS's table-mapping JSON, {\"rules\": [...]}"
    case .notTaskSettings:
      "task settings: the text is no JSON object; give DMS's own, {\"TargetMetadata\": {...}, ...}"
    case .ruleLacks(let rule, let part):
      "table mappings: rule \(rule) has no \(part); add it"
    case .ruleHas(let rule, let part, let value, let allowed):
      "table mappings: rule \(rule) has \(part) \"\(value)\"; it takes \(allowed)"
    case .ruleNotSupported(let rule, let action):
      "table mappings: rule \(rule) asks for \(action), which this tool does not carry out; remove the rule"
    case .ruleIDTwice(let id):
      "table mappings: two rules have the rule-id \(id); give each its own"
    case .nameNotAllowed(let name):
      "the target name \"\(name)\" cannot be part of an object's key; rename it with a transformation rule"
    case .columnTwice(let table, let column):
      "target table \(table) would have two columns \"\(column)\"; rename one with a transformation rule"
    }
  }
}
