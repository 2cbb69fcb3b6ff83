import Foundation

/// JSON as every `--json` prints it: keys in snake case and in order of the alphabet, indented, a line feed
/// at the end.
public enum JSONText {
  /// `value` as JSON text.
  ///
  /// - Throws: `EncodingError` for a number that JSON cannot hold (not finite).
  public static func text(of value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }
}
