import DMS
import Testing

@Suite struct TableMappingsTests {
  let customers = QualifiedName(schema: "public", name: "customers")
  let columns = [
    SourceColumn(name: "id", type: .int4, isKey: true),
    SourceColumn(name: "name", type: .wstring(200), isKey: false),
    SourceColumn(name: "notes", type: .nclob, isKey: false),
  ]

  /// Rules in short: what stands between the braces, besides an id and a locator for everything.
  private func mappings(_ rules: String...) throws(DMSError) -> TableMappings {
    let all =
      #""rule-type":"selection","object-locator":{"schema-name":"%","table-name":"%"},"rule-action":"include""#
    let texts = ([all] + rules).enumerated().map { "{\"rule-id\":\"\($0.offset + 1)\",\($0.element)}" }
    return try TableMappings(json: "{\"rules\":[\(texts.joined(separator: ","))]}")
  }

  @Test func selectsWithWildcardsAndExclusions() throws {
    let mappings = try TableMappings(
      json: """
        {"rules": [
          {"rule-type": "selection", "rule-id": "1", "rule-name": "1", "rule-action": "include",
           "object-locator": {"schema-name": "pub%", "table-name": "%"}, "filters": []},
          {"rule-type": "selection", "rule-id": 2, "rule-name": "2", "rule-action": "exclude",
           "object-locator": {"schema-name": "public", "table-name": "tmp[_]%"}}
        ]}
        """)
    #expect(mappings.selects(customers))
    #expect(!mappings.selects(QualifiedName(schema: "public", name: "tmp_1")))
    #expect(mappings.selects(QualifiedName(schema: "public", name: "tmpx1")))
    #expect(!mappings.selects(QualifiedName(schema: "other", name: "customers")))
    #expect(!mappings.selects(QualifiedName(schema: "public", name: "awsdms_ddl_audit")))
  }

  @Test(arguments: [
    ("a%z", "az", true), ("a%z", "abcz", true), ("a%z", "abc", false), ("_b", "ab", true), ("_b", "b", false),
    ("[ab]c", "bc", true), ("[ab]c", "cc", false), ("[a-d]x", "cx", true), ("x[_]y", "x_y", true),
    ("x[_]y", "xay", false), ("%a%b%", "xxaxxbxx", true), ("%", "", true), ("[", "[", true),
    ("Ab", "ab", false),
  ])
  func matchesWildcards(pattern: String, name: String, matches: Bool) throws {
    let mappings = try TableMappings(
      json: """
        {"rules": [{"rule-type": "selection", "rule-id": "1", "rule-action": "include",
          "object-locator": {"schema-name": "s", "table-name": "\(pattern)"}}]}
        """)
    #expect(mappings.selects(QualifiedName(schema: "s", name: name)) == matches)
  }

  @Test func exactNamesStandForThemselves() {
    let mappings = TableMappings(including: [QualifiedName(schema: "a_b", name: "c%")])
    #expect(mappings.selects(QualifiedName(schema: "a_b", name: "c%")))
    #expect(!mappings.selects(QualifiedName(schema: "axb", name: "cd")))
  }

