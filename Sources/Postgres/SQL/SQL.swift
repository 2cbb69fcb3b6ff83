/// A statement whose names and values cannot be mistaken for SQL.
///
/// Written as a string literal. Only these interpolations compile:
/// - `\(bind: value)`: a parameter, sent beside the statement as `$1`, `$2` ...
/// - `\(identifier: name)`, `\(identifiers: names)`, `\(qualified: schema, name)`: names, quoted by libpq.
/// - `\(literal: text)`: text, quoted by libpq, where a statement takes no parameters (`comment on`).
/// - `\(sql)`, `\(joined: [sql], by: ", ")`: other statements or parts of them.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
  enum Piece: Sendable, Hashable {
    case text(String)
    case identifier(String)
    case literal(String)
    case parameter(Parameter)
  }

  let pieces: [Piece]

  /// A statement without names or values from outside.
  public init(stringLiteral text: String) {
    pieces = [.text(text)]
  }

  /// A statement from an interpolated literal.
  public init(stringInterpolation: StringInterpolation) {
    pieces = stringInterpolation.pieces
  }

  /// The parts of an interpolated literal.
  public struct StringInterpolation: StringInterpolationProtocol, Sendable {
    var pieces: [Piece] = []

    /// An interpolation without parts as yet.
    public init(literalCapacity: Int, interpolationCount: Int) {
      pieces.reserveCapacity(2 * interpolationCount + 1)
    }

    /// Adds SQL that is written in the source.
    public mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { pieces.append(.text(literal)) }
    }

    /// Adds a name.
    public mutating func appendInterpolation(identifier: String) {
      pieces.append(.identifier(identifier))
    }

    /// Adds names with commas between them.
    public mutating func appendInterpolation(identifiers: some Sequence<String>) {
      for (position, name) in identifiers.enumerated() {
        if position > 0 { pieces.append(.text(", ")) }
        pieces.append(.identifier(name))
      }
    }

    /// Adds a name within a schema.
    public mutating func appendInterpolation(qualified schema: String, _ name: String) {
      pieces += [.identifier(schema), .text("."), .identifier(name)]
    }

    /// Adds a parameter.
    public mutating func appendInterpolation(bind value: some PostgresValue) {
      pieces.append(.parameter(value.parameter))
    }

    /// Adds a parameter that is NULL for nil.
    public mutating func appendInterpolation<Value: PostgresValue>(bind value: Value?) {
      pieces.append(.parameter(value.parameter))
    }

    /// Adds text as a quoted constant.
    public mutating func appendInterpolation(literal text: String) {
      pieces.append(.literal(text))
    }

    /// Adds another statement, or a part of one.
    public mutating func appendInterpolation(_ sql: SQL) {
      pieces += sql.pieces
    }

    /// Adds other statements, or parts of them, with SQL between them.
    public mutating func appendInterpolation(joined parts: some Sequence<SQL>, by separator: StaticString) {
      for (position, part) in parts.enumerated() {
        if position > 0 { pieces.append(.text(separator.description)) }
        pieces += part.pieces
      }
    }
  }
}
