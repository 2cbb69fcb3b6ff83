/// PostgreSQL's text of an array, made element by element (PostgreSQL documentation, "Array Input and Output
/// Syntax").
struct ArrayText {
  private var bytes: [UInt8] = [UInt8(ascii: "{")]

  /// Adds an element; quotes and backslashes within it are escaped.
  mutating func append(_ element: some StringProtocol) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\""))
    for byte in element.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// The whole array.
  var text: String { String(decoding: bytes, as: UTF8.self) + "}" }

  /// An array of these elements.
  static func of(_ elements: some Sequence<String>) -> String {
    var array = ArrayText()
    for element in elements { array.append(element) }
    return array.text
  }
}
