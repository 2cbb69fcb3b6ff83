import TestSupport
import Testing
import Time

@testable import ObjectStorage

/// What goes wrong with real servers: one clear line each.
@Suite struct RefusalTests {
  @Test(arguments: Backend.all) func `no such bucket`(_ backend: Backend) async throws {
    let location: BucketLocation =
      backend == .directory
      ? BucketLocation(place: .directory(path: "/nonexistent/bucket"))
      : try BucketLocation("s3://no-such-bucket-here")
    let store = try ObjectStores.open(location, await backend.configuration())
    await expect(.bucketMissing) { try await keys(store) }
    await expect(.bucketMissing) { try await store.get("k") }
    await expect(.bucketMissing) { try await store.head("k") }
    await expect(.bucketMissing) { try await store.put("k", [1]) }
  }

  @Test func `wrong keys, told by a server that checks them`() async throws {
    var configuration = try await Backend.seaweed.configuration()
    configuration.environment["AWS_SECRET_ACCESS_KEY"] = "sesame"
    let secret = try ObjectStores.open(BucketLocation("s3://some-bucket"), configuration)
    let error = await #expect(throws: StorageError.self) { try await keys(secret) }
    #expect(error?.code == .credentialsInvalid)
    #expect(error?.serviceCode == "SignatureDoesNotMatch")
    #expect(error?.requestID != nil)
    #expect(error?.description.contains("sesame") == false)
    configuration.environment["AWS_ACCESS_KEY_ID"] = "nobody"
    let key = try ObjectStores.open(BucketLocation("s3://some-bucket"), configuration)
    await expect(.credentialsInvalid) { try await keys(key) }
  }

  @Test func `a clock that is off by an hour is corrected with a server that checks it`() async throws {
    try await Backend.seaweed.withStore { store in
      try await store.put("k", [1, 2, 3])
      for hours in [-1, 1] {
        var configuration = try await Backend.seaweed.configuration()
        configuration.clock = ManualClock(SystemWallClock().now() + .seconds(hours * 3_600))
        let wrong = try ObjectStores.open(
          BucketLocation(place: .s3(bucket: String(store.name.dropFirst(5)))), configuration)
        #expect(try await wrong.get("k").bytes == [1, 2, 3])
        let offset = try await wrong.clockReading().offset
        #expect((offset + .seconds(hours * 3_600)).magnitude < .seconds(1_800))
      }
    }
  }
}
