import Foundation
import Ledger
import TestSupport
import Testing
import Time

/// A table of observations that an engine wrote which lakecanary knows nothing of, by its documentation alone.
@Suite struct OtherEngineTests {
  /// The statement of docs/observation-table.md.
  private func documentedStatement() throws -> String {
    let page = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../../docs/observation-table.md")
    let parts = try String(contentsOf: page, encoding: .utf8).split(separator: "```")
    return String(try #require(parts.first { $0.hasPrefix("sql\n") }).dropFirst("sql\n".count))
  }

  @Test func aTableByTheDocumentationIsJudgedAsTheObjectsAre() async throws {
    let pipeline = try await EndToEndPipeline()
    for _ in 0..<4 {
      try await pipeline.succeed("write")
      let run = try await pipeline.replicate()
      try #require(run.exitCode == 0, "\(run.errorOutput)")
    }
    let other = pipeline.scratch.path + "/other.sqlite"
    try FileManager.default.copyItem(atPath: pipeline.ledger, toPath: other)
    let tag = try LedgerStore.open(
      path: other, pipeline: pipeline.name, mode: .readOnly, clock: SystemWallClock()
    ).pipelineTag
    let digits = String(tag.value, radix: 16)
    let name = String(repeating: "0", count: 12 - digits.count) + digits
    let observations = pipeline.scratch.path + "/observations"
    let table = observations + "/lakecanary.customers"
    try FileManager.default.createDirectory(atPath: table, withIntermediateDirectories: true)
    let statement = try documentedStatement()
      .replacing("'/observations/", with: "'\(observations)/")
      .replacing("'/lake/", with: "'\(pipeline.bucket)/")
      .replacing("shop/customers", with: "lakecanary/customers")
      .replacing("shop.customers", with: "lakecanary.customers")
      .replacing("0123abcd-4567", with: "\(name.prefix(8))-\(name.suffix(4))")
      .replacing("0123abcd4567", with: name)
    let file = pipeline.scratch.path + "/statement.sql"
    try statement.write(toFile: file, atomically: true, encoding: .utf8)
    let program = "import duckdb, sys; duckdb.execute(open(sys.argv[1]).read())"
    let written = try await CommandRun.command(try PythonPeers.interpreter, ["-c", program, file])
    try #require(written.exitCode == 0, "\(written.errorOutput)")
    let keys = ["LAKECANARY_LEVEL": Optional("keys")]
    let native = try await pipeline.run("reconcile", "--json", environment: keys)
    let early = try await pipeline.run(
      "reconcile", "--json", "--observations", observations, "--ledger", other, environment: keys)
    #expect(early.exitCode == 3 && early.errorOutput.contains("has no _SUCCESS"), "\(early.errorOutput)")
    try Data().write(to: URL(filePath: table + "/_SUCCESS"))
    let run = try await pipeline.run(
      "reconcile", "--json", "--observations", observations, "--ledger", other, environment: keys)
    let judged = try Judged(run)
    #expect(judged.status == "ok", "\(run.output)")
    try judged.expectSame(as: Judged(native))
    #expect(
      judged.notes.contains { $0.hasPrefix("3 objects were observed by the engine, 1 by the native reader") },
      "\(judged.notes)")
  }
}
