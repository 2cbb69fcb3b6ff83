import CLibCrypto

/// HMAC-SHA-256 under one key (RFC 2104), which is set up once for any number of messages.
final class MessageAuthenticator: Sendable {
  /// Set up with the key and never updated: each message has a copy, which libcrypto makes without changing this one.
  nonisolated(unsafe) private let context: OpaquePointer

  /// The kind of code, which is immutable and never freed.
  nonisolated(unsafe) private static let algorithm = EVP_MAC_fetch(nil, "HMAC", nil)

  init(key: [UInt8]) {
    // It fails only where the system has no memory left.
    guard let context = EVP_MAC_CTX_new(MessageAuthenticator.algorithm),
      canary_hmac_sha256_init(context, key, key.count) == 1
    else { fatalError("libcrypto has no HMAC-SHA-256") }
    self.context = context
  }

  deinit { EVP_MAC_CTX_free(context) }

  /// The 32 bytes of the code of a message.
  func code(_ message: String) -> [UInt8] {
    var message = message
    return [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { code, count in
      guard let copy = EVP_MAC_CTX_dup(context) else { fatalError("libcrypto has no HMAC-SHA-256") }
      defer { EVP_MAC_CTX_free(copy) }
      let isDone = message.withUTF8 { EVP_MAC_update(copy, $0.baseAddress, $0.count) }
      guard isDone == 1, EVP_MAC_final(copy, code.baseAddress, &count, code.count) == 1 else {
        fatalError("libcrypto has no HMAC-SHA-256")
      }
    }
  }
}
