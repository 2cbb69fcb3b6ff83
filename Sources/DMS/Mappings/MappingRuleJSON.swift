/// The wire shape of one rule of the table-mapping JSON; what a rule means is decided by its reader.
struct MappingRuleJSON: Decodable {
  struct Locator: Decodable {
    var schemaName: String?
    var tableName: String?
    var columnName: String?
    var tableType: String?
    var dataType: String?

    enum CodingKeys: String, CodingKey {
      case schemaName = "schema-name"
      case tableName = "table-name"
      case columnName = "column-name"
      case tableType = "table-type"
      case dataType = "data-type"
    }
  }

  struct Filter: Decodable {
    var columnName: String?
    var conditions: [Condition]?

    enum CodingKeys: String, CodingKey {
      case columnName = "column-name"
      case conditions = "filter-conditions"
    }
  }

  struct Condition: Decodable {
    var filterOperator: String?
    var value: TextOrNumber?
    var startValue: TextOrNumber?
    var endValue: TextOrNumber?

    enum CodingKeys: String, CodingKey {
      case filterOperator = "filter-operator"
      case value
      case startValue = "start-value"
      case endValue = "end-value"
    }
  }

  struct DataType: Decodable {
    var type: String?
    var length: TextOrNumber?
    var precision: TextOrNumber?
    var scale: TextOrNumber?
  }

  struct BeforeImage: Decodable {
    var prefix: String?
    var suffix: String?
    var filter: String?

    enum CodingKeys: String, CodingKey {
      case prefix = "column-prefix"
      case suffix = "column-suffix"
      case filter = "column-filter"
    }
  }

  var ruleType: String?
  var ruleID: TextOrNumber?
  var ruleAction: String?
  var ruleTarget: String?
  var objectLocator: Locator?
  var value: TextOrNumber?
  var oldValue: TextOrNumber?
  var loadOrder: TextOrNumber?
  var filters: [Filter]?
  var expression: String?
  var dataType: DataType?
  var beforeImage: BeforeImage?

  enum CodingKeys: String, CodingKey {
    case ruleType = "rule-type"
    case ruleID = "rule-id"
    case ruleAction = "rule-action"
    case ruleTarget = "rule-target"
    case objectLocator = "object-locator"
    case value
    case oldValue = "old-value"
    case loadOrder = "load-order"
    case filters
    case expression
    case dataType = "data-type"
    case beforeImage = "before-image-def"
  }
}

/// DMS takes numbers with and without quotes.
struct TextOrNumber: Decodable {
  let text: String

  var integer: Int? { Int(text) }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self.text = text
    } else if let number = try? container.decode(Int.self) {
      text = String(number)
    } else {
      text = String(try container.decode(Double.self))
    }
  }
}
