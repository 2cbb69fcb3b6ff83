/// A source filter of a selection rule: a row passes where any of its conditions holds; all filters must pass.
public struct RowFilter: Hashable, Sendable {
  /// What a condition compares, with DMS's operators; texts compare as numbers where both are numbers, else by bytes.
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

  /// Whether a row with this value passes; nil is NULL.
  public func passes(_ value: String?) -> Bool {
    conditions.contains { $0.holds(for: value) }
  }
}

extension RowFilter.Condition {
  func holds(for value: String?) -> Bool {
    guard let value else { return self == .isNull }
    switch self {
    case .isNull: return false
    case .isNotNull: return true
    case .equal(let other): return order(value, other) == 0
    case .notEqual(let other): return order(value, other) != 0
    case .atMost(let other): return order(value, other) <= 0
    case .atLeast(let other): return order(value, other) >= 0
    case .less(let other): return order(value, other) < 0
    case .greater(let other): return order(value, other) > 0
    case .between(let low, let high): return order(value, low) >= 0 && order(value, high) <= 0
    case .notBetween(let low, let high): return order(value, low) < 0 || order(value, high) > 0
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

  private func order(_ one: String, _ other: String) -> Int {
    if let left = Double(one), let right = Double(other) { return left < right ? -1 : left > right ? 1 : 0 }
    if one.utf8.elementsEqual(other.utf8) { return 0 }
    return one.utf8.lexicographicallyPrecedes(other.utf8) ? -1 : 1
  }
}
