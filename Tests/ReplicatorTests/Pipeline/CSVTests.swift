import DMS
import Foundation
import LocalServers
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Replicator

/// csv as DMS writes it (DMS.md section 4), read by Python's csv and DuckDB.
@Suite struct CSVTests {
  private static let table: SQL = """
    create table t (id int primary key, f real, d double precision, n numeric(8,2), b boolean, v varchar(30), c char(4),
    x bytea, day date, moment timestamp)
    """

  private func files(_ settings: String, delete: Bool = false) async throws -> [String: [UInt8]] {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      CSVTests.table,
      """
      insert into t values (1, 3.238, -0.1, -12.5, true, 'plain', 'ab', '\\x00ff', '2024-02-29', '2024-02-29 12:34:56.5'),
      (2, null, null, null, null, null, null, null, null, null)
      """)
    let run = try Run(source, bucket, settings: settings)
    try await run.waitUntilStreaming()
    try source.run(#"insert into t (id, v) values (3, E'a,"b"\nc'), (4, '')"#, "delete from t where id = 1")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    var files: [String: [UInt8]] = [:]
    for key in try await bucket.keys() { files[key] = try await bucket.store.get(key).bytes }
    return files
  }

  private func text(_ files: [String: [UInt8]], load: Bool) -> String? {
    files.first { $0.key.contains("/LOAD") == load }.map { String(decoding: $0.value, as: UTF8.self) }
  }

  @Test func defaultsAreDMSs() async throws {
    let files = try await files("cdcMaxBatchInterval=1")
    #expect(files.keys.allSatisfy { $0.hasSuffix(".csv") })
    #expect(
      text(files, load: true) == """
        1,+3.23799992e+00,-1.0000000000000001e-01,-12.50,true,plain,ab,00ff,2024-02-29,2024-02-29 12:34:56.500000
        2,,,,,,,,,

        """)
    #expect(
      text(files, load: false) == #"""
        I,3,,,,,"a,""b""
        c",,,,
        I,4,,,,,"",,,,
        D,1,,,,,,,,,

        """#)
  }

  @Test func everySettingIsHonoured() async throws {
    let files = try await files(
      #"cdcMaxBatchInterval=1;CsvDelimiter=\t;CsvRowDelimiter=\r\n;CsvNullValue=NULL;AddColumnName=true;Rfc4180=false;"#
        + "UseCsvNoSupValue=true;CsvNoSupValue=?;AddTrailingPaddingCharacter=true;IncludeOpForFullLoad=true")
    let load = try #require(text(files, load: true)).split(separator: "\r\n").map(String.init)
    #expect(load[0] == "Op\tid\tf\td\tn\tb\tv\tc\tx\tday\tmoment")
    #expect(load[1].contains("\tab  \t"))
    #expect(load[2] == "I\t2\tNULL\tNULL\tNULL\tNULL\tNULL\tNULL\tNULL\tNULL\tNULL")
    let changes = try #require(text(files, load: false)).split(separator: "\r\n").map(String.init)
    #expect(changes[1] == "I\t3\tNULL\tNULL\tNULL\tNULL\ta,\"b\"\nc\tNULL\tNULL\tNULL\tNULL")
    #expect(changes[2] == "I\t4\tNULL\tNULL\tNULL\tNULL\t\tNULL\tNULL\tNULL\tNULL")
    #expect(changes[3] == "D\t1\t?\t?\t?\t?\t?\t?\t?\t?\t?")
  }

  @Test func gzippedFilesAreReadByDuckDB() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, v text)",
      "insert into t select i, 'v' || i from generate_series(1, 2000) i")
    let run = try Run(source, bucket, settings: "CompressionType=gzip;AddColumnName=true")
    try await run.waitUntilStreaming()
    try await run.stop()
    #expect(try await bucket.keys() == ["public/t/LOAD00000001.csv.gz"])
    let result = try await CommandRun.command(
      try PythonPeers.interpreter,
      [
        "-c",
        "import duckdb, sys; print(duckdb.sql(f\"select count(*), sum(id), max(v) from read_csv('{sys.argv[1]}')\").fetchall())",
        bucket.directory.path + "/public/t/LOAD00000001.csv.gz",
      ])
    #expect(result.output == "[(2000, 2001000, 'v999')]")
  }
}

@Suite struct TransactionFileTests {
  @Test func oneFileHoldsAllTablesInCommitOrder() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table a (id int primary key, v text)", "create table b (id int primary key)",
      "insert into a values (0, 'load')")
    let run = try Run(
      source, bucket,
      settings:
        "DataFormat=parquet;BucketFolder=raw;PreserveTransactions=true;CdcPath=cdc/all;cdcMaxBatchInterval=1")
    try await run.waitUntilStreaming()
    try source.transaction(
      "insert into a values (1, 'x,y')", "insert into b values (1)", "update a set v = 'z' where id = 1")
    try source.run("delete from b")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let keys = try await bucket.keys()
    let key = try #require(keys.first { $0.hasPrefix("raw/cdc/all/CDC_TXN-") && $0.hasSuffix(".csv") })
    #expect(Set(keys) == [key, "raw/public/a/LOAD00000001.parquet"])
    let text = String(decoding: try await bucket.store.get(key).bytes, as: UTF8.self)
    #expect(text == "I,a,public,1,\"x,y\"\nI,b,public,1\nU,a,public,1,z\nD,b,public,1\n")
    #expect(run.replicator.statistics.tables.map(\.appliedInserts) == [1, 1])
  }
}
