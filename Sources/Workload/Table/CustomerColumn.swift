/// The columns of the exercise's table, in its order.
enum CustomerColumn: String, CaseIterable {
  case createdAt = "created_at"
  case updatedAt = "updated_at"
  case customerID = "customer_id"
  case name, region, country, lat, lng, email, phone

  /// What a column must be to hold what a writer writes, unchanged.
  enum Requirement {
    case timestamp
    case uuid
    case text(length: Int)
    case double
  }

  var requirement: Requirement {
    switch self {
    case .createdAt, .updatedAt: .timestamp
    case .customerID: .uuid
    case .name, .region, .country: .text(length: 200)
    case .email: .text(length: 80)
    case .phone: .text(length: 30)
    case .lat, .lng: .double
    }
  }
}

extension CustomerColumn.Requirement {
  /// The type that the exercise gives such a column.
  var description: String {
    switch self {
    case .timestamp: "timestamp"
    case .uuid: "uuid"
    case .text(let length): "varchar(\(length))"
    case .double: "double precision"
    }
  }

  /// Whether a column of PostgreSQL's type `type` (`pg_type.typname`) with that modifier keeps the values.
  ///
  /// Modifiers: a varchar's length and 4, a timestamp's digits of a second, -1 without any
  /// (src/backend/utils/adt/varchar.c, timestamp.c).
  func isMet(byType type: String, modifier: Int) -> Bool {
    switch self {
    case .timestamp: type == "timestamp" && (modifier == -1 || modifier == 6)
    case .uuid: type == "uuid"
    case .text(let length): type == "text" || type == "varchar" && (modifier == -1 || modifier - 4 >= length)
    case .double: type == "float8"
    }
  }
}
