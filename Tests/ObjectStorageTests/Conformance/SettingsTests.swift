import TestSupport
import Testing

@testable import HTTP
@testable import ObjectStorage

/// The settings that a preflight reads: an answer, or a typed "unsupported".
@Suite struct SettingsTests {
  @Test(arguments: Backend.all) func `every setting is told or unsupported`(_ backend: Backend) async throws {
    try await backend.withStore { store in
      for ask in [
        { _ = try await store.region() }, { _ = try await store.versioning() },
        { _ = try await store.encryption() }, { _ = try await store.publicAccessBlock() },
        { _ = try await store.policyIsPublic() },
      ] as [() async throws -> Void] {
        do {
          try await ask()
        } catch let error as StorageError {
          #expect(error.code == .unsupported, "\(error)")
        }
      }
      let reading = try await store.clockReading()
      #expect(reading.offset.magnitude <= reading.uncertainty + .seconds(5))
    }
  }

  @Test func `moto's settings are read`() async throws {
    try await Backend.moto.withStore { store in
      let store = try #require(store as? S3Store)
      #expect(try await store.region() == "us-east-1")
      #expect(try await store.versioning() == .off)
      #expect(try await store.publicAccessBlock() == nil)
      try await set(
        store, "versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
      try await set(
        store, "publicAccessBlock",
        "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
          + "<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>"
      )
      try await set(
        store, "encryption",
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>"
          + "<KMSMasterKeyID>key-1</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
      )
      #expect(try await store.versioning() == .enabled)
      #expect(
        try await store.publicAccessBlock()
          == PublicAccessBlock(
            blockPublicACLs: true, ignorePublicACLs: true, blockPublicPolicy: true,
            restrictPublicBuckets: false))
      #expect(try await store.publicAccessBlock()?.blocksAll == false)
      #expect(try await store.encryption() == BucketEncryption(algorithm: "aws:kms", keyID: "key-1"))
    }
  }

  @Test func `S3's answers are read`() async throws {
    try await LoopbackServer.with { request, _ in
      switch request.target {
      case "/how.raw?location=":
        .answer(200, body: Array("<?xml version=\"1.0\"?><LocationConstraint>EU</LocationConstraint>".utf8))
      case "/how.raw?policyStatus=":
        .answer(200, body: Array("<PolicyStatus><IsPublic>TRUE</IsPublic></PolicyStatus>".utf8))
      case "/how.raw?encryption=": .error(404, "ServerSideEncryptionConfigurationNotFoundError")
      case "/how.raw?publicAccessBlock=": .error(404, "NoSuchPublicAccessBlockConfiguration")
      default: .listing("")
      }
    } _: { server in
      let store = try server.store()
      #expect(try await store.region() == "eu-west-1")
      #expect(try await store.policyIsPublic() == true)
      #expect(try await store.encryption() == nil)
      #expect(try await store.publicAccessBlock() == nil)
      await expect(.unsupported) { try await store.versioning() }
    }
  }

  private func set(_ store: S3Store, _ setting: String, _ body: String) async throws {
    _ = try await store.client.perform(
      S3Call(operation: .settings, method: .put, query: [(setting, "")], body: Array(body.utf8)))
  }
}

extension Duration {
  var magnitude: Duration { self < .zero ? .zero - self : self }
}
