/// What an `add-column` rule computes: DMS's header variables, columns, literals, and `||` between them.
///
/// DMS takes SQLite expressions; these are the ones in use for S3 targets, the rest is refused by name.
public struct ColumnExpression: Hashable, Sendable {
  /// One operand of `||`.
  public enum Term: Hashable, Sendable {
    /// `'text'` or a number.
    case literal(String)
    /// `$column`: the source column's value as text.
    case column(String)
    /// `$AR_H_…`.
    case header(HeaderVariable)
    /// `$SCHEMA_NAME_VAR`: the source schema.
    case schemaName
    /// `$TABLE_NAME_VAR`: the source table.
    case tableName
    /// `operation_indicator('D','U','I')`: a text for each operation.
    case operation(delete: String, update: String, insert: String)
  }

  /// The operands, joined.
  public var terms: [Term]

  /// An expression of operands.
  public init(terms: [Term]) {
    self.terms = terms
  }
}

/// The facts about a change that DMS offers to expressions (`$AR_H_…`).
public enum HeaderVariable: String, Hashable, Sendable, CaseIterable {
  /// 35 digits that order changes across tables: commit time to 1/100 s, then a counter (DMS.md section 0,
  /// fact 6). Empty in full-load rows.
  case changeSequence = "AR_H_CHANGE_SEQ"
  /// The position in the source's log.
  case streamPosition = "AR_H_STREAM_POSITION"
  /// The time of the change.
  case timestamp = "AR_H_TIMESTAMP"
  /// The time of the commit.
  case commitTimestamp = "AR_H_COMMIT_TIMESTAMP"
  /// INSERT, UPDATE or DELETE.
  case operation = "AR_H_OPERATION"
  /// The source's user, which PostgreSQL's log does not carry: empty.
  case user = "AR_H_USER"
}

extension ColumnExpression {
  init(parsing text: String, rule: String) throws(DMSError) {
    var scanner = ExpressionScanner(text)
    var terms: [Term] = []
    repeat {
      guard let term = scanner.term() else {
        throw DMSError(
          .ruleHas(
            rule: rule, part: "expression", value: text,
            allowed: "$AR_H_ variables, $column, 'text', numbers and operation_indicator, joined by ||"))
      }
      terms.append(term)
    } while scanner.skip("||")
    guard scanner.isAtEnd else {
      throw DMSError(
        .ruleHas(rule: rule, part: "expression", value: text, allowed: "terms joined by ||"))
    }
    self.init(terms: terms)
  }
}

private struct ExpressionScanner {
  private var rest: Substring

  init(_ text: String) {
    rest = text[...]
    skipSpace()
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func skip(_ token: String) -> Bool {
    guard rest.hasPrefix(token) else { return false }
    rest = rest.dropFirst(token.count)
    skipSpace()
    return true
  }

  mutating func term() -> ColumnExpression.Term? {
    if rest.first == "'" { return quoted().map { .literal($0) } }
    if skip("operation_indicator") { return operationIndicator() }
    if rest.first == "$" { return variable() }
    let number = rest.prefix { $0.isNumber || $0 == "." || $0 == "-" }
    guard !number.isEmpty, Double(number) != nil else { return nil }
    rest = rest.dropFirst(number.count)
    skipSpace()
    return .literal(String(number))
  }

  private mutating func variable() -> ColumnExpression.Term? {
    rest = rest.dropFirst()
    let braced = rest.first == "{"
    if braced { rest = rest.dropFirst() }
    let name = String(rest.prefix { braced ? $0 != "}" : $0.isLetter || $0.isNumber || $0 == "_" })
    rest = rest.dropFirst(name.count)
    if braced {
      guard rest.first == "}" else { return nil }
      rest = rest.dropFirst()
    }
    skipSpace()
    switch name {
    case "": return nil
    case "SCHEMA_NAME_VAR": return .schemaName
    case "TABLE_NAME_VAR": return .tableName
    default: return HeaderVariable(rawValue: name).map { .header($0) } ?? .column(name)
    }
  }

  private mutating func operationIndicator() -> ColumnExpression.Term? {
    guard skip("("), let delete = quoted(), skip(","), let update = quoted(), skip(","),
      let insert = quoted(),
      skip(")")
    else { return nil }
    return .operation(delete: delete, update: update, insert: insert)
  }

  /// `'text'`, a quote within doubled.
  private mutating func quoted() -> String? {
    guard rest.first == "'" else { return nil }
    rest = rest.dropFirst()
    var text = ""
    while let end = rest.firstIndex(of: "'") {
      text += rest[..<end]
      rest = rest[rest.index(after: end)...]
      guard rest.first == "'" else {
        skipSpace()
        return text
      }
      text += "'"
      rest = rest.dropFirst()
    }
    return nil
  }

  private mutating func skipSpace() {
    rest = rest.drop(while: \.isWhitespace)
  }
}
