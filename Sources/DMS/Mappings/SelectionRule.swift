/// One selection rule.
struct SelectionRule: Hashable, Sendable {
  enum Action: String, Hashable, Sendable { case include, exclude, explicit }

  let id: String
  let action: Action
  let schema: NamePattern
  let table: NamePattern
  /// Tables with a greater number are loaded first.
  let loadOrder: Int
  let filters: [RowFilter]

  func matches(_ name: QualifiedName) -> Bool {
    schema.matches(name.schema) && table.matches(name.name)
  }

  init(including table: QualifiedName, id: String) {
    self.id = id
    action = .explicit
    // An explicit rule takes names as they are, wildcards included.
    schema = NamePattern(exactly: table.schema)
    self.table = NamePattern(exactly: table.name)
    loadOrder = 0
    filters = []
  }

  init(_ json: MappingRuleJSON, id: String) throws(DMSError) {
    self.id = id
    guard let action = json.ruleAction else { throw DMSError(.ruleLacks(rule: id, part: "rule-action")) }
    guard let known = Action(rawValue: action.lowercased()) else {
      throw DMSError(
        .ruleHas(rule: id, part: "rule-action", value: action, allowed: "include, exclude, explicit"))
    }
    self.action = known
    guard let schema = json.objectLocator?.schemaName else {
      throw DMSError(.ruleLacks(rule: id, part: "object-locator with schema-name"))
    }
    guard let table = json.objectLocator?.tableName else {
      throw DMSError(.ruleLacks(rule: id, part: "object-locator with table-name"))
    }
    self.schema = NamePattern(schema)
    self.table = NamePattern(table)
    if known == .explicit, !self.schema.isExplicit || !self.table.isExplicit {
      throw DMSError(
        .ruleHas(
          rule: id, part: "object-locator", value: "\(schema).\(table)", allowed: "one table, without %"))
    }
    if let type = json.objectLocator?.tableType, type != "table", type != "all" {
      throw DMSError(.ruleNotSupported(rule: id, action: "table-type \(type)"))
    }
    loadOrder = json.loadOrder?.integer ?? 0
    var filters: [RowFilter] = []
    for filter in json.filters ?? [] {
      guard let column = filter.columnName else {
        throw DMSError(.ruleLacks(rule: id, part: "column-name of a filter"))
      }
      var conditions: [RowFilter.Condition] = []
      for condition in filter.conditions ?? [] {
        conditions.append(try RowFilter.Condition(condition, rule: id))
      }
      guard !conditions.isEmpty else { throw DMSError(.ruleLacks(rule: id, part: "filter-conditions")) }
      filters.append(RowFilter(column: column, conditions: conditions))
    }
    // Filters belong to include rules; DMS passes over them elsewhere.
    self.filters = known == .include ? filters : []
  }
}
