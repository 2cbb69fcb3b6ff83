import Foundation
import TestSupport
import Testing

/// What of a report must not depend on who read the objects, nor on when.
struct Judged: Equatable {
  let status: String
  /// Without the lag that a good verdict ends with.
  let reason: String
  let findings: [String]
  /// The tables, but for lags: those are corrected by the clocks as each run measured them.
  let tables: String
  let notes: [String]

  init(_ run: CommandRun) throws {
    let object = try? JSONSerialization.jsonObject(with: Data(run.output.utf8))
    let report = try #require(object as? [String: Any], "\(run.errorOutput)")
    let verdict = report["verdict"] as? [String: Any]
    status = verdict?["status"] as? String ?? ""
    let sentence = verdict?["reason"] as? String ?? ""
    reason = sentence.split(separator: ", p95 lag").first.map(String.init) ?? ""
    findings = (report["findings"] as? [[String: Any]] ?? []).map { finding in
      ["kind", "severity", "object", "row_count", "summary"].map { "\(finding[$0] ?? "")" }.joined(
        separator: " | ")
    }.sorted()
    let tables = (report["tables"] as? [[String: Any]] ?? []).map { table in
      table.filter { !["lag_seconds", "lag_stages_seconds"].contains($0.key) }
    }
    let data = try JSONSerialization.data(withJSONObject: tables, options: [.sortedKeys, .prettyPrinted])
    self.tables = String(decoding: data, as: UTF8.self)
    notes = report["notes"] as? [String] ?? []
  }

  /// Holds what `other` judged to be the same.
  func expectSame(as other: Judged, _ location: SourceLocation = #_sourceLocation) {
    #expect(status == other.status, sourceLocation: location)
    #expect(reason == other.reason, sourceLocation: location)
    #expect(findings == other.findings, sourceLocation: location)
    #expect(tables == other.tables, sourceLocation: location)
  }
}
