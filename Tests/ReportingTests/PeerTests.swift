import Foundation
import Reporting
import TestSupport
import Testing
import Time

@testable import Ledger

/// Renderings as programs of others read them.
@Suite struct PeerTests {
  private func python(_ script: String, _ arguments: [String]) async throws -> CommandRun {
    try await CommandRun.command(PythonPeers.interpreter, ["-c", script] + arguments)
  }

  private func withDirectory(_ body: (String) async throws -> Void) async throws {
    let path = NSTemporaryDirectory() + "lc-report-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(path)
  }

  @Test func jsonschemaTakesTheReport() async throws {
    try await withDirectory { path in
      try JSONReportSchema.text.write(toFile: path + "/schema.json", atomically: true, encoding: .utf8)
      for (index, report) in [ReportFixture.red(), RenderingTests.hostile()].enumerated() {
        try report.rendered(.json).write(
          toFile: path + "/\(index).json", atomically: true, encoding: .utf8)
      }
      let run = try await python(
        """
        import json, jsonschema, sys
        schema = json.load(open(sys.argv[1] + "/schema.json"))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for name in ("0", "1"):
            document = json.load(open(f"{sys.argv[1]}/{name}.json"))
            validator.validate(document)
            document["tables"][0]["late"] = "many"
            assert not validator.is_valid(document)
        """, [path])
      #expect(run.exitCode == 0, "\(run.errorOutput)")
    }
  }

  @Test func prometheusParsesTheMetrics() async throws {
    try await withDirectory { path in
      for (index, report) in [ReportFixture.red(), RenderingTests.hostile()].enumerated() {
        try report.rendered(.openmetrics).write(
          toFile: path + "/\(index).prom", atomically: true, encoding: .utf8)
      }
      let run = try await python(
        """
        import sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
        for name in ("0", "1"):
            families = list(parse(open(f"{sys.argv[1]}/{name}.prom").read()))
            assert len(families) > 10 and all(family.documentation for family in families)
        print([s.value for f in families for s in f.samples if s.labels.get("statistic") == "p95"])
        """, [path])
      #expect(run.exitCode == 0, "\(run.errorOutput)")
      #expect(run.output == "[90.0, 2.5, 1860.0, 140.0]")
    }
  }
}
