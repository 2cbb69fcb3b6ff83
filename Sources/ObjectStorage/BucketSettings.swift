/// Whether a bucket keeps old versions of its objects.
public enum BucketVersioning: String, Hashable, Sendable {
  /// Never switched on.
  case off
  /// Old versions are kept.
  case enabled
  /// Versions of before are kept, new ones are not.
  case suspended
}

/// A bucket's encryption of new objects by default.
public struct BucketEncryption: Hashable, Sendable {
  /// `AES256`, `aws:kms` or `aws:kms:dsse`.
  public var algorithm: String
  /// The KMS key; nil for the account's own.
  public var keyID: String?

  /// A bucket's encryption.
  public init(algorithm: String, keyID: String? = nil) {
    (self.algorithm, self.keyID) = (algorithm, keyID)
  }
}

/// A bucket's public access block: each part as S3 names it.
public struct PublicAccessBlock: Hashable, Sendable {
  /// New public ACLs are refused.
  public var blockPublicACLs: Bool
  /// Public ACLs have no effect.
  public var ignorePublicACLs: Bool
  /// Public policies are refused.
  public var blockPublicPolicy: Bool
  /// A public policy lets no stranger in.
  public var restrictPublicBuckets: Bool

  /// A public access block.
  public init(
    blockPublicACLs: Bool, ignorePublicACLs: Bool, blockPublicPolicy: Bool, restrictPublicBuckets: Bool
  ) {
    (self.blockPublicACLs, self.ignorePublicACLs) = (blockPublicACLs, ignorePublicACLs)
    (self.blockPublicPolicy, self.restrictPublicBuckets) = (blockPublicPolicy, restrictPublicBuckets)
  }

  /// Whether every part is on.
  public var blocksAll: Bool {
    blockPublicACLs && ignorePublicACLs && blockPublicPolicy && restrictPublicBuckets
  }
}
