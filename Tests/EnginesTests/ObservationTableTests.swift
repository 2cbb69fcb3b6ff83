import Foundation
import Ledger
import ObjectStorage
import Reconciliation
import Testing
import Time

@testable import Engines

/// Tables of observations that pyarrow wrote: read, refused, and doubted.
@Suite struct ObservationTableTests {
  static let tag = PipelineTag(0xABCD_EF01_2345)
  static let table = TableName(schema: "public", name: "customers")
  static let written = Timestamp(seconds: 1_700_000_000)

  /// What tests write stays until they end.
  private final class Kept {
    var scratches: [Scratch] = []
  }

  private let kept = Kept()

  /// What the native reader would say; that it was asked is what tests look at.
  struct Native: ObservationSource {
    func observe(
      _ object: ObjectReference, _ request: ObservationRequest
    ) async throws(ObservationFailure) -> Observation {
      throw ObservationFailure(.unsupported, "native")
    }
  }

  private func key(_ number: Int) -> String {
    "public/customers/20240101-0000\(number < 10 ? "0" : "")\(number)000.parquet"
  }

  private func record(_ object: String, _ more: [String: Any] = [:]) -> [String: Any] {
    [
      "format": 1, "pipeline": Self.tag.hexadecimal, "source_table": "public.customers", "level": "values",
      "object": object, "size": 100, "last_modified": Self.written.microseconds, "object_rows": 0, "rows": 1,
      "inserts": 0, "updates": 0, "deletes": 0, "keyless": 0,
    ].merging(more) { $1 }
  }

  private func own(_ object: String, _ sequence: Int64, place: Int?, _ more: [String: Any] = [:]) -> [String:
    Any]
  {
    var record = record(
      object,
      [
        "inserts": 1, "op": "I", "row_key": RowIdentity(tag: Self.tag, sequence: sequence).description,
        "row_version": Self.written.microseconds + 1, "first_commit": Self.written.microseconds + sequence,
        "last_commit": Self.written.microseconds + sequence, "value_1": "x\(sequence)", "value_2": "y",
      ])
    if let place { record["place"] = place }
    return record.merging(more) { $1 }
  }

  /// An object of two rows of ours and three of others.
  private func whole(_ object: String, _ sequence: Int64) -> [[String: Any]] {
    [
      record(object, ["object_rows": 5, "rows": 3, "updates": 2, "last_commit": Self.written.microseconds]),
      own(object, sequence, place: 1), own(object, sequence + 1, place: 4),
    ]
  }

  private var request: ObservationRequest {
    var request = ObservationRequest(
      level: .values, tag: Self.tag, keyColumn: "customer_id", versionColumn: "updated_at",
      timestampColumn: "extracted_at", digestColumns: ["a", "b"])
    request.table = Self.table
    return request
  }

  private func open(_ scratch: Scratch, level: ObservationLevel = .values) async throws -> ObservationTable {
    try await ObservationTable(
      store: try ObjectStores.open(try BucketLocation(scratch.path)), prefix: "t/",
      identity: .init(table: Self.table, tag: Self.tag, level: level, digestColumns: 2))
  }

  private func write(_ records: [[String: Any]], _ more: [String: Any] = [:]) async throws -> Scratch {
    let scratch = try Scratch()
    kept.scratches.append(scratch)
    try await Peer.write(
      "observations", scratch.path + "/t", ["records": records, "values": 2].merging(more) { $1 })
    return scratch
  }

  private func observe(
    _ table: ObservationTable, _ object: String, size: Int64 = 100, modified: Timestamp? = written
  ) async -> Observation? {
    let source = TableObservationSource(engine: "Spark", tables: [Self.table: table], native: Native())
    var reference = ObjectReference(key: object, etag: "e", size: size, isLoad: false)
    reference.lastModified = modified
    return try? await source.observe(reference, request)
  }

