import HTTP

extension S3Store {
  func region() async throws(StorageError) -> String {
    let root = try await setting("location", root: "LocationConstraint")
    // S3 API reference, GetBucketLocation: names from before regions had theirs.
    switch root.text {
    case "": return "us-east-1"
    case "EU": return "eu-west-1"
    default: return root.text
    }
  }

  func versioning() async throws(StorageError) -> BucketVersioning {
    switch try await setting("versioning", root: "VersioningConfiguration").text("Status") {
    case "Enabled": .enabled
    case "Suspended": .suspended
    default: .off
    }
  }

  func encryption() async throws(StorageError) -> BucketEncryption? {
    let root = try await optionalSetting(
      "encryption", root: "ServerSideEncryptionConfiguration",
      absent: "ServerSideEncryptionConfigurationNotFoundError")
    guard let rule = root?.child("Rule")?.child("ApplyServerSideEncryptionByDefault"),
      let algorithm = rule.text("SSEAlgorithm")
    else { return nil }
    return BucketEncryption(algorithm: algorithm, keyID: rule.text("KMSMasterKeyID"))
  }

  func publicAccessBlock() async throws(StorageError) -> PublicAccessBlock? {
    let root = try await optionalSetting(
      "publicAccessBlock", root: "PublicAccessBlockConfiguration",
      absent: "NoSuchPublicAccessBlockConfiguration")
    return root.map { root in
      let isOn = { (name: String) in root.text(name)?.lowercased() == "true" }
      return PublicAccessBlock(
        blockPublicACLs: isOn("BlockPublicAcls"), ignorePublicACLs: isOn("IgnorePublicAcls"),
        blockPublicPolicy: isOn("BlockPublicPolicy"), restrictPublicBuckets: isOn("RestrictPublicBuckets"))
    }
  }

  func policyIsPublic() async throws(StorageError) -> Bool? {
    let root = try await optionalSetting("policyStatus", root: "PolicyStatus", absent: "NoSuchBucketPolicy")
    return root.map { $0.text("IsPublic")?.lowercased() == "true" }
  }

  /// Makes the bucket.
  ///
  /// - Throws: `StorageError`: `.alreadyExists` where it is somebody else's.
  func createBucket() async throws(StorageError) {
    var call = S3Call(operation: .put, method: .put)
    // us-east-1 must not be named (S3 API reference, CreateBucket).
    if let region = client.settings.region, region != "us-east-1" {
      call.body = Array(
        ("<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>"
          + XMLText.escape(region) + "</LocationConstraint></CreateBucketConfiguration>").utf8)
    }
    do {
      _ = try await client.perform(call)
    } catch  where error.serviceCode == "BucketAlreadyOwnedByYou" {
      // It is there, and that was asked for.
    }
  }

  private func optionalSetting(
    _ name: String, root: String, absent: String
  ) async throws(StorageError) -> XMLElement? {
    do {
      return try await setting(name, root: root)
    } catch  where error.serviceCode == absent {
      return nil
    }
  }

  private func setting(_ setting: String, root: String) async throws(StorageError) -> XMLElement {
    let call = S3Call(operation: .settings, query: [(setting, "")])
    let answer = try await client.perform(call)
    guard let element = try? XMLElement(answer.body) else {
      throw call.error(.malformedAnswer, store: name, detail: "the answer to ?\(setting) is no XML")
    }
    // A server that does not know a setting takes the request for a listing. Those that do may name the root
    // after the operation: SDKs pay no heed to it.
    guard element.name == root || element.name.hasSuffix("Response") else {
      throw call.error(.unsupported, store: name, detail: "the server does not know ?\(setting)")
    }
    return element
  }
}
