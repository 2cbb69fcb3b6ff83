/// Text from outside (names of tables, objects, servers' messages) made safe to show on one line.
///
/// What could move the cursor, change the direction of reading, hide or imitate other text is written out
/// as `\n`, `\t`, `\r` or `\u{202E}`: control and format characters, separators of lines and paragraphs,
/// private, unassigned and surrogate code points (by Unicode general category).
public enum SafeText {
  /// `text` with every character that could deceive a reader or a terminal written out.
  public static func shown(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { !isPlain($0) }) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      if isPlain(scalar) {
        shown.unicodeScalars.append(scalar)
      } else {
        shown += escape(scalar)
      }
    }
    return shown
  }

  /// The number of terminal columns that `text` takes: 0 for a combining mark, 2 for a wide character of
  /// East Asian scripts and emoji, else 1.
  public static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + columns(of: $1) }
  }

  /// `text` in at most `width` columns: what does not fit is left out in the middle, marked by `…`, since
  /// the ends of an object's name tell more than its middle.
  public static func fitted(_ text: String, width limit: Int) -> String {
    guard limit > 0 else { return "" }
    guard width(text) > limit else { return text }
    let headWidth = (limit - 1) / 2
    let tailWidth = limit - 1 - headWidth
    var (head, tail) = (0, 0)
    let start = text.prefix { character in
      head += width(String(character))
      return head <= headWidth
    }
    let end = text.reversed().prefix { character in
      tail += width(String(character))
      return tail <= tailWidth
    }
    return start + "…" + String(end.reversed())
  }

  static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
      return false
    default:
      // Variation selectors are marks, and yet invisible.
      return !(0xFE00...0xFE0F).contains(scalar.value) && !(0xE0100...0xE01EF).contains(scalar.value)
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
  }

  private static func columns(of scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
    }
  }

  /// Blocks whose characters are wide (Unicode Standard Annex 11, classes W and F, by block).
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
    0x20000...0x3FFFD,
  ]
}
