import Foundation

/// DMS's table mappings: which tables are replicated, and how they are changed on the way.
public struct TableMappings: Hashable, Sendable {
  /// What the one who wrote the mappings should know: rules that concern nothing here.
  public private(set) var warnings: [String] = []
  private var selections: [SelectionRule] = []
  private var transformations: [TransformationRule] = []

  /// Reads DMS's JSON: `{"rules": [...]}`.
  ///
  /// - Throws: `DMSError` with `malformedMappings`, `invalidRule` or `unsupportedRule`, naming the rule-id.
  public init(json: String) throws(DMSError) {
    let document: Document
    do {
      document = try JSONDecoder().decode(Document.self, from: Data(json.utf8))
    } catch let error as DecodingError {
      throw DMSError(TableMappings.problem(of: error))
    } catch {
      throw DMSError(.notMappings(path: "", reason: "is not JSON"))
    }
    var ids: Set<String> = []
    for (index, rule) in document.rules.enumerated() {
      let id = rule.ruleID?.text ?? "at place \(index + 1)"
      guard ids.insert(id).inserted else { throw DMSError(.ruleIDTwice(id)) }
      try add(rule, id: id)
    }
    guard selections.contains(where: { $0.action != .exclude }) else {
      throw DMSError(.ruleLacks(rule: "list", part: "selection rule that includes a table"))
    }
  }

  /// Mappings that select these tables and change nothing.
  public init(including tables: [QualifiedName]) {
    selections = tables.enumerated().map { SelectionRule(including: $0.element, id: String($0.offset + 1)) }
  }

  /// Whether a table is replicated: some rule includes it and none excludes it.
  ///
  /// DMS's own tables, `awsdms_*`, never are.
  public func selects(_ table: QualifiedName) -> Bool {
    guard !table.name.hasPrefix("awsdms_") else { return false }
    let matching = selections.filter { $0.matches(table) }
    return !matching.isEmpty && !matching.contains { $0.action == .exclude }
  }

  /// The order of full load among tables: greater numbers first.
  public func loadOrder(of table: QualifiedName) -> Int {
    selections.filter { $0.matches(table) }.map(\.loadOrder).max() ?? 0
  }

  /// The filters on a table's rows; a row must pass all of them.
  public func filters(of table: QualifiedName) -> [RowFilter] {
    selections.filter { $0.action == .include && $0.matches(table) }.flatMap(\.filters)
  }

  /// The schema and name of a table in the bucket.
  ///
  /// DMS takes one rule for a schema and one for a table; of several the first counts.
  public func target(of table: QualifiedName) -> QualifiedName {
    func changed(_ name: String, _ target: TransformationRule.Target) -> String {
      for rule in transformations where rule.target == target && rule.matches(table) {
        if case .name(let change) = rule.action { return change.applied(to: name) }
      }
      return name
    }
    return QualifiedName(schema: changed(table.schema, .schema), name: changed(table.name, .table))
  }

  /// The name of a source column in the files; nil where a rule removes it.
  public func targetColumn(_ column: String, of table: QualifiedName) -> String? {
    let rules = transformations.filter { $0.matches(column: column, of: table) }
    if rules.contains(where: { $0.action == .removeColumn }) { return nil }
    let hasIncludes = transformations.contains {
      $0.target == .column && $0.action == .includeColumn && $0.matches(table)
    }
    if hasIncludes, !rules.contains(where: { $0.action == .includeColumn }) { return nil }
    return rules.reduce(column) { name, rule in
      if case .name(let change) = rule.action { change.applied(to: name) } else { name }
    }
  }

  /// The names of columns that rules add to a table's own: header columns, and before images of these columns.
  public func addedColumns(to table: QualifiedName, with columns: [String]) -> Set<String> {
    var names: Set<String> = []
    for rule in transformations where rule.target == .column && rule.matches(table) {
      switch rule.action {
      case .addColumn(let name, _, _): names.insert(name)
      case .addBeforeImages(let prefix, let suffix, _):
        for column in columns where rule.column.matches(column) {
          names.insert(prefix + (targetColumn(column, of: table) ?? column) + suffix)
        }
      case .name, .removeColumn, .includeColumn, .changeType: break
      }
    }
    return names
  }

