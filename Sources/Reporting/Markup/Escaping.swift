import Foundation

/// Text from outside made part of a marked-up text without meaning anything in it.
///
/// All of it is made safe to show first, so that no control or direction character comes through.
enum Escaping {
  /// For the text and the quoted attributes of XML and HTML.
  static func markup(_ text: String) -> String {
    var escaped = ""
    for character in SafeText.shown(text) {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.append(character)
      }
    }
    return escaped
  }

  /// For a line, or a cell of a table, of GitHub's Markdown.
  static func markdown(_ text: String) -> String {
    var escaped = ""
    for character in SafeText.shown(text) {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\\", "`", "*", "_", "{", "}", "[", "]", "(", ")", "#", "|", "~", "!":
        escaped += "\\\(character)"
      // No mention of somebody.
      case "@": escaped += "&#64;"
      default: escaped.append(character)
      }
    }
    // No link to a site either, which GitHub makes of plain text.
    return escaped.replacing("://", with: ":&#47;/").replacing("www.", with: "www&#46;")
  }

  /// For a label's value in OpenMetrics.
  static func label(_ text: String) -> String {
    SafeText.shown(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }

  /// For a URI's path: bytes other than unreserved ones and `/` in percent form (RFC 3986).
  static func path(_ text: String) -> String {
    text.utf8.map { byte in
      let scalar = UnicodeScalar(byte)
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isPlain || "/-._~".unicodeScalars.contains(scalar)
        ? String(scalar) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }.joined()
  }
}
