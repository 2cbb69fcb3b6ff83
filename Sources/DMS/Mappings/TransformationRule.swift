/// One transformation rule.
struct TransformationRule: Hashable, Sendable {
  enum Target: String, Hashable, Sendable { case schema, table, column }

  enum NameChange: Hashable, Sendable {
    case rename(String)
    case lowercase, uppercase
    case addPrefix(String), removePrefix(String), replacePrefix(String, with: String)
    case addSuffix(String), removeSuffix(String), replaceSuffix(String, with: String)
  }

  enum Action: Hashable, Sendable {
    case name(NameChange)
    case removeColumn
    case includeColumn
    case addColumn(name: String, type: DMSType, expression: ColumnExpression?)
    case changeType(DMSType)
    case addBeforeImages(prefix: String, suffix: String, filter: BeforeImageFilter)
  }

  enum BeforeImageFilter: String, Hashable, Sendable {
    case keyOnly = "pk-only"
    case nonLOB = "non-lob"
    case all
  }

  let id: String
  let target: Target
  let action: Action
  let schema: NamePattern
  let table: NamePattern
  let column: NamePattern

  func matches(_ name: QualifiedName) -> Bool {
    schema.matches(name.schema) && table.matches(name.name)
  }

  func matches(column name: String, of table: QualifiedName) -> Bool {
    target == .column && matches(table) && column.matches(name)
  }
}

extension TransformationRule.NameChange {
  func applied(to name: String) -> String {
    switch self {
    case .rename(let new): new
    case .lowercase: name.lowercased()
    case .uppercase: name.uppercased()
    case .addPrefix(let prefix): prefix + name
    case .removePrefix(let prefix): name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    case .replacePrefix(let old, let new): name.hasPrefix(old) ? new + name.dropFirst(old.count) : name
    case .addSuffix(let suffix): name + suffix
    case .removeSuffix(let suffix): name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
    case .replaceSuffix(let old, let new): name.hasSuffix(old) ? name.dropLast(old.count) + new : name
    }
  }
}
