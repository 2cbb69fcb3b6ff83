import Foundation
import LocalServers
import TestSupport
import Testing

@Suite struct PostgresClusterTests {
  @Test func theServerAndItsDirectoryGoWhenItStops() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let cluster = try await PostgresCluster.start(in: directory.path + "/pg", removing: directory.path)
    let pidFile = try String(contentsOfFile: cluster.directory + "/data/postmaster.pid", encoding: .utf8)
    let pid = try #require(pidFile.split(separator: "\n").first.flatMap { pid_t($0) })
    #expect(kill(pid, 0) == 0)
    await cluster.stop()
    #expect(kill(pid, 0) == -1 && errno == ESRCH)
    #expect(!FileManager.default.fileExists(atPath: directory.path))
  }

  @Test func aServerThatCannotStartSaysWhy() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let error = await #expect(throws: LocalServerError.self) {
      _ = try await PostgresCluster.start(
        in: directory.path + "/pg", removing: directory.path, settings: ["wal_level": "nonsense"])
    }
    #expect(error?.code == .notStarted)
    #expect(error?.description.contains("wal_level") == true)
    #expect(!FileManager.default.fileExists(atPath: directory.path))
  }

  @Test func theFixtureMakesDatabases() async throws {
    let first = try await PostgresFixture.shared.makeDatabase()
    let second = try await PostgresFixture.shared.makeDatabase()
    #expect(first != second)
  }
}
