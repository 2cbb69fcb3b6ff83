import CLibCrypto

/// Digests of an object's bytes, as S3's own documents give them.
package enum ContentDigest {
  /// The MD5 of `bytes`, in lower-case hexadecimal digits; a checksum against accidents, nothing more.
  package static func md5(_ bytes: [UInt8]) -> String {
    let digest = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
      var length: UInt32 = 0
      guard EVP_Digest(bytes, bytes.count, buffer.baseAddress, &length, EVP_md5(), nil) == 1 else { return }
      count = Int(length)
    }
    return Digests.hex(digest)
  }
}
