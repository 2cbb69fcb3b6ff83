import ObjectStorage

/// The bucket is there and can be listed.
struct BucketReachCheck: BucketCheck {
  static let name = "reach"
  static let wanted = "a bucket that may be listed (s3:ListBucket)"
  static let why = "every run lists what is new in it"

  func diagnose(_ bucket: Bucket) async throws(StorageError) -> [Diagnosis] {
    let prefix = bucket.expectations.location.prefix
    _ = try await bucket.store.listPage(ListQuery(prefix: prefix, pageSize: 1), cursor: nil)
    let source = try await bucket.store.credentialSource()
    return [
      diagnosis(
        .ok, "\(bucket.expectations.location) answers" + (source.map { ", with credentials of \($0)" } ?? ""))
    ]
  }
}

/// The bucket lies where the configuration says.
struct BucketRegionCheck: BucketCheck {
  static let name = "region"
  static let wanted = "the region that is configured, which is that of the DMS instance"
  static let why = "another region costs a redirect at each start, and its traffic costs money"

  func diagnose(_ bucket: Bucket) async throws(StorageError) -> [Diagnosis] {
    let region = try await bucket.store.region()
    guard let wanted = bucket.expectations.region, wanted != region else { return [diagnosis(.ok, region)] }
    return [
      diagnosis(
        .warning, "\(region), and \(wanted) is configured", wanted: wanted, mend: "set s3.region: \(region)")
    ]
  }
}

/// No stranger can be let in by mistake.
struct PublicAccessCheck: BucketCheck {
  static let name = "public-access-block"
  static let wanted = "all four parts of the public access block on"
  static let why =
    "the bucket holds rows of the database; the block outranks any policy or ACL that opens it by mistake"

  func diagnose(_ bucket: Bucket) async throws(StorageError) -> [Diagnosis] {
    let mend =
      "aws s3api put-public-access-block --bucket \(bucket.name ?? "") --public-access-block-configuration "
      + "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
    guard let block = try await bucket.store.publicAccessBlock() else {
      return [diagnosis(.warning, "none", mend: mend)]
    }
    if block.blocksAll { return [diagnosis(.ok, "all on")] }
    let parts = [
      ("BlockPublicAcls", block.blockPublicACLs), ("IgnorePublicAcls", block.ignorePublicACLs),
      ("BlockPublicPolicy", block.blockPublicPolicy), ("RestrictPublicBuckets", block.restrictPublicBuckets),
    ]
    let off = parts.filter { !$0.1 }.map(\.0)
    return [diagnosis(.warning, "off: \(off.joined(separator: ", "))", mend: mend)]
  }
}

/// The bucket's policy is not public.
struct BucketPolicyCheck: BucketCheck {
  static let name = "policy"
  static let wanted = "no policy that is public"
  static let why = "a public policy lets anybody read the rows, or write objects that look like DMS's"

  func diagnose(_ bucket: Bucket) async throws(StorageError) -> [Diagnosis] {
    switch try await bucket.store.policyIsPublic() {
    case true?:
      [
        diagnosis(
          .critical, "the policy is public",
          mend: "take the statement with \"Principal\": \"*\" out of the policy")
      ]
    case false?: [diagnosis(.ok, "a policy that is not public")]
    case nil: [diagnosis(.ok, "no policy")]
    }
  }
}

/// DMS wants no versions.
struct VersioningCheck: BucketCheck {
  static let name = "versioning"
  static let wanted = "off, as DMS advises; or on with a rule that expires old versions"
  static let why =
    "DMS advises against versioning (User Guide, S3 target limitations): tests of its endpoint may time out, and every object that a reload removes stays and is paid for"

  func diagnose(_ bucket: Bucket) async throws(StorageError) -> [Diagnosis] {
    switch try await bucket.store.versioning() {
    case .off: [diagnosis(.ok, "off")]
    case .suspended: [diagnosis(.note, "suspended: versions of before are kept")]
    case .enabled:
      [
        diagnosis(
          .note, "on",
          mend: "keep it where you want the history, with a lifecycle rule for noncurrent versions")
      ]
    }
  }
}

/// New objects are encrypted.
struct EncryptionCheck: BucketCheck {
  static let name = "encryption"
  static let wanted =
    "encryption by default: AES256 (SSE-S3), or aws:kms with a key that DMS and lakecanary may use"
  static let why =
    "with a KMS key, each reader needs kms:Decrypt as well, and each writer kms:GenerateDataKey"

  func diagnose(_ bucket: Bucket) async throws(StorageError) -> [Diagnosis] {
    guard let encryption = try await bucket.store.encryption() else {
      return [diagnosis(.note, "none is set; S3 encrypts with its own keys all the same")]
    }
    return [
      diagnosis(
        .ok, encryption.algorithm + (encryption.keyID.map { ", key \($0)" } ?? ""))
    ]
  }
}

/// The bucket's clock agrees with this machine's.
struct BucketClockCheck: BucketCheck {
  static let name = "clock"
  static let wanted = "clocks within a second of each other"
  static let why =
    "requests are refused when the clocks differ by more than 15 minutes, and lag is measured to the time that S3 gives an object"

  func diagnose(_ bucket: Bucket) async throws(StorageError) -> [Diagnosis] {
    guard bucket.isS3 else { return [] }
    let reading = try await bucket.store.clockReading()
    return [
      ClockJudgement.diagnosis(
        of: self, "the server's clock", offset: reading.offset, within: reading.uncertainty)
    ]
  }
}
