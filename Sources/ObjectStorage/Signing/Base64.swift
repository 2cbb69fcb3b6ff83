import Foundation

/// Base 64, as checksums in header fields have it.
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
