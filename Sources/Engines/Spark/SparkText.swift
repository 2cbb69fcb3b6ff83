/// Text in Spark's SQL.
enum SparkText {
  /// A string literal.
  ///
  /// Spark's splitter of statements looks for `;`, `--` and `/*` without much care for quotes, and a backslash
  /// begins an escape: whatever is not plain is written by its number.
  static func literal(_ text: String) -> String {
    var literal = "'"
    var last: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      let isPlain: Bool
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "/", ":", ".", "_", "=", " ", "^", "[", "]", "+": isPlain = true
      case "-": isPlain = last != "-"
      default: isPlain = false
      }
      if isPlain {
        literal.unicodeScalars.append(scalar)
      } else {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
      last = scalar
    }
    return literal + "'"
  }

  /// Whether the name can be an identifier: the splitter knows no backticks, and there is no other way to write one.
  static func isIdentifier(_ name: String) -> Bool {
    let scalars = Array(name.unicodeScalars)
    return !scalars.contains { ["'", "\"", ";"].contains($0) }
      && !zip(scalars, scalars.dropFirst()).contains { $0 == "/" && $1 == "*" }
  }

  /// An identifier.
  static func identifier(_ name: String) -> String { AthenaText.quoted(name, "`") }
}
