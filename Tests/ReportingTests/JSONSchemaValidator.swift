import Foundation

/// Checks JSON against the part of JSON Schema (draft 2020-12) that the report's schema uses; a keyword that it does
/// not know is a failure, so that none is passed over.
struct JSONSchemaValidator {
  private let root: [String: Any]

  init(_ text: String) throws {
    let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8))
    root = parsed as? [String: Any] ?? [:]
  }

  /// What is wrong with `text`, a line each.
  func problems(in text: String) throws -> [String] {
    check(try JSONSerialization.jsonObject(with: Data(text.utf8)), root, at: "$")
  }

  private func check(_ value: Any, _ schema: [String: Any], at path: String) -> [String] {
    var problems: [String] = []
    for (keyword, rule) in schema {
      switch keyword {
      case "$schema", "$id", "$defs", "title", "description", "required", "properties",
        "additionalProperties":
        break
      case "$ref":
        let name = (rule as? String)?.replacing("#/$defs/", with: "") ?? ""
        guard let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any] else {
          return ["\(path): no definition \(name)"]
        }
        problems += check(value, target, at: path)
      case "type": if !isOfType(value, rule as? String) { problems.append("\(path): is no \(rule)") }
      case "const": if "\(value)" != "\(rule)" { problems.append("\(path): is not \(rule)") }
      case "enum":
        let cases = (rule as? [String]) ?? []
        if !cases.contains(value as? String ?? "") { problems.append("\(path): is none of \(cases)") }
      case "pattern":
        let matches = (value as? String)?.range(of: rule as? String ?? "", options: .regularExpression) != nil
        if !matches { problems.append("\(path): does not match") }
      case "minimum": if number(value) < number(rule) { problems.append("\(path): is below \(rule)") }
      case "maximum": if number(value) > number(rule) { problems.append("\(path): is above \(rule)") }
      case "items":
        for (index, item) in ((value as? [Any]) ?? []).enumerated() {
          problems += check(item, rule as? [String: Any] ?? [:], at: "\(path)[\(index)]")
        }
      default: problems.append("the schema uses \(keyword), which this validator does not know")
      }
    }
    return problems + checkProperties(value, schema, at: path)
  }

  private func checkProperties(_ value: Any, _ schema: [String: Any], at path: String) -> [String] {
    guard let object = value as? [String: Any],
      let properties = schema["properties"] as? [String: [String: Any]]
    else { return [] }
    var problems: [String] = []
    for key in (schema["required"] as? [String]) ?? [] where object[key] == nil {
      problems.append("\(path): lacks \(key)")
    }
    for (key, member) in object {
      if let rule = properties[key] {
        problems += check(member, rule, at: "\(path).\(key)")
      } else if schema["additionalProperties"] as? Bool == false {
        problems.append("\(path): \(key) is not in the schema")
      }
    }
    return problems
  }

  private func isOfType(_ value: Any, _ type: String?) -> Bool {
    switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "boolean": value is Bool
    case "number": value is Double || value is Int
    case "integer": value is Int64 || value is Int
    default: false
    }
  }

  private func number(_ value: Any) -> Double { (value as? NSNumber)?.doubleValue ?? .nan }
}
