import Ledger

/// Tables as people write them: `schema.table`, where a part stands in double quotes that holds a space, a comma, or
/// in the schema a dot; two of them within stand for one, as in SQL.
enum TableText {
  /// The table that a text begins with, and what follows it; nil where it begins with none.
  static func parse(_ text: String) -> (name: TableName, rest: Substring)? {
    var rest = text[...].drop(while: isSpace)
    guard let schema = part(&rest, endsAtDot: true), rest.popFirst() == ".",
      let name = part(&rest, endsAtDot: false), rest.first.map(isSpace) ?? true
    else { return nil }
    return (TableName(schema: schema, name: name), rest)
  }

  /// The table that a text is; nil where it is none, or more.
  static func table(_ text: String) -> TableName? {
    parse(text).flatMap { $0.rest.allSatisfy(isSpace) ? $0.name : nil }
  }

  /// The elements of a list, apart by commas that are in no quotes.
  static func list(_ text: String) -> [String] {
    var (elements, element, isQuoted) = ([String](), "", false)
    for scalar in text.unicodeScalars {
      // A quote opens at the beginning of a part alone; elsewhere it is one of its letters.
      if scalar == "\"", isQuoted || element.isEmpty || element.hasSuffix(".") || element.hasSuffix("\"") {
        isQuoted.toggle()
      }
      if scalar == ",", !isQuoted {
        elements.append(element)
        element = ""
      } else if !(element.isEmpty && isSpace(Character(scalar))) {
        element.unicodeScalars.append(scalar)
      }
    }
    return (elements + [element]).map { String($0.trimmingPrefix(while: isSpace)) }.filter { !$0.isEmpty }
  }

  /// The text that is read as `name`.
  static func text(_ name: TableName) -> String {
    let plain = name.description
    let isPlain = !plain.contains { isSpace($0) || $0 == "," } && table(plain) == name
    return isPlain ? plain : "\(quoted(name.schema)).\(quoted(name.name))"
  }

  private static func quoted(_ part: String) -> String {
    "\"" + part.unicodeScalars.map { $0 == "\"" ? "\"\"" : "\($0)" }.joined() + "\""
  }

  private static func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }

  /// Takes a part of a name from the beginning of `rest`; nil where there is none.
  private static func part(_ rest: inout Substring, endsAtDot: Bool) -> String? {
    guard rest.unicodeScalars.first == "\"" else {
      let part = rest.prefix { !isSpace($0) && !(endsAtDot && $0 == ".") }
      rest = rest[part.endIndex...]
      return part.isEmpty ? nil : String(part)
    }
    var part = ""
    var scalars = rest.unicodeScalars.dropFirst()
    while let scalar = scalars.popFirst() {
      if scalar == "\"" {
        guard scalars.first == "\"" else {
          rest = rest[scalars.startIndex...]
          return part.isEmpty ? nil : part
        }
        scalars.removeFirst()
      }
      part.unicodeScalars.append(scalar)
    }
    return nil
  }
}
