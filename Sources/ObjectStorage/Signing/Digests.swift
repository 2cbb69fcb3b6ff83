import CLibCrypto

/// SHA-256 and HMAC-SHA-256 of libcrypto.
enum Digests {
  static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { digest, count in
      // It fails only where the system has no memory left. No bytes are a null pointer and a count of 0.
      guard
        SHA256(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, digest.baseAddress) != nil
      else {
        fatalError("libcrypto has no SHA-256")
      }
      count = digest.count
    }
  }

  static func sha256(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(sha256) }

  static func sha256(_ text: String) -> [UInt8] {
    var text = text
    return text.withUTF8 { sha256(UnsafeRawBufferPointer($0)) }
  }

  static func hmac(key: [UInt8], _ text: String) -> [UInt8] {
    var text = text
    return [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { digest, count in
      text.withUTF8 { message in
        var length: UInt32 = 0
        guard
          HMAC(
            EVP_sha256(), key, Int32(key.count), message.baseAddress, message.count, digest.baseAddress,
            &length)
            != nil
        else { fatalError("libcrypto has no HMAC-SHA-256") }
        count = Int(length)
      }
    }
  }

  /// Lower-case hexadecimal digits.
  static func hex(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
      for (index, byte) in bytes.enumerated() {
        buffer[index * 2] = hexDigit(byte >> 4)
        buffer[index * 2 + 1] = hexDigit(byte & 15)
      }
      return bytes.count * 2
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
