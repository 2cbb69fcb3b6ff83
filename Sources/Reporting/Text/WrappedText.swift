/// Words set into lines of a width.
package enum WrappedText {
  /// The lines of `text`, broken at spaces so that none takes more than `width` columns, except where a
  /// single word is longer; the first starts with `first`, the others with `rest`.
  package static func lines(_ text: String, width: Int?, first: String = "", rest: String = "") -> [String] {
    guard let width else { return [first + text] }
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(separator: " ", omittingEmptySubsequences: true) {
      let needed = SafeText.width(line) + (isEmpty ? 0 : 1) + SafeText.width(String(word))
      if needed > width, !isEmpty {
        lines.append(line)
        line = rest
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    lines.append(line)
    return lines
  }
}
