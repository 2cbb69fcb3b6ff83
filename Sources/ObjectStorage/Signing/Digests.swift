import CLibCrypto

/// SHA-256 of libcrypto.
enum Digests {
  /// Looked up once: by name, each look-up takes a lock.
  ///
  /// libcrypto's algorithms are immutable, and this one is never freed.
  nonisolated(unsafe) private static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

  static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { digest, count in
      // It fails only where the system has no memory left. No bytes are a null pointer and a count of 0.
      guard EVP_Digest(bytes.baseAddress, bytes.count, digest.baseAddress, nil, algorithm, nil) == 1 else {
        fatalError("libcrypto has no SHA-256")
      }
      count = digest.count
    }
  }

  static func sha256(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes(sha256) }

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
