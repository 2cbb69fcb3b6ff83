import DMS
import ObjectStorage
import Postgres
import Testing

@testable import Replicator

/// What `TargetTablePrepMode` does to the objects of the task before (DMS.md section 6).
@Suite struct TargetPreparationTests {
  private static let foreign = "public/t/notes.txt"

  @Test(arguments: TaskSettings.TablePreparation.allCases)
  func aLoadMeetsTheObjectsOfTheOneBefore(_ preparation: TaskSettings.TablePreparation) async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    try source.run(
      "create table t (id int primary key, v text)",
      "insert into t select i, repeat(md5(i::text), 20) from generate_series(1, 3000) i")
    let settings =
      "DataFormat=parquet;EncodingType=plain;RowGroupLength=100;MaxFileSize=1024;CdcMaxBatchInterval=1"
    let first = try Run(source, bucket, settings: settings)
    try await first.waitUntilStreaming()
    try source.run("insert into t values (3001, 'x')")
    try await first.waitUntilConfirmed(try source.position())
    try await first.stop()
    try await bucket.store.put(Self.foreign, [1])
    let before = try await bucket.keys()
    #expect(
      before.filter { $0.contains("LOAD") } == [
        "public/t/LOAD00000001.parquet", "public/t/LOAD00000002.parquet",
      ])
    let changes = before.filter { !$0.contains("LOAD") && $0 != Self.foreign }
    #expect(changes.count == 1)
    let old = try await bucket.store.get("public/t/LOAD00000002.parquet").bytes

    try source.run("delete from t where id > 10")
    let second = try Run(source, bucket, settings: settings) {
      $0.startsAfresh = true
      $0.tablePreparation = preparation
    }
    try await second.waitUntilStreaming()
    try await second.stop()
    let after = try await bucket.keys()
    switch preparation {
    case .dropAndCreate, .truncate:
      #expect(after == ["public/t/LOAD00000001.parquet", Self.foreign])
    case .doNothing:
      // Numbers begin at 1 again: of the old load one object is replaced, and the rest stays.
      #expect(after == before)
      #expect(try await bucket.store.get("public/t/LOAD00000002.parquet").bytes == old)
    }
    let load = try await bucket.files().first { $0.key == "public/t/LOAD00000001.parquet" }
    #expect(load?.values("id") == (1...10).map { String($0) })
  }
}
