import DMS
import Foundation
import Ledger
import ObjectStorage
import Reconciliation
import Testing
import Time

@testable import Engines

/// Inventories written by pyarrow, csv and gzip.
@Suite struct InventoryTests {
  static let created = Timestamp("2026-11-20T01:00:00Z") ?? Timestamp(seconds: 0)

  private func object(_ key: String, _ more: [String: Any] = [:]) -> [String: Any] {
    [
      "key": key, "size": 10, "modified": Self.created.microseconds - 86_400_000_000 * 5,
      "etag": "d41d8cd98f00b204e9800998ecf8427e",
    ].merging(more) { $1 }
  }

  private func write(
    _ objects: [[String: Any]], format: String, day: String = "2026-11-20T01-00Z",
    _ more: [String: Any] = [:],
    in scratch: Scratch
  ) async throws {
    try await Peer.write(
      "inventory", scratch.path + "/daily",
      [
        "objects": objects, "format": format, "bucket": "my-lake", "created": Self.created.microseconds,
        "day": day,
        "prefix": "daily/",
      ].merging(more) { $1 })
  }

  private func find(_ scratch: Scratch, _ prefix: String = "daily/") async throws -> InventoryManifest {
    try await InventoryManifest.find(
      in: try ObjectStores.open(try BucketLocation(scratch.path)), prefix: prefix)
  }

  private func list(_ scratch: Scratch) async throws -> [ListedObject] {
    let sorted = SortedObjects(runLength: 3)
    let reader = InventoryReader(manifest: try await find(scratch), prefixes: ["raw/public/customers/"])
    try await reader.read { try sorted.add($0) }
    let file = try sorted.finish()
    var objects = try ObjectFile.Reader(file, from: 0)
    var all: [ListedObject] = []
    while let object = try objects.next() { all.append(object) }
    return all
  }

  private func code(_ body: () async throws -> Void) async -> EngineError.Code? {
    do {
      try await body()
      return nil
    } catch let error as EngineError {
      #expect(!error.description.contains("\n"))
      return error.code
    } catch {
      Issue.record("\(error)")
      return nil
    }
  }

  @Test(arguments: ["CSV", "Parquet"]) func objectsOfTheTableAreRead(format: String) async throws {
    let scratch = try Scratch()
    let names = (0..<20).shuffled().map { "raw/public/customers/20261101-0000\($0 + 10)000.parquet" }
    let odd = "raw/public/customers/a b+c%20\"ü\",.parquet"
    try await write(
      (names + [odd, "raw/public/orders/1.parquet"]).map { object($0) }, format: format, in: scratch)
    let objects = try await list(scratch)
    #expect(objects.map(\.key) == names.sorted() + [odd])
    #expect(objects.first?.size == 10)
    #expect(objects.first?.etag.rawValue == "d41d8cd98f00b204e9800998ecf8427e")
    #expect(objects.first?.lastModified == Self.created - .seconds(86_400 * 5))
  }

  @Test(arguments: ["CSV", "Parquet"]) func onlyTheLatestVersionCounts(format: String) async throws {
    let scratch = try Scratch()
    let prefix = "raw/public/customers/"
    try await write(
      [
        object(prefix + "1", ["version": "b", "latest": true]),
        object(prefix + "1", ["version": "a", "latest": false, "size": 5]),
        object(prefix + "2", ["version": "d", "latest": true, "marker": true, "size": NSNull(), "etag": ""]),
        object(prefix + "2", ["version": "c", "latest": false]),
      ], format: format, ["versions": true], in: scratch)
    let objects = try await list(scratch)
    #expect(objects.map(\.key) == [prefix + "1"])
    #expect(objects.map(\.size) == [10])
  }

