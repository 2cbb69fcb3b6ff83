/// What a reconciliation proves, and what it costs; each level holds those before it.
public enum ObservationLevel: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
  /// How many rows each object holds, from footers alone.
  case counts
  /// How many inserts, updates and deletes each object holds.
  case ops
  /// Which operations each object holds: their rows, versions and commit times.
  case keys
  /// That every value is the one written.
  case values

  /// Orders from the least to the most that is proved.
  public static func < (lhs: ObservationLevel, rhs: ObservationLevel) -> Bool { lhs.rank < rhs.rank }

  /// The level's place, from 0.
  package var rank: Int { ObservationLevel.allCases.firstIndex(of: self) ?? 0 }

  /// What the level proves: one sentence.
  public var proves: String {
    switch self {
    case .counts: "Level counts proves that the objects are whole and how many rows they hold."
    case .ops: "Level ops proves how many inserts, updates and deletes arrived."
    case .keys: "Level keys proves which operations arrived, when, how often and in which order."
    case .values: "Level values proves which operations arrived and that their values are those written."
    }
  }

  /// What the level cannot prove: one sentence; nil where it proves all that there is.
  public var cannotProve: String? {
    switch self {
    case .counts:
      "It cannot tell which operations arrived, nor whether a full load is whole, nor a lost row from a doubled one."
    case .ops:
      "It cannot tell which rows arrived, nor whether a full load is whole, nor a lost row from a doubled one of its "
        + "kind."
    case .keys: "It cannot tell whether values other than key and version were altered."
    case .values: nil
    }
  }
}
