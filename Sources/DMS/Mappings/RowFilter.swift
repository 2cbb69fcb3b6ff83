/// A source filter of a selection rule: a row passes where any of its conditions holds; all filters must pass.
public struct RowFilter: Hashable, Sendable {
  /// What a condition compares, with DMS's operators.
  public enum Condition: Hashable, Sendable {
    /// `eq`.
    case equal(String)
    /// `noteq`.
    case notEqual(String)
    /// `lte`.
    case atMost(String)
    /// `gte`.
    case atLeast(String)
    /// `ste`: the documentation's older name for at most, and `lt`, `gt` as DMS's console has them.
    case less(String)
    /// `gt`.
    case greater(String)
    /// `between`, both ends included.
    case between(String, String)
    /// `notbetween`.
    case notBetween(String, String)
    /// `null`.
    case isNull
    /// `notnull`.
    case isNotNull
  }

  /// The source column.
  public var column: String
  /// Alternatives.
  public var conditions: [Condition]

  /// A filter on a column.
  public init(column: String, conditions: [Condition]) {
    self.column = column
    self.conditions = conditions
  }

  /// Whether a row passes that has this value in the column; nil is NULL.
  ///
  /// - Parameter type: the column's: DMS lets the source compare (inferred), where numbers compare as numbers, days
  ///   and times by their order, and everything else as text.
  public func passes(_ value: String?, of type: DMSType) -> Bool {
    let order = FilterOrder(type)
    return conditions.contains { $0.holds(for: value, in: order) }
  }
}

extension RowFilter.Condition {
  fileprivate func holds(for value: String?, in order: FilterOrder) -> Bool {
    guard let value else { return self == .isNull }
    switch self {
    case .isNull: return false
    case .isNotNull: return true
    case .equal(let other): return order.compare(value, other) == 0
    case .notEqual(let other): return order.compare(value, other) != 0
    case .atMost(let other): return order.compare(value, other) <= 0
    case .atLeast(let other): return order.compare(value, other) >= 0
    case .less(let other): return order.compare(value, other) < 0
    case .greater(let other): return order.compare(value, other) > 0
    case .between(let low, let high): return order.compare(value, low) >= 0 && order.compare(value, high) <= 0
    case .notBetween(let low, let high):
      return order.compare(value, low) < 0 || order.compare(value, high) > 0
    }
  }

  init(_ json: MappingRuleJSON.Condition, rule: String) throws(DMSError) {
    func value(_ given: TextOrNumber?, _ part: String) throws(DMSError) -> String {
      guard let text = given?.text else { throw DMSError(.ruleLacks(rule: rule, part: part)) }
      return text
    }
    switch json.filterOperator {
    case "eq": self = .equal(try value(json.value, "value"))
    case "noteq": self = .notEqual(try value(json.value, "value"))
    case "lte", "ste": self = .atMost(try value(json.value, "value"))
    case "gte": self = .atLeast(try value(json.value, "value"))
    case "lt": self = .less(try value(json.value, "value"))
    case "gt": self = .greater(try value(json.value, "value"))
    case "between":
      self = .between(try value(json.startValue, "start-value"), try value(json.endValue, "end-value"))
    case "notbetween":
      self = .notBetween(try value(json.startValue, "start-value"), try value(json.endValue, "end-value"))
    case "null": self = .isNull
    case "notnull": self = .isNotNull
    case let other:
      throw DMSError(
        .ruleHas(
          rule: rule, part: "filter-operator", value: other ?? "",
          allowed: "eq, noteq, lte, gte, between, notbetween, null, notnull"))
    }
  }
}
