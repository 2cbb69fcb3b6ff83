/// Why bytes are not the XML that S3 answers.
package struct XMLFailure: Error, Sendable {
  package let reason: String
  package let offset: Int
}

/// Reads XML event by event: the part of it that S3 and STS answer.
///
/// Document types, and with them entities of one's own, are refused; attributes, comments and processing instructions
/// are passed over; depth, and with the answer's own limit every length, is bounded. It never looks back, so
/// the work is in proportion to the bytes.
struct XMLReader: ~Copyable {
  enum Event: Equatable {
    case start(String)
    case text(String)
    case end
  }

  private static let greatestDepth = 32

  private let bytes: [UInt8]
  private var position = 0
  private var open: [ArraySlice<UInt8>] = []
  private var hasEnded = false
  private var endsElement = false

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The next event; nil after the end of the root element.
  mutating func next() throws(XMLFailure) -> Event? {
    if endsElement {
      endsElement = false
      return try close()
    }
    while position < bytes.count {
      if bytes[position] != UInt8(ascii: "<") {
        if let text = try text() { return .text(text) }
      } else if begins("<!--") {
        try skip(past: "-->", from: position + 4)
      } else if begins("<![CDATA[") {
        return .text(try characterData())
      } else if begins("<?") {
        try skip(past: "?>", from: position + 2)
      } else if begins("<!") {
        throw failure("a document type is not taken")
      } else if begins("</") {
        return try endTag()
      } else {
        return try startTag()
      }
    }
    guard hasEnded else { throw failure(open.isEmpty ? "no element" : "the bytes end within an element") }
    return nil
  }

  private mutating func startTag() throws(XMLFailure) -> Event {
    guard !hasEnded else { throw failure("a second root element") }
    guard open.count < XMLReader.greatestDepth else { throw failure("elements are nested too deep") }
    position += 1
    let name = try name()
    // Attributes: only namespaces and types in S3's answers. A quoted value may hold any character but its quote.
    var quote: UInt8?
    while true {
      guard position < bytes.count else { throw failure("the bytes end within a tag") }
      let byte = bytes[position]
      position += 1
      if let mark = quote {
        if byte == mark { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: "<") {
        throw failure("a tag within a tag")
      } else if byte == UInt8(ascii: ">") {
        break
      }
    }
    open.append(name)
    endsElement = bytes[position - 2] == UInt8(ascii: "/")
    return .start(try XMLReader.localName(name, at: position))
  }

  private mutating func endTag() throws(XMLFailure) -> Event {
    position += 2
    let name = try name()
    while position < bytes.count, XMLReader.isBlank(bytes[position]) { position += 1 }
    guard position < bytes.count, bytes[position] == UInt8(ascii: ">") else {
      throw failure("an end tag does not end")
    }
    position += 1
    guard let last = open.last, last.elementsEqual(name) else {
      throw failure("an end tag of no open element")
    }
    return try close()
  }

  private mutating func close() throws(XMLFailure) -> Event {
    open.removeLast()
    hasEnded = open.isEmpty
    return .end
  }

  /// The name at the position, as it stands.
  private mutating func name() throws(XMLFailure) -> ArraySlice<UInt8> {
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if XMLReader.isBlank(byte) || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") { break }
      guard byte != UInt8(ascii: "<"), byte != UInt8(ascii: "=") else { throw failure("not a name") }
      position += 1
    }
    guard position > start else { throw failure("an element without a name") }
    return bytes[start..<position]
  }

  /// A name without its namespace's prefix.
  private static func localName(_ name: ArraySlice<UInt8>, at offset: Int) throws(XMLFailure) -> String {
    let local = name.lastIndex(of: UInt8(ascii: ":")).map { name[($0 + 1)...] } ?? name
    guard let text = String(validating: local, as: UTF8.self) else {
      throw XMLFailure(reason: "a name is not UTF-8", offset: offset)
    }
    return text
  }

  /// The text up to the next tag; nil for white space outside of the root element.
  private mutating func text() throws(XMLFailure) -> String? {
    let start = position
    var hasReference = false
    while position < bytes.count, bytes[position] != UInt8(ascii: "<") {
      if bytes[position] == UInt8(ascii: "&") { hasReference = true }
      position += 1
    }
    let raw = bytes[start..<position]
    guard !open.isEmpty else {
      guard raw.allSatisfy(XMLReader.isBlank) else { throw failure("text outside of the root element") }
      return nil
    }
    return try string(hasReference ? resolved(raw) : raw)
  }

  private mutating func characterData() throws(XMLFailure) -> String {
    guard !open.isEmpty else { throw failure("text outside of the root element") }
    let start = position + 9
    try skip(past: "]]>", from: start)
    return try string(bytes[start..<position - 3])
  }

  private func string(_ raw: ArraySlice<UInt8>) throws(XMLFailure) -> String {
    guard let text = String(validating: raw, as: UTF8.self) else { throw failure("text is not UTF-8") }
    return text
  }

  /// Text with its references resolved: the five of XML itself and those by number.
  private func resolved(_ raw: ArraySlice<UInt8>) throws(XMLFailure) -> ArraySlice<UInt8> {
    var text: [UInt8] = []
    text.reserveCapacity(raw.count)
    var rest = raw
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "&") else {
        text.append(byte)
        continue
      }
      // The longest reference is &#x10FFFF; and leading zeros are not worth taking.
      guard let end = rest.prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
        throw failure("a reference does not end")
      }
      let name = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
      rest = rest[(end + 1)...]
      switch name {
      case "amp": text.append(UInt8(ascii: "&"))
      case "lt": text.append(UInt8(ascii: "<"))
      case "gt": text.append(UInt8(ascii: ">"))
      case "quot": text.append(UInt8(ascii: "\""))
      case "apos": text.append(UInt8(ascii: "'"))
      default:
        let number =
          name.hasPrefix("#x")
          ? UInt32(name.dropFirst(2), radix: 16)
          : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
        guard let number, let scalar = Unicode.Scalar(number) else { throw failure("an unknown reference") }
        text += Array(String(Character(scalar)).utf8)
      }
    }
    return text[...]
  }

  private mutating func skip(past mark: StaticString, from start: Int) throws(XMLFailure) {
    let length = mark.utf8CodeUnitCount
    position = start
    while position + length <= bytes.count {
      if begins(mark) {
        position += length
        return
      }
      position += 1
    }
    throw failure("the bytes end within a comment, an instruction or character data")
  }

  private func begins(_ mark: StaticString) -> Bool {
    mark.withUTF8Buffer { bytes[min(position, bytes.count)...].starts(with: $0) }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  private func failure(_ reason: String) -> XMLFailure { XMLFailure(reason: reason, offset: position) }
}