  /// A table as it is written.
  ///
  /// - Throws: `DMSError` with `invalidName` where a name cannot stand in a key, or two columns have one name.
  public func targetTable(of table: QualifiedName, columns: [SourceColumn]) throws(DMSError) -> TargetTable {
    let target = target(of: table)
    for name in [target.schema, target.name]
    where name.isEmpty || name == "." || name == ".." || name.contains("/") || name.contains("\0") {
      throw DMSError(.nameNotAllowed(name))
    }
    var result: [TargetColumn] = []
    for (index, column) in columns.enumerated() {
      guard let name = targetColumn(column.name, of: table) else { continue }
      let type = changedType(of: column.name, of: table)
      result.append(
        TargetColumn(
          name: name, type: type ?? column.type, isConverted: type != nil && type != column.type,
          origin: .column(index)))
    }
    result += addedColumns(table, columns)
    var names: Set<String> = []
    for column in result where !names.insert(column.name).inserted {
      throw DMSError(.columnTwice(table: target, column: column.name))
    }
    return TargetTable(source: table, target: target, columns: result)
  }

  private func changedType(of column: String, of table: QualifiedName) -> DMSType? {
    for rule in transformations where rule.matches(column: column, of: table) {
      if case .changeType(let type) = rule.action { return type }
    }
    return nil
  }

  private func addedColumns(_ table: QualifiedName, _ columns: [SourceColumn]) -> [TargetColumn] {
    var added: [TargetColumn] = []
    var images: [TargetColumn] = []
    for rule in transformations where rule.target == .column && rule.matches(table) {
      switch rule.action {
      case .addColumn(let name, let type, let expression):
        added.append(
          TargetColumn(name: name, type: type, isConverted: false, origin: .expression(expression)))
      case .addBeforeImages(let prefix, let suffix, let filter):
        for (index, column) in columns.enumerated()
        where filter.takes(column) && rule.column.matches(column.name) {
          images.append(
            TargetColumn(
              name: prefix + (targetColumn(column.name, of: table) ?? column.name) + suffix,
              type: column.type,
              isConverted: false, origin: .beforeImage(index)))
        }
      case .name, .removeColumn, .includeColumn, .changeType: break
      }
    }
    return added + images
  }

  private mutating func add(_ rule: MappingRuleJSON, id: String) throws(DMSError) {
    switch rule.ruleType {
    case "selection":
      selections.append(try SelectionRule(rule, id: id))
    case "transformation":
      if let rule = try TransformationRule(rule, id: id) {
        transformations.append(rule)
      } else {
        warnings.append("rule \(id) has no effect: a bucket has no primary keys and no tablespaces")
      }
    case "table-settings":
      warnings.append("rule \(id) has no effect: tables are loaded in one part")
    case "validation":
      warnings.append("rule \(id) has no effect: there is no S3 data validation here")
    case nil:
      throw DMSError(.ruleLacks(rule: id, part: "rule-type"))
    case let other?:
      throw DMSError(.ruleNotSupported(rule: id, action: "rule-type \(other)"))
    }
  }

  private struct Document: Decodable {
    var rules: [MappingRuleJSON]
  }

  private static func problem(of error: DecodingError) -> DMSError.Problem {
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      return .notMappings(path: path(context), reason: "has no \"\(key.stringValue)\"")
    case .typeMismatch(_, let context): return .notMappings(path: path(context), reason: "is of another type")
    case .valueNotFound(_, let context): return .notMappings(path: path(context), reason: "is null")
    case .dataCorrupted(let context): return .notMappings(path: path(context), reason: "is not JSON")
    @unknown default: return .notMappings(path: "", reason: "cannot be read")
    }
  }
}

extension TransformationRule.BeforeImageFilter {
  fileprivate func takes(_ column: SourceColumn) -> Bool {
    switch self {
    case .keyOnly: return column.isKey
    case .all: return true
    case .nonLOB:
      switch column.type {
      case .clob, .nclob, .blob: return false
      default: return true
      }
    }
  }
}
