import DMS
import LocalServers
import ObjectStorage
import TestSupport
import Testing

@testable import Preflight

/// The checks of the bucket, against SeaweedFS, moto and a directory.
@Suite struct BucketTests {
  private func configuration(_ endpoint: String, _ key: String, _ secret: String) -> StorageConfiguration {
    var configuration = StorageConfiguration()
    configuration.access = .write
    configuration.endpoint = endpoint
    configuration.environment = [
      "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "HOME": "/nonexistent",
    ]
    return configuration
  }

  private func examine(
    _ configuration: StorageConfiguration, isWrittenByDMS: Bool, objects: [String] = [],
    settings: EndpointSettings = EndpointSettings()
  ) async throws -> (found: [Diagnosis], keys: [String]) {
    let name = "lakecanary-doctor-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    let location = BucketLocation(place: .s3(bucket: name), prefix: "cdc")
    try await ObjectStores.createBucket(location, configuration)
    let store = try ObjectStores.open(location, configuration)
    for key in objects { try await store.put(key, [1]) }
    let expectations = BucketExpectations(
      location: location, settings: settings, tables: [QualifiedName(schema: "public", name: "customers")],
      isWrittenByDMS: isWrittenByDMS)
    let found = await BucketExamination(store: store, expectations: expectations).run()
    var keys: [String] = []
    for try await page in store.list(prefix: "") { keys += page.objects.map(\.key) }
    return (found, keys)
  }

  @Test func seaweed() async throws {
    let server = try await S3Servers.shared.seaweed()
    let key = "cdc/public/customers/LOAD00000001.parquet"
    let (found, keys) = try await examine(
      configuration(server.endpoint, server.accessKeyID, server.secretAccessKey), isWrittenByDMS: true,
      objects: [key])
    #expect(keys == [key], "the examination left something, or took something away")
    #expect(found.one("reach")?.severity == .ok)
    #expect(found.one("access", "get")?.severity == .ok)
    #expect(found.one("access", "put")?.severity == .warning, "\(found)")
    #expect(found.one("access", "delete")?.severity == .warning, "\(found)")
    #expect(found.one("clock")?.severity == .ok)
    #expect(found.one("versioning")?.found == "off")
    #expect(found.one("objects")?.severity == .ok)
    #expect(!found.contains { $0.severity == .critical || $0.severity == .unknown }, "\(found)")
  }

  @Test func moto() async throws {
    let server = try await S3Servers.shared.moto()
    var settings = EndpointSettings()
    settings.bucketName = "another"
    let (found, keys) = try await examine(
      configuration(server.endpoint, "test", "test"), isWrittenByDMS: false, settings: settings)
    #expect(keys == [])
    #expect(found.one("region")?.found == "us-east-1")
    #expect(found.one("public-access-block")?.severity == .warning)
    #expect(found.one("public-access-block")?.mend?.contains("put-public-access-block") == true)
    #expect(found.one("policy")?.severity == .ok)
    #expect(found.one("access", "put")?.severity == .note)
    #expect(found.one("place")?.severity == .critical)
    #expect(found.one("objects")?.severity == .note)
    #expect(!found.contains { $0.severity == .unknown }, "\(found)")
  }

  @Test func aBucketThatIsNotThere() async throws {
    let server = try await S3Servers.shared.seaweed()
    let location = BucketLocation(place: .s3(bucket: "lakecanary-doctor-absent"))
    let store = try ObjectStores.open(
      location, configuration(server.endpoint, server.accessKeyID, server.secretAccessKey))
    let found = await BucketExamination(store: store, expectations: BucketExpectations(location: location))
      .run()
    #expect(found.map(\.severity) == [.critical])
    #expect(found[0].mend?.contains("create the bucket") == true)
  }
}
