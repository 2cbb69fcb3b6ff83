import Foundation
import LocalServers
import TestSupport
import Testing

/// The SQL of `aws/pipeline.yaml` and of the README, run by a master user as RDS has it: no superuser.
@Suite struct GrantTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static func text(of path: String, from start: String, to end: String?) throws -> String {
    let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
    let first = try #require(text.range(of: start)).upperBound
    let last = try end.map { try #require(text.range(of: $0, range: first..<text.endIndex)).lowerBound }
    return String(text[first..<(last ?? text.endIndex)])
  }

  private static func grants(_ place: String) throws -> String {
    switch place {
    case "the template":
      try text(of: "aws/pipeline.yaml", from: "rds_iam comes last", to: nil)
        .split(separator: "!Sub >-\n", maxSplits: 1).dropFirst().joined()
        .replacing("${CanaryUser}", with: "lakecanary")
    default: try text(of: "README.md", from: "```sql\n", to: "```")
    }
  }

  @Test(arguments: ["the template", "the README"])
  func theMasterMayRunThem(place: String) async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-grants", for: "postgresql")
    let cluster = try await PostgresCluster.start(in: directory.path + "/pg", removing: directory.path)
    func psql(_ user: String, _ statements: String..., in database: String = "exercise") async throws
      -> String
    {
      let conninfo = cluster.conninfo(database: database).replacing("user=postgres", with: "user=\(user)")
      let run = try await CommandRun.command(
        "\(cluster.programs)/psql",
        ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", conninfo] + statements.flatMap { ["-c", $0] })
      #expect(run.exitCode == 0, "\(place): \(run.errorOutput)")
      return run.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    _ = try await psql(
      "postgres", "create role master login createrole createdb", "create role rds_iam",
      "create database exercise owner master", in: "postgres")
    _ = try await psql("master", try Self.grants(place))
    _ = try await psql("lakecanary", "create table lakecanary.customers (id int primary key)")
    // DMS loads the table as the master, who must not have become one who logs in by token alone.
    #expect(try await psql("master", "select count(*) from lakecanary.customers") == "0")
    #expect(
      try await psql("master", "select pg_has_role('rds_iam', 'usage'), pg_has_role('lakecanary', 'usage')")
        == "f|f")
    let usesTokens = try await psql("lakecanary", "select pg_has_role('rds_iam', 'usage')")
    #expect(usesTokens == (place == "the template" ? "t" : "f"))
    await cluster.stop()
  }
}
