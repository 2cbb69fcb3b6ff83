/// What a row says that happened; the raw value is what the `Op` column holds (DMS.md section 2).
public enum ChangeOperation: String, Hashable, Sendable, CaseIterable {
  /// A new row, whole; every row of a full load as well.
  case insert = "I"
  /// A changed row, whole, as it is after the change.
  case update = "U"
  /// A removed row: its key, and the rest only under `REPLICA IDENTITY FULL`.
  case delete = "D"

  /// The name of the column.
  public static let columnName = "Op"
}
