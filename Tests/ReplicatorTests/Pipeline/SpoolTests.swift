import DMS
import Foundation
import LocalServers
import ObjectStorage
import Postgres
import TestSupport
import Testing

@testable import Replicator

/// What does not fit into memory waits on the disk, and the files are those that DMS would write.
@Suite struct SpoolTests {
  @Test func aFullLoadIsOneFileHoweverLittleMemoryThereIs() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, v text)",
      "insert into t select i, repeat(md5(i::text), 20) from generate_series(1, 40000) i")
    let run = try Run(
      source, bucket, settings: "DataFormat=parquet;EncodingType=plain;RowGroupLength=2000"
    ) {
      $0.migrationType = .fullLoad
      $0.memoryLimit = 4 << 20
    }
    try await run.end()
    #expect(try await bucket.keys() == ["public/t/LOAD00000001.parquet"])
    let ids = try await bucket.files().flatMap { $0.values("id") }
    #expect(ids == (1...40_000).map { String($0) })
  }

  @Test func aLargeBatchWaitsOnTheDiskUntilItIsAsLargeAsDMSs() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)")
    let run = try Run(
      source, bucket,
      settings:
        "DataFormat=parquet;EncodingType=plain;RowGroupLength=500;CdcMinFileSize=1048576;CdcMaxBatchInterval=3600"
    ) { $0.memoryLimit = 8 << 20 }
    try await run.waitUntilStreaming()
    try source.run("insert into t select i, repeat(md5(i::text), 20) from generate_series(1, 30000) i")
    try await run.waitUntilReceived(try source.position())
    try await run.stop()
    #expect(try await bucket.keys().count == 1)
    #expect(try await bucket.changedRows().map { $0["id"] } == (1...30_000).map { String($0) })
  }

  @Test(arguments: ["none", "gzip"])
  func aTransactionIsInOneFileHoweverLargeItIs(compression: String) async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run("create table t (id int primary key, v text)")
    let run = try Run(
      source, bucket,
      settings: "PreserveTransactions=true;CdcPath=txn;CdcMaxBatchInterval=1;CompressionType=\(compression)"
    ) { $0.memoryLimit = 4 << 20 }
    try await run.waitUntilStreaming()
    try source.run("insert into t select i, repeat('x', 1000) from generate_series(1, 30000) i")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let keys = try await bucket.keys()
    try #require(keys.count == 1)
    // Python's gzip reads all members, as every reader of the format does.
    let count = try await CommandRun.command(
      try PythonPeers.interpreter,
      [
        "-c",
        "import gzip,sys; o=gzip.open if sys.argv[1].endswith('gz') else open; "
          + "lines=o(sys.argv[1],'rt').read().splitlines(); "
          + "print(len(lines), lines[0].split(',')[:4], lines[-1].split(',')[3])",
        bucket.directory.path + "/" + keys[0],
      ])
    #expect(count.output == "30000 ['I', 't', 'public', '1'] 30000", "\(count.errorOutput)")
  }

  @Test func aFileOnTheDiskIsReadInAnyPieces() throws {
    let file = try SpoolFile()
    try file.append(Array(0..<200))
    try file.append(Array(200..<250))
    let whole = EncodedFile(spool: file, tail: [1, 2, 3])
    #expect(whole.byteCount == 253)
    #expect(try whole.read(0..<253) == Array(0..<250) + [1, 2, 3])
    #expect(try whole.read(249..<252) == [249, 1, 2])
    #expect(try whole.read(251..<253) == [2, 3])
    #expect(try whole.read(10..<12) == [10, 11])
    #expect(throws: ReplicatorError.self) { try file.read(249..<260) }
  }

  @Test func largeValuesAreCutWhereTheTaskSettingsLimitThem() async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, v text, b bytea, c varchar(2000))",
      "insert into t values (1, repeat('ä', 600) || repeat('😀', 10), decode(repeat('ab', 1500), 'hex'), repeat('c', 1500))"
    )
    let run = try Run(source, bucket) { $0.taskSettings.lobMaxSizeKB = 1 }
    try await run.waitUntilStreaming()
    try source.run(
      "insert into t values (2, repeat('ä', 511) || '😀', '', '')",
      "update t set v = repeat('z', 512) where id = 1")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()
    let load = try #require(try await bucket.files().first { $0.key.contains("LOAD") })
    #expect(load.values("v") == [String(repeating: "ä", count: 512)])
    #expect(load.values("b") == ["\\x" + String(repeating: "ab", count: 1_024)])
    #expect(load.values("c") == [String(repeating: "c", count: 1_500)])
    let changes = try await bucket.changedRows()
    #expect(
      changes.map { $0["v"] } == [String(repeating: "ä", count: 511), String(repeating: "z", count: 512)])
  }
}
