import DMS

/// How PostgreSQL's text of a source column becomes a value in a file.
enum ColumnConversion: Hashable, Sendable {
  case int16
  case int32
  case int64
  case float
  case double
  case boolean
  case decimal(precision: Int, scale: Int)
  /// As it is.
  case text
  /// char(n): without the blanks at its end, as DMS's TrimSpaceInChar has it by default.
  case trimmedText
  /// `t` and `f` as `true` and `false`.
  case truthText
  /// DMS's way to write an interval.
  case interval
  /// bytea.
  case bytes
  /// Text as binary.
  case textBytes
  /// A large text, cut after so many units of UTF-16.
  case limitedText(units: Int)
  /// bytea, cut after so many bytes.
  case limitedBytes(count: Int)
  case date
  /// Milliseconds since midnight.
  case time
  case timestampMillis
  case timestampMicros

  /// The conversion from a source type to a target type, which differ where a rule changed the type.
  init(from source: PostgresType, to target: DMSType, settings: EndpointSettings, text: TextRules) {
    if let size = text.lobMaxSizeKB.map({ $0 * 1_024 }) {
      switch target {
      case .blob where source.isBytea:
        self = .limitedBytes(count: size)
        return
      // DMS counts two bytes for a character of NCLOB, four for one beyond the basic plane (DMS.md section 8).
      case .clob, .nclob:
        self = .limitedText(units: size / 2)
        return
      default: break
      }
    }
    switch target.parquetColumn(settings) {
    case .boolean: self = .boolean
    case .int16: self = .int16
    case .int32: self = .int32
    case .int64: self = .int64
    case .float: self = .float
    case .double: self = .double
    case .decimal(let precision, let scale): self = .decimal(precision: precision, scale: scale)
    case .bytes: self = source.isBytea ? .bytes : .textBytes
    case .date: self = .date
    case .timeMillis: self = .time
    case .timestampMillis: self = .timestampMillis
    case .timestampMicros: self = .timestampMicros
    case .utf8:
      if source.isBlankPadded, text.trimsChar {
        self = .trimmedText
      } else if source.isBoolean {
        self = .truthText
      } else if source.isInterval {
        self = .interval
      } else {
        self = .text
      }
    }
  }
}

/// What a task's settings do to text.
struct TextRules: Hashable, Sendable {
  /// Whether char(n) loses the blanks at its end.
  var trimsChar = true
  /// Large values are cut there (`LobMaxSize`); nil lets them be whole.
  var lobMaxSizeKB: Int?
}

extension PostgresType {
  // oids of built-in types never change (src/include/catalog/pg_type.dat).
  fileprivate var isBoolean: Bool { oid == 16 && category == .base }
  fileprivate var isBytea: Bool { oid == 17 && category == .base }
  fileprivate var isBlankPadded: Bool { oid == 1_042 && category == .base }
  fileprivate var isInterval: Bool { oid == 1_186 && category == .base }
}