  @Test func theNewestWholeOneIsTaken() async throws {
    let scratch = try Scratch()
    try await write([object("x")], format: "CSV", in: scratch)
    try await write([object("x")], format: "CSV", day: "2026-11-21T01-00Z", ["checksum": false], in: scratch)
    #expect(try await find(scratch).location.contains("2026-11-20T01-00Z"))
    let manifest = try await find(scratch, "daily/2026-11-20T01-00Z/manifest.json/")
    #expect(manifest.createdAt == Self.created)
    let (day, now) = (Duration.seconds(86_400), Self.created + .seconds(86_400 * 3))
    #expect(await code { try manifest.require(bucket: "my-lake", maxAge: day * 4, now: now) } == nil)
    #expect(
      await code { try manifest.require(bucket: "my-lake", maxAge: day * 2, now: now) }
        == .inventoryIncomplete)
    #expect(
      await code { try manifest.require(bucket: "other", maxAge: day * 4, now: now) } == .inventoryUnsupported
    )
  }

  @Test func aBadInventoryIsRefused() async throws {
    func scratch(
      _ format: String = "CSV", _ more: [String: Any] = [:], _ change: (String) throws -> Void = { _ in }
    )
      async throws -> Scratch
    {
      let scratch = try Scratch()
      try await write([object("raw/public/customers/1")], format: format, more, in: scratch)
      try change(scratch.path + "/daily")
      return scratch
    }
    let orc = try await scratch("ORC")
    #expect(await code { _ = try await find(orc) } == .inventoryUnsupported)
    let unfinished = try await scratch("CSV", ["checksum": false])
    #expect(await code { _ = try await find(unfinished) } == .inventoryIncomplete)
    let changed = try await scratch {
      try "{}".write(toFile: $0 + "/2026-11-20T01-00Z/manifest.json", atomically: true, encoding: .utf8)
    }
    #expect(await code { _ = try await find(changed) } == .inventoryIncomplete)
    let torn = try await scratch { try Data([1, 2]).write(to: URL(filePath: $0 + "/data/0.csv.gz")) }
    #expect(await code { _ = try await list(torn) } == .inventoryIncomplete)
    let gone = try await scratch { try FileManager.default.removeItem(atPath: $0 + "/data/0.csv.gz") }
    #expect(await code { _ = try await list(gone) } == .inventoryIncomplete)
    let empty = try Scratch()
    #expect(await code { _ = try await find(empty) } == .inventoryIncomplete)
  }

  @Test func aLineCutBetweenPortionsIsOneLine() {
    var records = CSVRecords()
    var all: [[String]] = []
    for byte in Array("\"a\"\"b\",\"c,d\"\r\n\"e\nf\",g\n\"h\",\"\"".utf8) {
      records.add([byte], isLast: false)
      while let record = records.next() { all.append(record) }
    }
    records.add([], isLast: true)
    while let record = records.next() { all.append(record) }
    #expect(all == [["a\"b", "c,d"], ["e\nf", "g"], ["h", ""]])
  }

  @Test func theInventoryAnswersForWhatIsOldAndTheBucketForTheRest() async throws {
    let (scratch, bucket) = (try Scratch(), try Scratch())
    let prefix = "public/customers/"
    try FileManager.default.createDirectory(
      atPath: bucket.path + "/" + prefix, withIntermediateDirectories: true)
    // In the bucket, and not in the inventory: one that is too old to be listed live, and some that are not.
    for name in [
      "20261101-000000000.parquet", "20261119-120000000.parquet", "20261125-000000000.parquet",
      "LOAD00000001.parquet",
    ] {
      try Data([1]).write(to: URL(filePath: bucket.path + "/" + prefix + name))
    }
    let old = (10..<30).map { "\(prefix)20261102-0000\($0)000.parquet" }
    try await write(
      (old + [prefix + "LOAD00000001.parquet"]).map { object($0) }, format: "Parquet", in: scratch)
    let settings = try EndpointSettings(parsing: "DataFormat=parquet;timestampColumnName=t")
    let table = ObservedTable.of(settings)
    let store = try await InventoryStore.open(
      try ObjectStores.open(try BucketLocation(bucket.path)), by: try await find(scratch), tables: [table])
    var keys: [String] = []
    var cursor: ListCursor?
    repeat {
      let page = try await store.listPage(ListQuery(prefix: prefix, pageSize: 7), cursor: cursor)
      keys += page.objects.map(\.key)
      cursor = page.next
    } while cursor != nil
    let live = ["20261119-120000000.parquet", "20261125-000000000.parquet", "LOAD00000001.parquet"].map {
      prefix + $0
    }
    #expect(keys == old + live)
  }
}

extension ObservedTable {
  /// A table for tests: public.customers where nothing else is said.
  static func of(
    _ settings: EndpointSettings, name: TableName = TableName(schema: "public", name: "customers"),
    key: String = "customer_id", digest: [String?] = []
  ) -> ObservedTable {
    let location = TableLocation(
      table: QualifiedName(schema: name.schema, name: name.name), settings: settings)
    return ObservedTable(
      name: name, prefix: location.prefix,
      request: ObservationRequest(
        level: .values, tag: PipelineTag(1), keyColumn: key, versionColumn: "updated_at",
        timestampColumn: "t", digestColumns: digest),
      format: .parquet, location: location, newestPlace: nil, isFullListingDue: true)
  }
}
