import Foundation
import Parquet
import TestSupport
import Testing

@testable import lakecanary

@Suite struct InspectTests {
  /// An object of changes with 3 I, 2 U and 1 D in two row groups.
  private func changes() throws -> [UInt8] {
    var settings = WriterSettings()
    settings.rowGroupLength = 4
    settings.createdBy = "AWS"
    var writer = try FileWriter(
      columns: [
        .text("Op", isOptional: false), .text("extracted_at", isOptional: false),
        ColumnDefinition("id", .int64),
      ], settings: settings)
    for (row, op) in ["I", "I", "U", "I", "U", "D"].enumerated() {
      writer[0].append(text: op)
      writer[1].append(text: "2026-11-23 08:00:0\(row).000000")
      writer[2].append(int64: Int64(row))
      try writer.endRow()
    }
    return try writer.finish()
  }

  private func directory() throws -> TestDirectory {
    let directory = try TestDirectory()
    let folder = directory.path + "/public/customers"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let object = folder + "/20261123-080100000.parquet"
    try Data(changes()).write(to: URL(filePath: object))
    // 08:01:00.5 UTC.
    let modified = Date(timeIntervalSince1970: 1_795_420_860.5)
    try FileManager.default.setAttributes([.modificationDate: modified], ofItemAtPath: object)
    return directory
  }

  private func json(_ arguments: [String], in directory: TestDirectory, exitCode: Int = 0) async throws
    -> [String: Any]
  {
    let run = try await CommandRun.lakecanary(["inspect", "--json"] + arguments, directory: directory.path)
    #expect(run.exitCode == exitCode, "\(run.errorOutput)")
    return try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  @Test func tellsAllOfOneObject() async throws {
    let directory = try directory()
    let object = try await json(["public/customers/20261123-080100000.parquet"], in: directory)
    #expect(object["format"] as? String == "lakecanary.object")
    #expect(object["rows"] as? Int == 6)
    #expect(object["kind"] as? String == "changes")
    #expect(object["created_by"] as? String == "AWS")
    #expect((object["row_groups"] as? [[String: Int]])?.map { $0["rows"] } == [4, 2])
    #expect(
      object["op_counts"] as? [String: Int] == [
        "inserts": 3, "updates": 2, "deletes": 1, "null": 0, "other": 0,
      ])
    let times = object["commit_times"] as? [String: String]
    #expect(times?["column"] == "extracted_at")
    #expect(times?["earliest"] == "2026-11-23T08:00:00.000000Z")
    #expect(times?["latest"] == "2026-11-23T08:00:05.000000Z")
    #expect(object["lag_seconds"] as? [String: Double] == ["min": 55.5, "max": 60.5])
    let columns = try #require(object["columns"] as? [[String: Any]])
    #expect(columns.map { $0["name"] as? String } == ["Op", "extracted_at", "id"])
    #expect(columns.map { $0["type"] as? String } == ["BYTE_ARRAY", "BYTE_ARRAY", "INT64"])
  }

  @Test func addsAPrefixUp() async throws {
    let directory = try directory()
    try directory.write("not parquet", to: "public/customers/LOAD00000001.parquet")
    let listing = try await json(["."], in: directory, exitCode: 2)
    let totals = try #require(listing["totals"] as? [String: Any])
    #expect(totals["objects"] as? Int == 2)
    #expect(totals["full_load_objects"] as? Int == 1)
    #expect(totals["unreadable_objects"] as? Int == 1)
    #expect(totals["rows"] as? Int == 6)
    let objects = try #require(listing["objects"] as? [[String: Any]])
    let error = try #require(objects.lazy.compactMap { $0["error"] as? [String: Any] }.first)
    #expect(error["part"] as? String == "parquet")
    #expect(error["code"] as? String == "not_parquet")
    #expect((error["message"] as? String)?.contains("LOAD00000001.parquet") == true)
  }

  @Test func saysWhatCannotBeRead() async throws {
    let directory = try directory()
    let absent = try await CommandRun.lakecanary(["inspect", "nothing.parquet"], directory: directory.path)
    #expect(absent.exitCode == 78)
    #expect(absent.errorOutput.hasPrefix("lakecanary: error: there is no object or file nothing.parquet; "))
    try directory.write("", to: "empty.parquet")
    let empty = try await CommandRun.lakecanary(["inspect", "empty.parquet"], directory: directory.path)
    #expect(empty.exitCode == 2)
    #expect(empty.output.contains("cannot be read"))
  }

  @Test func findsAnObjectOfTheConfiguredBucket() async throws {
    let directory = try directory()
    try directory.write(
      "bucket: file://\(directory.path)\nendpoint_settings: timestampColumnName=extracted_at\n",
      to: "shop.yaml")
    let run = try await CommandRun.lakecanary([
      "inspect", "public/customers/20261123-080100000.parquet", "-c", directory.path + "/shop.yaml",
    ])
    #expect(run.exitCode == 0)
    #expect(run.output.contains("operations: 3 I, 2 U, 1 D\n"))
    #expect(run.output.contains("lag: 55.5 s to 60.5 s\n"))
  }

  /// The one real file of DMS at hand; it is not part of the project.
  @Test func readsARealFileOfDMS() async throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "../shared/fixtures/dms/dms_test_table_LOAD00000001.parquet").standardized
      .path
    guard FileManager.default.fileExists(atPath: file) else {
      print("passing over the real DMS file: it is not at \(file)")
      return
    }
    let object = try await json([file], in: try directory())
    #expect(object["rows"] as? Int == 10)
    #expect(object["created_by"] as? String == "AWS")
    #expect((object["columns"] as? [Any])?.count == 16)
    #expect((object["commit_times"] as? [String: String])?["earliest"] == "2022-07-26T06:46:18.616807Z")
  }
}