  @Test func changesNames() throws {
    let mappings = try mappings(
      #""rule-type":"transformation","rule-target":"schema","rule-action":"rename","value":"raw","object-locator":{"schema-name":"public"}"#,
      #""rule-type":"transformation","rule-target":"table","rule-action":"add-prefix","value":"t_","object-locator":{"schema-name":"%","table-name":"cust%"}"#,
      #""rule-type":"transformation","rule-target":"column","rule-action":"convert-uppercase","object-locator":{"schema-name":"%","table-name":"%","column-name":"n%"}"#,
      #""rule-type":"transformation","rule-target":"column","rule-action":"add-suffix","value":"_x","object-locator":{"schema-name":"%","table-name":"%","column-name":"name"}"#
    )
    #expect(mappings.target(of: customers) == QualifiedName(schema: "raw", name: "t_customers"))
    #expect(
      mappings.target(of: QualifiedName(schema: "s", name: "o")) == QualifiedName(schema: "s", name: "o"))
    #expect(mappings.targetColumn("name", of: customers) == "NAME_x")
    #expect(
      try mappings.targetTable(of: customers, columns: columns).columns.map(\.name) == [
        "id", "NAME_x", "NOTES",
      ])
  }

  @Test func removesAndAddsColumnsInDMSOrder() throws {
    let mappings = try mappings(
      #""rule-type":"transformation","rule-target":"column","rule-action":"add-before-image-columns","before-image-def":{"column-prefix":"before_","column-suffix":"","column-filter":"pk-only"},"object-locator":{"schema-name":"%","table-name":"%"}"#,
      #""rule-type":"transformation","rule-target":"column","rule-action":"add-column","value":"seq","expression":"$AR_H_CHANGE_SEQ","data-type":{"type":"string","length":50},"object-locator":{"schema-name":"%","table-name":"%"}"#,
      #""rule-type":"transformation","rule-target":"column","rule-action":"remove-column","object-locator":{"schema-name":"%","table-name":"%","column-name":"notes"}"#
    )
    let table = try mappings.targetTable(of: customers, columns: columns)
    #expect(table.columns.map(\.name) == ["id", "name", "seq", "before_id"])
    #expect(table.columns[2].origin == .expression(ColumnExpression(terms: [.header(.changeSequence)])))
    #expect(table.columns[2].type == .string(50))
    #expect(table.columns[3].origin == .beforeImage(0))
  }

  @Test func includesOnlyTheColumnsThatAreNamed() throws {
    let mappings = try mappings(
      #""rule-type":"transformation","rule-target":"column","rule-action":"include-column","object-locator":{"schema-name":"%","table-name":"customers","column-name":"i%"}"#
    )
    #expect(try mappings.targetTable(of: customers, columns: columns).columns.map(\.name) == ["id"])
    #expect(mappings.targetColumn("name", of: QualifiedName(schema: "public", name: "orders")) == "name")
  }

  @Test func changesTypes() throws {
    let mappings = try mappings(
      #""rule-type":"transformation","rule-target":"column","rule-action":"change-data-type","data-type":{"type":"numeric","precision":"12","scale":2},"object-locator":{"schema-name":"%","table-name":"%","column-name":"id"}"#
    )
    let id = try mappings.targetTable(of: customers, columns: columns).columns[0]
    #expect(id.type == .numeric(precision: 12, scale: 2))
    #expect(id.isConverted)
  }

  @Test func readsExpressions() throws {
    let mappings = try mappings(
      #""rule-type":"transformation","rule-target":"column","rule-action":"add-column","value":"x","expression":"$name || '-' || ${id}||operation_indicator('D', 'U', 'it''s')","object-locator":{"schema-name":"%","table-name":"%"}"#
    )
    let added = try mappings.targetTable(of: customers, columns: columns).columns[3]
    let terms: [ColumnExpression.Term] = [
      .column("name"), .literal("-"), .column("id"), .operation(delete: "D", update: "U", insert: "it's"),
    ]
    #expect(added.origin == .expression(ColumnExpression(terms: terms)))
  }

  @Test func filtersRows() throws {
    let mappings = try TableMappings(
      json: """
        {"rules": [{"rule-type": "selection", "rule-id": "1", "rule-action": "include", "load-order": "2",
          "object-locator": {"schema-name": "public", "table-name": "customers"},
          "filters": [
            {"filter-type": "source", "column-name": "id", "filter-conditions": [
              {"filter-operator": "lte", "value": "10"},
              {"filter-operator": "between", "start-value": 50, "end-value": 75}]},
            {"filter-type": "source", "column-name": "name", "filter-conditions": [
              {"filter-operator": "notnull"}]}]}]}
        """)
    let filters = mappings.filters(of: customers)
    #expect(mappings.loadOrder(of: customers) == 2)
    #expect(filters.map(\.column) == ["id", "name"])
    #expect(["9", "10", "50", "75.0"].allSatisfy { filters[0].passes($0, of: .int4) })
    #expect(["11", "49", "76", nil].allSatisfy { !filters[0].passes($0, of: .int4) })
    #expect(filters[1].passes("", of: .nclob) && !filters[1].passes(nil, of: .nclob))
  }

  @Test(arguments: [
    ("[]", DMSError.Code.malformedMappings), ("{", .malformedMappings), (#"{"rule":[]}"#, .malformedMappings),
    (#"{"rules":[]}"#, .invalidRule), (#"{"rules":[{"rule-id":"1"}]}"#, .invalidRule),
    (#"{"rules":[{"rule-id":"1","rule-type":"data-masking"}]}"#, .unsupportedRule),
    (
      #"{"rules":[{"rule-id":"1","rule-type":"selection","rule-action":"maybe","object-locator":{"schema-name":"a","table-name":"b"}}]}"#,
      .invalidRule
    ),
    (
      #"{"rules":[{"rule-id":"1","rule-type":"selection","rule-action":"explicit","object-locator":{"schema-name":"a","table-name":"%"}}]}"#,
      .invalidRule
    ),
  ])
  func refusesWhatIsNoMapping(json: String, code: DMSError.Code) {
    let error = #expect(throws: DMSError.self) { try TableMappings(json: json) }
    #expect(error?.code == code)
  }

  @Test func refusesNamesThatCannotBeFolders() throws {
    let mappings = try mappings()
    #expect(throws: DMSError(.nameNotAllowed("a/b"))) {
      try mappings.targetTable(of: QualifiedName(schema: "s", name: "a/b"), columns: columns)
    }
    let twice = try self.mappings(
      #""rule-type":"transformation","rule-target":"column","rule-action":"rename","value":"id","object-locator":{"schema-name":"%","table-name":"%","column-name":"name"}"#
    )
    #expect(throws: DMSError(.columnTwice(table: customers, column: "id"))) {
      try twice.targetTable(of: customers, columns: columns)
    }
  }

  @Test func saysWhatHasNoEffect() throws {
    let mappings = try mappings(
      #""rule-type":"transformation","rule-target":"table","rule-action":"define-primary-key","object-locator":{"schema-name":"%","table-name":"%"}"#
    )
    #expect(mappings.warnings.count == 1)
  }
}
