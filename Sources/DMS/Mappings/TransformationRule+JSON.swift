extension TransformationRule {
  /// Reads a rule; nil for one that concerns nothing that a bucket has (primary keys, tablespaces).
  init?(_ json: MappingRuleJSON, id: String) throws(DMSError) {
    guard let named = json.ruleTarget else { throw DMSError(.ruleLacks(rule: id, part: "rule-target")) }
    if ["table-tablespace", "index-tablespace"].contains(named) { return nil }
    guard let target = Target(rawValue: named) else {
      throw DMSError(.ruleHas(rule: id, part: "rule-target", value: named, allowed: "schema, table, column"))
    }
    guard let action = json.ruleAction else { throw DMSError(.ruleLacks(rule: id, part: "rule-action")) }
    guard let schema = json.objectLocator?.schemaName else {
      throw DMSError(.ruleLacks(rule: id, part: "object-locator with schema-name"))
    }
    if action == "define-primary-key" { return nil }
    self.init(
      id: id, target: target, action: try RuleReader(json: json, id: id).action(action, target: target),
      schema: NamePattern(schema), table: NamePattern(json.objectLocator?.tableName ?? "%"),
      column: NamePattern(json.objectLocator?.columnName ?? "%"))
  }
}

private struct RuleReader {
  let json: MappingRuleJSON
  let id: String

  func action(
    _ name: String, target: TransformationRule.Target
  ) throws(DMSError) -> TransformationRule.Action {
    switch name {
    case "rename": return .name(.rename(try value()))
    case "convert-lowercase": return .name(.lowercase)
    case "convert-uppercase": return .name(.uppercase)
    case "add-prefix": return .name(.addPrefix(try value()))
    case "remove-prefix": return .name(.removePrefix(try value()))
    case "replace-prefix": return .name(.replacePrefix(try oldValue(), with: try value()))
    case "add-suffix": return .name(.addSuffix(try value()))
    case "remove-suffix": return .name(.removeSuffix(try value()))
    case "replace-suffix": return .name(.replaceSuffix(try oldValue(), with: try value()))
    default: break
    }
    guard target == .column else { throw unknown(name) }
    switch name {
    case "remove-column": return .removeColumn
    case "include-column": return .includeColumn
    case "add-column":
      var expression: ColumnExpression?
      if let text = json.expression { expression = try ColumnExpression(parsing: text, rule: id) }
      return .addColumn(name: try value(), type: try dataType(default: .wstring(nil)), expression: expression)
    case "change-data-type": return .changeType(try dataType(default: nil))
    case "add-before-image-columns":
      let filter = json.beforeImage?.filter ?? "pk-only"
      guard let known = TransformationRule.BeforeImageFilter(rawValue: filter) else {
        throw DMSError(
          .ruleHas(rule: id, part: "column-filter", value: filter, allowed: "pk-only, non-lob, all"))
      }
      let (prefix, suffix) = (json.beforeImage?.prefix ?? "", json.beforeImage?.suffix ?? "")
      guard !prefix.isEmpty || !suffix.isEmpty else {
        throw DMSError(.ruleLacks(rule: id, part: "column-prefix or column-suffix"))
      }
      return .addBeforeImages(prefix: prefix, suffix: suffix, filter: known)
    default: throw unknown(name)
    }
  }

  private func unknown(_ name: String) -> DMSError {
    DMSError(.ruleNotSupported(rule: id, action: "rule-action \(name)"))
  }

  private func value() throws(DMSError) -> String {
    guard let text = json.value?.text, !text.isEmpty else {
      throw DMSError(.ruleLacks(rule: id, part: "value"))
    }
    return text
  }

  private func oldValue() throws(DMSError) -> String {
    guard let text = json.oldValue?.text, !text.isEmpty else {
      throw DMSError(.ruleLacks(rule: id, part: "old-value"))
    }
    return text
  }

  private func dataType(default fallback: DMSType?) throws(DMSError) -> DMSType {
    guard let type = json.dataType?.type?.lowercased() else {
      guard let fallback else { throw DMSError(.ruleLacks(rule: id, part: "data-type")) }
      return fallback
    }
    let length = json.dataType?.length?.integer
    switch type {
    case "int1", "int2", "uint1": return .int2
    case "int4", "uint2": return .int4
    case "int8", "uint4": return .int8
    case "numeric":
      let precision = json.dataType?.precision?.integer ?? 28
      let scale = json.dataType?.scale?.integer ?? 6
      guard (1...38).contains(precision), (0...precision).contains(scale) else {
        throw DMSError(
          .ruleHas(
            rule: id, part: "data-type", value: "numeric(\(precision),\(scale))",
            allowed: "a precision from 1 to 38 and a scale from 0 to the precision"))
      }
      return .numeric(precision: precision, scale: scale)
    case "real4": return .real4
    case "real8": return .real8
    case "boolean": return .boolean
    case "string": return .string(length ?? 255)
    case "wstring": return .wstring(length)
    case "clob": return .clob
    case "nclob": return .nclob
    case "bytes", "blob": return .blob
    case "date": return .date
    case "time": return .time
    case "datetime": return .datetime
    default:
      throw DMSError(
        .ruleHas(
          rule: id, part: "data-type", value: type,
          allowed:
            "int1, int2, int4, int8, numeric, real4, real8, boolean, string, wstring, clob, nclob, bytes, "
            + "blob, date, time, datetime"))
    }
  }
}
