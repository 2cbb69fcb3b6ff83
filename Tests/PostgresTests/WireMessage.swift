/// Builds messages of the replication protocol byte by byte.
struct WireMessage {
  private(set) var bytes: [UInt8]

  init(_ kind: Character) {
    bytes = [kind.asciiValue ?? 0]
  }

  func byte(_ value: UInt8) -> WireMessage { appending([value]) }
  func int16(_ value: Int16) -> WireMessage { appending(withUnsafeBytes(of: value.bigEndian, Array.init)) }
  func int32(_ value: Int32) -> WireMessage { appending(withUnsafeBytes(of: value.bigEndian, Array.init)) }
  func int64(_ value: Int64) -> WireMessage { appending(withUnsafeBytes(of: value.bigEndian, Array.init)) }
  func string(_ value: String) -> WireMessage { appending(Array(value.utf8) + [0]) }
  func letter(_ value: Character) -> WireMessage { appending([value.asciiValue ?? 0]) }

  /// A tuple: nil is NULL, "\u{0}" a value that did not change, all else text.
  func tuple(_ values: [String?]) -> WireMessage {
    values.reduce(int16(Int16(values.count))) { message, value in
      switch value {
      case nil: message.letter("n")
      case "\0": message.letter("u")
      case let text?: message.letter("t").int32(Int32(text.utf8.count)).appending(Array(text.utf8))
      }
    }
  }

  func appending(_ more: [UInt8]) -> WireMessage {
    var message = self
    message.bytes += more
    return message
  }
}