  @Test func anObjectsRecordsAddUp() async throws {
    let scratch = try await write(
      whole(key(1), 10) + whole(key(2), 20), ["row_group_size": 2, "records_per_file": 4])
    let table = try await open(scratch)
    let observation = try #require(await observe(table, key(1)))
    #expect(observation.rowCount == 5)
    #expect(
      observation.counts.inserts == 2 && observation.counts.updates == 2 && observation.counts.unmarked == 1)
    #expect(observation.foreignRows == 3)
    #expect(observation.rows.map(\.place) == [1, 4])
    #expect(observation.rows.map(\.sequence) == [10, 11])
    #expect(observation.rows[0].digest == RowDigest(of: [.text("x10"), .text("y")]))
    #expect(observation.firstCommit == Self.written + .microseconds(10))
    #expect(observation.lastForeignCommit == Self.written)
    #expect(!observation.commitsAscend)
    // Its columns, and the order of the rows of others, are the newest object's to vouch for.
    #expect(await observe(table, key(2)) == nil)
    #expect(await table.newestChanges == key(2))
  }

  @Test func anObjectInDoubtIsReadNatively() async throws {
    let records =
      whole(key(1), 10)
      // Given up in its midst: fewer rows than the footer says.
      + [record(key(2), ["object_rows": 9, "rows": 0]), own(key(2), 30, place: 0)]
      // A column of the digest that is null throughout may be absent.
      + [record(key(3), ["object_rows": 1, "rows": 0]), own(key(3), 40, place: 0, ["value_2": NSNull()])]
      // No key at all: the column may be absent.
      + [record(key(4), ["object_rows": 7, "rows": 7, "keyless": 7])]
      // No version, and no delete.
      + [
        record(key(5), ["object_rows": 1, "rows": 0]), own(key(5), 50, place: 0, ["row_version": NSNull()]),
      ]
      + whole(key(9), 90)
    let table = try await open(try await write(records))
    #expect(await observe(table, key(1)) != nil)
    for number in 2...5 { #expect(await observe(table, key(number)) == nil, "object \(number)") }
    #expect(await observe(table, key(6)) == nil, "not in the table")
    #expect(await observe(table, key(1), size: 101) == nil, "another size")
    #expect(await observe(table, key(1), modified: Self.written + .seconds(1)) == nil, "another time")
    #expect(await observe(table, key(1), modified: Self.written + .milliseconds(999)) != nil, "whole seconds")
  }

  /// Records that an engine cannot have meant, and that add up all the same: the native reader decides.
  @Test func recordsThatContradictOneAnotherAreReadNatively() async throws {
    let unplaced: [String: Any] = ["object_rows": NSNull()]
    let records =
      // All of it twice.
      whole(key(1), 10) + whole(key(1), 10)
      // One row of ours twice, at its place.
      + [
        record(key(2), ["object_rows": 2, "rows": 0]), own(key(2), 20, place: 0), own(key(2), 20, place: 0),
      ]
      // Two rows at one place, and one behind the end.
      + [
        record(key(3), ["object_rows": 2, "rows": 0]), own(key(3), 30, place: 1, ["rows": 2, "inserts": 2]),
      ]
      + [
        record(key(4), ["object_rows": 1, "rows": 0]), own(key(4), 40, place: 1_000_000_000_000),
      ]
      // Of an engine that tells neither places nor rows by the footer.
      + [own(key(5), 50, place: nil, unplaced), own(key(5), 50, place: nil, unplaced)]
      + [
        record(key(6), ["rows": 3, "updates": 3, "object_rows": NSNull()]),
        record(key(6), ["rows": 3, "updates": 3, "object_rows": NSNull()]),
      ] + whole(key(9), 90)
    let table = try await open(try await write(records))
    for number in 1...6 { #expect(await observe(table, key(number)) == nil, "object \(number)") }
    let source = TableObservationSource(engine: "Spark", tables: [Self.table: table], native: Native())
    var reference = ObjectReference(key: key(1), etag: "e", size: 100, isLoad: false)
    reference.lastModified = Self.written
    _ = try? await source.observe(reference, request)
    #expect(await source.notes().contains { $0.contains("1 with records that cannot all be true") })
    // A table of a higher level than is asked for has many records of an object, and none is doubted for it.
    let higher = try await open(try await write(whole(key(1), 10) + whole(key(9), 90)), level: .counts)
    var counts = request
    counts.level = .counts
    let counted = try await TableObservationSource(
      engine: "Spark", tables: [Self.table: higher], native: Native()
    ).observe(reference, counts)
    #expect(counted.rowCount == 5)
  }

  /// What a job that is under way, or was torn down, leaves beside the data.
  @Test func whatLiesBesideTheDataIsNoPartOfIt() async throws {
    let files = FileManager.default
    let beside = try await write(whole(key(1), 10) + whole(key(9), 90))
    for folder in ["_temporary/0/task_1", ".spark-staging/x"] {
      let path = beside.path + "/t/" + folder
      try files.createDirectory(atPath: path, withIntermediateDirectories: true)
      try files.copyItem(
        atPath: beside.path + "/t/part-00000.parquet", toPath: path + "/part-00000.parquet")
    }
    #expect(await observe(try await open(beside), key(1))?.rowCount == 5)
    // The mark of something below is not the table's own.
    let below = try await write(whole(key(1), 10), ["success": false])
    try files.createDirectory(atPath: below.path + "/t/sub", withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: below.path + "/t/sub/_SUCCESS"))
    let error = await #expect(throws: EngineError.self) { _ = try await open(below) }
    #expect(error?.code == .halfWritten)
  }

  @Test func whatCannotBeIsToldAndEndsNothing() async throws {
    let most = Int64.max
    let bad: [[String: Any]] = [
      ["inserts": most, "updates": 1], ["rows": most, "updates": most], ["rows": most - 1], ["rows": -1],
      ["rows": 3, "inserts": -1], ["rows": 3, "inserts": 2, "updates": 2], ["rows": 3, "keyless": 4],
      ["rows": 3, "keyless": NSNull()], ["object_rows": most], ["object_rows": -5], ["size": -1],
      // Of a lower level, whose rows of ours it would call those of others.
      ["level": "counts"], ["pipeline": "000000000000"],
    ]
    for more in bad {
      let table = try await open(
        try await write(whole(key(1), 10) + [record(key(2), more)] + whole(key(9), 90)))
      let error = await #expect(throws: EngineError.self, "\(more)") {
        _ = try await table.records(of: key(2))
      }
      #expect(error?.code == .malformedTable && error?.description.contains("\n") == false, "\(more)")
    }
    // Sums that only just may be.
    let large = Int64(1) << 36
    let records =
      (0..<3).map { own(key(1), 10 + $0, place: nil, ["object_rows": NSNull()]) }
      + [record(key(1), ["rows": large, "object_rows": NSNull()])]
    let table = try await open(try await write(records + whole(key(9), 90)))
    #expect(await observe(table, key(1))?.rowCount == large + 3)
  }

  @Test func aTimeThatIsNoneIsTold() async throws {
    let values: [(type: String, value: Any)] = [
      ("int64", 1_700_000_000_000), ("double", 1.7e15), ("string", "28 Nov 2026"),
    ]
    for (type, value) in values {
      for column in ["last_modified", "first_commit", "last_commit"] {
        let records = [record(key(1), ["object_rows": 1, column: value])]
        let table = try await open(try await write(records, ["types": [column: type]]))
        let error = await #expect(throws: EngineError.self) { _ = try await table.records(of: key(1)) }
        #expect(error?.description.contains("its \(column) is no time") == true, "\(type)")
      }
    }
  }

  @Test func aRowThatOnlyLooksLikeOursIsOfOthers() async throws {
    var stranger = own(key(1), 10, place: 0)
    // The tag without the checksum.
    stranger["row_key"] = "abcdef01-2345-8000-8000-000000000000"
    let table = try await open(
      try await write([record(key(1), ["object_rows": 1, "rows": 0]), stranger] + whole(key(9), 90)))
    let observation = try #require(await observe(table, key(1)))
    #expect(observation.rows.isEmpty && observation.foreignRows == 1 && observation.rowCount == 1)
  }

  @Test func anEngineWithoutPlacesAccusesNobodyOfAnotherOrder() async throws {
    let records = [
      own(key(1), 12, place: nil, ["object_rows": NSNull()]),
      own(key(1), 11, place: nil, ["object_rows": NSNull()]),
      own(key(1), 13, place: nil, ["object_rows": NSNull(), "rows": 2, "inserts": 2]),
    ]
    let table = try await open(try await write(records + whole(key(9), 90)))
    let observation = try #require(await observe(table, key(1)))
    #expect(observation.rows.map(\.sequence) == [11, 12, 13, 13])
    #expect(observation.rows.map(\.place) == [0, 1, 2, 3])
    #expect(observation.rowCount == 4 && observation.commitsAscend)
  }

  @Test func aTableInNoOrderIsReadToo() async throws {
    let records = (0..<40).reversed().flatMap { whole(key($0), Int64($0 * 10 + 1)) }
    let table = try await open(try await write(records, ["row_group_size": 7, "records_per_file": 30]))
    for number in 0..<39 { #expect(await observe(table, key(number))?.rowCount == 5) }
  }

  /// As Athena leaves them: files that are in order each, and not one to another.
  @Test func filesInOrderAreHeldAFewGroupsAtATime() async throws {
    var records: [[String: Any]] = []
    for half in 0..<2 {
      for number in stride(from: half, to: 40, by: 2) {
        records += whole(key(number), Int64(number * 10 + 1))
      }
    }
    let table = try await open(
      try await write(records, ["row_group_size": 7, "records_per_file": 60]))
    #expect(await table.isHeldInPart)
    for number in 0..<39 { #expect(await observe(table, key(number))?.rowCount == 5, "object \(number)") }
  }

  @Test func aBadTableIsRefused() async throws {
    func code(_ scratch: Scratch, level: ObservationLevel = .values) async -> EngineError.Code? {
      do {
        _ = try await open(scratch, level: level)
        return nil
      } catch let error as EngineError {
        #expect(!error.description.contains("\n"))
        return error.code
      } catch {
        Issue.record("\(error)")
        return nil
      }
    }
    #expect(await code(try await write(whole(key(1), 1))) == nil)
    #expect(await code(try await write(whole(key(1), 1), ["success": false])) == .halfWritten)
    #expect(await code(try Scratch()) == .halfWritten)
    #expect(await code(try await write([record(key(1), ["format": 2])])) == .otherTable)
    #expect(await code(try await write([record(key(1), ["level": "keys"])])) == .otherTable)
    #expect(await code(try await write([record(key(1), ["level": "keys"])]), level: .keys) == nil)
    #expect(await code(try await write([record(key(1), ["pipeline": "000000000000"])])) == .otherTable)
    #expect(await code(try await write([record(key(1), ["source_table": "public.orders"])])) == .otherTable)
    #expect(await code(try await write(whole(key(1), 1), ["without": ["keyless"]])) == .malformedTable)
    #expect(await code(try await write(whole(key(1), 1), ["without": ["format"]])) == .malformedTable)
    let torn = try await write(whole(key(1), 1))
    let file = torn.path + "/t/part-00000.parquet"
    let bytes = try Data(contentsOf: URL(filePath: file))
    try bytes.prefix(bytes.count / 2).write(to: URL(filePath: file))
    #expect(await code(torn) == .malformedTable)
  }
}
