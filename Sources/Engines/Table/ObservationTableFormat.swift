import Reconciliation

/// The table of observations: what an engine writes of a bucket's objects, as Parquet, and reconciliation reads.
///
/// One folder for a source table, ended by an empty object `_SUCCESS`. A record speaks of rows of one object:
/// of one row of ours (`key` is there), or of all its other rows at once (`key` is null). So an object has at
/// least one record, its counts are the sums over its records, and one pass over the data is enough.
/// `docs/observation-table.md` is the same for people.
public enum ObservationTableFormat {
  /// The version that is written, and the only one that is read; it rises with any change of meaning.
  public static let version: Int64 = 1
  /// The object that ends a table: without it, the table is half written.
  public static let successMarker = "_SUCCESS"

  /// A column of the table.
  public enum Column: String, CaseIterable, Sendable {
    /// INT32: `version`.
    case format
    /// BYTE_ARRAY, text: the pipeline's tag, 12 hexadecimal digits.
    case pipeline
    /// Text: the source table, `schema.table`.
    case table = "source_table"
    /// Text: the level: counts, ops, keys or values.
    case level
    /// Text: the object's key in the bucket, plain.
    case object
    /// INT64: the object's size in bytes, as the engine saw it.
    case size
    /// Timestamp: when the object was last written, as the engine saw it; null where it cannot tell.
    case lastModified = "last_modified"
    /// INT64: rows of the object by its footer; null where the engine cannot tell them apart from those it read.
    case objectRows = "object_rows"
    /// INT64: the row's place in the object, from 0; null for other rows, and where the engine cannot tell.
    case place
    /// INT64: how many rows the record speaks of.
    case rows
    /// INT64: of these, with Op I.
    case inserts
    /// INT64: of these, with Op U.
    case updates
    /// INT64: of these, with Op D.
    case deletes
    /// INT64: of these, without a key; null below level keys.
    case keyless
    /// Timestamp: the earliest commit time of these rows.
    case firstCommit = "first_commit"
    /// Timestamp: the latest commit time of these rows.
    case lastCommit = "last_commit"
    /// Text: the row's Op as it stands; null for other rows.
    case op
    /// Text or 16 bytes: the row's key; null for other rows.
    case key = "row_key"
    /// Timestamp or text: the row's version.
    case version = "row_version"
  }

  /// The column of the digest's input `index`, from 0, in the type that it has in the bucket; at level values.
  public static func valueColumn(_ index: Int) -> String { "value_\(index + 1)" }

  /// The columns that a table of a level must have, the digest's left out.
  static func required(at level: ObservationLevel) -> [Column] {
    Column.allCases.filter { column in
      switch column {
      case .op, .key, .version, .place, .keyless: level >= .keys
      case .inserts, .updates, .deletes: level >= .ops
      default: true
      }
    }
  }
}
