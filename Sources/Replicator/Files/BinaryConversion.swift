import DMS

/// How PostgreSQL's binary form of a source column becomes a value in a Parquet file.
///
/// Only for types whose binary form is as stable as their text; a table with any other column is read as text.
enum BinaryConversion: Hashable, Sendable {
  case int16
  case int32
  case int64
  case float
  case double
  case boolean
  case truthText
  /// As it is: text, an enumeration's label, bytea.
  case bytes
  case trimmedText
  case jsonb
  case uuid
  case decimal(precision: Int, scale: Int)
  case date
  case time
  case timestampMillis
  case timestampMicros

  /// The binary way to what `conversion` makes of the type's text; nil where there is none.
  init?(from source: PostgresType, _ conversion: ColumnConversion) {
    guard source.category == .base else {
      guard source.category == .enumeration, conversion == .text else { return nil }
      self = .bytes
      return
    }
    // oids of built-in types never change (src/include/catalog/pg_type.dat).
    switch (source.oid, conversion) {
    case (16, .boolean): self = .boolean
    case (16, .truthText): self = .truthText
    case (17, .bytes): self = .bytes
    case (20, .int64): self = .int64
    case (21, .int16): self = .int16
    case (23, .int32): self = .int32
    // text, json, varchar, char(n).
    case (25, .text), (114, .text), (1_043, .text), (1_042, .text), (25, .textBytes), (1_043, .textBytes):
      self = .bytes
    case (1_042, .trimmedText): self = .trimmedText
    case (700, .float): self = .float
    case (701, .double): self = .double
    case (1_082, .date): self = .date
    case (1_083, .time): self = .time
    case (1_114, .timestampMillis), (1_184, .timestampMillis): self = .timestampMillis
    case (1_114, .timestampMicros), (1_184, .timestampMicros): self = .timestampMicros
    case (1_700, .decimal(let precision, let scale)): self = .decimal(precision: precision, scale: scale)
    case (2_950, .text): self = .uuid
    case (3_802, .text): self = .jsonb
    default: return nil
    }
  }
}

extension FileLayout {
  /// Whether rows can be read in binary form: every column of the table goes straight into a column of the file.
  var canReadBinary: Bool {
    var sources: Set<Int> = []
    for column in columns {
      guard case .column(let source) = column.origin,
        BinaryConversion(from: sourceColumns[source].type, column.conversion) != nil
      else { return false }
      sources.insert(source)
    }
    // A column that the file leaves out is sent all the same, and its type may have no binary form at all.
    return !sourceColumns.isEmpty && sources.count == sourceColumns.count
  }
}
