/// A column of the source.
public struct SourceColumn: Hashable, Sendable {
  /// Its name, as the database spells it.
  public var name: String
  /// Its type, as DMS has it.
  public var type: DMSType
  /// Whether it is part of the primary key (or of the replica identity).
  public var isKey: Bool

  /// A column of the source.
  public init(name: String, type: DMSType, isKey: Bool) {
    self.name = name
    self.type = type
    self.isKey = isKey
  }
}

/// A table as it is written: names and columns after the transformation rules.
public struct TargetTable: Hashable, Sendable {
  /// The table in the source.
  public var source: QualifiedName
  /// Its names in the bucket.
  public var target: QualifiedName
  /// Its columns in order, without `Op` and the timestamp column: those of the source, then those that
  /// rules add, then before images (DMS.md section 0, fact 2).
  public var columns: [TargetColumn]
}

/// A column of a target table.
public struct TargetColumn: Hashable, Sendable {
  /// Where its values come from.
  public enum Origin: Hashable, Sendable {
    /// The source column of this index.
    case column(Int)
    /// An `add-column` rule; nil stands for NULL.
    case expression(ColumnExpression?)
    /// The source column of this index as it was before the change.
    case beforeImage(Int)
  }

  /// Its name.
  public var name: String
  /// Its type.
  public var type: DMSType
  /// Whether a rule changed the type of the source column.
  public var isConverted: Bool
  /// Where its values come from.
  public var origin: Origin
}
