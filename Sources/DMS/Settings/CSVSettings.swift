/// The settings that shape a csv file (DMS.md section 4).
public struct CSVSettings: Hashable, Sendable {
  /// `CsvDelimiter`: between values.
  public var delimiter = ","
  /// `CsvRowDelimiter`: after each row.
  public var rowDelimiter = "\n"
  /// `CsvNullValue`: stands for NULL.
  ///
  /// The documentation's default is `NULL`; files of endpoints that do not set it have nothing there
  /// (DMS.md section 4, observed), which is the default here.
  public var nullValue = ""
  /// `Rfc4180`: values are quoted, with quotes doubled, where they hold a delimiter, a quote or a line break.
  public var rfc4180 = true
  /// `AddColumnName`: the first row names the columns.
  public var addColumnName = false
  /// `UseCsvNoSupValue`: columns that a change does not carry hold `CsvNoSupValue` instead of NULL.
  public var useNoSuppliedValue = false
  /// `CsvNoSupValue`.
  public var noSuppliedValue = ""
  /// `AddTrailingPaddingCharacter`: char values keep the blanks at their ends.
  public var addTrailingPaddingCharacter = false

  /// DMS's defaults.
  public init() {}
}
