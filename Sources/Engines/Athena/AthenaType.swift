import Parquet

/// The type that a table of Athena declares for a Parquet column.
enum AthenaType {
  /// The type's name; nil where Athena reads no such column.
  ///
  /// Source: Amazon Athena User Guide, "Data types in Amazon Athena". Hive's types have Spark's names.
  static func name(of column: Column) -> String? {
    switch SparkType.name(of: column) {
    case "TIMESTAMP_NTZ": "TIMESTAMP"
    // Of numbers without a sign only those are safe that their own width holds.
    case "DECIMAL(20, 0)" where column.convertedType == .uint64: nil
    case let name: name
    }
  }

  /// Whether Athena gives a column's values as they stand.
  ///
  /// Its timestamps have milliseconds and no more, so that finer ones are rounded.
  /// Source: Amazon Athena User Guide, "Data types in Amazon Athena"; AWS DMS User Guide, ParquetTimestampInMillisecond.
  static func isExact(_ column: Column) -> Bool {
    guard name(of: column) == "TIMESTAMP" else { return true }
    if case .timestamp(let unit, _)? = column.logicalType { return unit == .milliseconds }
    return column.convertedType == .timestampMillis
  }
}

/// Text in Athena's SQL.
enum AthenaText {
  /// A literal in a query.
  static func literal(_ text: String) -> String { quoted(text, "'") }

  /// An identifier in a query: names are of lower case, whatever the file's are.
  static func identifier(_ name: String) -> String { quoted(name.lowercased(), "\"") }

  /// A literal in a definition of a table, which is Hive's, so that a backslash begins an escape.
  static func definitionLiteral(_ text: String) -> String {
    "'" + text.unicodeScalars.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "'"
  }

  /// An identifier in a definition of a table.
  static func definitionIdentifier(_ name: String) -> String { quoted(name.lowercased(), "`") }

  /// By scalars: a quote that a combining mark follows is one character with it, and a quote all the same.
  static func quoted(_ text: String, _ quote: Unicode.Scalar) -> String {
    "\(quote)" + text.unicodeScalars.map { $0 == quote ? "\($0)\($0)" : "\($0)" }.joined() + "\(quote)"
  }
}
