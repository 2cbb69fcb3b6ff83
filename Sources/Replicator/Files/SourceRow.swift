import DMS
import Postgres
import Time

/// A value of a source row, as bytes that are lent for the length of a call.
enum SourceValue {
  case null
  /// A TOASTed value that an update did not touch, and that the log therefore does not hold.
  case unchanged
  case text(UnsafeRawBufferPointer)

  var string: String? {
    if case .text(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }
}

/// What is known of a row beside its values.
struct RowHeader {
  var operation: ChangeOperation
  /// Of the commit; of a full-load row, when it was read.
  var time: Timestamp
  /// `time` as the timestamp column has it: 26 bytes.
  var timeText: TimestampText
  /// Where the change stands in the log; nil for a full-load row.
  var position: LSN?
  /// `$AR_H_CHANGE_SEQ`'s counter; nil for a full-load row.
  var sequence: UInt64?
}

/// A row that is to be written: new values, and old ones where the log holds them.
struct SourceRow {
  var header: RowHeader
  /// One for each column of the table; of a delete, the old values that are known.
  var values: [SourceValue]
  /// Before the change; nil where the log holds none.
  var old: [SourceValue]?
}
