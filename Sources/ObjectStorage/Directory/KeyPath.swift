/// The file names that a key's parts have in a directory.
///
/// Parts are file names as they stand, so that other tools find `a/b.parquet` where they expect it. A part that
/// is no file name (empty, `.`, `..`, or with a NUL) or that begins like our own files is written
/// as `.lakecanary-key-` and its bytes in percent notation; so no key leaves the directory, and none is two files.
struct KeyPath: Sendable {
  static let largestKey = 1_024
  static let reserved = ".lakecanary-"
  static let temporary = ".lakecanary-tmp-"
  private static let escaped = ".lakecanary-key-"

  /// A name that no key has, for a file that is to be renamed.
  static func newTemporaryName() -> String { temporary + String(UInt64.random(in: .min ... .max), radix: 16) }

  /// Names of the directories from the root down.
  let directories: [String]
  /// The name of the file.
  let file: String

  /// The names for a key; nil where the key is empty or longer than S3 allows (1,024 bytes).
  init?(_ key: String) {
    guard (1...KeyPath.largestKey).contains(key.utf8.count) else { return nil }
    var names = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
      KeyPath.fileName(String(Substring($0)))
    }
    file = names.removeLast()
    directories = names
  }

  /// The directory's path relative to the root; `.` for the root itself.
  var directoryPath: String { directories.isEmpty ? "." : directories.joined(separator: "/") }

  static func fileName(_ part: String) -> String {
    let isPlain =
      !part.isEmpty && part != "." && part != ".." && !part.utf8.contains(0)
      && !KeyOrder.begins(part, with: reserved)
    if isPlain { return part }
    var name = escaped
    for byte in part.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        name.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        name += byte < 16 ? "%0" : "%"
        name += String(byte, radix: 16, uppercase: true)
      }
    }
    return name
  }

  /// The key's part that a file name stands for; nil for names that no key has, such as temporary files.
  static func part(ofFileName name: String) -> String? {
    guard KeyOrder.begins(name, with: reserved) else { return name }
    guard KeyOrder.begins(name, with: escaped) else { return nil }
    var bytes: [UInt8] = []
    var rest = name.utf8.dropFirst(escaped.utf8.count)
    while let byte = rest.popFirst() {
      if byte != UInt8(ascii: "%") {
        bytes.append(byte)
      } else if let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) {
        bytes.append(high << 4 | low)
      } else {
        return nil
      }
    }
    // One part has one name: another spelling of it is a file that no put has made.
    guard let part = String(validating: bytes, as: UTF8.self), fileName(part) == name else { return nil }
    return part
  }

  private static func hexDigit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
