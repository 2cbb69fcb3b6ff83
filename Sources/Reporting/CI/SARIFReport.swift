import Foundation
import Ledger
import Time

/// The findings as SARIF 2.1.0 (OASIS), a rule a kind and a result a finding.
public struct SARIFReport: Encodable, Sendable {
  let schema = "https://json.schemastore.org/sarif-2.1.0.json"
  let version = "2.1.0"
  let runs: [Run]

  private enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case version, runs
  }

  struct Run: Encodable {
    let tool: Tool
    let originalUriBaseIds: [String: ArtifactLocation]?
    let results: [Result]
    let properties: Properties
  }

  struct Tool: Encodable {
    let driver: Driver
  }

  struct Driver: Encodable {
    let name = "lakecanary"
    let rules: [Rule]
  }

  struct Rule: Encodable {
    let id: String
    let shortDescription: Text
  }

  struct Text: Encodable {
    let text: String
  }

  struct Properties: Encodable {
    let pipeline, verdict, reason: String
  }

  struct Result: Encodable {
    let ruleId: String
    let ruleIndex: Int
    let level: String
    let message: Text
    let locations: [Location]
    let partialFingerprints: [String: String]
    let suppressions: [Suppression]?
    let occurrenceCount: Int?
  }

  struct Location: Encodable {
    let physicalLocation: PhysicalLocation?
    let logicalLocations: [LogicalLocation]?
  }

  struct PhysicalLocation: Encodable {
    let artifactLocation: ArtifactLocation
  }

  struct ArtifactLocation: Encodable {
    let uri: String
    var uriBaseId: String?
  }

  struct LogicalLocation: Encodable {
    let fullyQualifiedName: String
  }

  struct Suppression: Encodable {
    let kind = "external"
    let status = "accepted"
    let justification: String
  }

  /// The SARIF of `report`.
  public init(_ report: Report) {
    let kinds = Set(report.findings.map(\.kind)).sorted { $0.rawValue < $1.rawValue }
    let rules = kinds.map { kind in
      Rule(
        id: kind.rawValue,
        shortDescription: Text(text: kind.rawValue.replacing("-", with: " ")))
    }
    let bucket = report.bucket.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    let results = report.findings.filter { $0.state != .resolved }.map { finding in
      Result(
        ruleId: finding.kind.rawValue, ruleIndex: kinds.firstIndex(of: finding.kind) ?? 0,
        level: SARIFReport.level(finding.severity), message: Text(text: SafeText.shown(finding.summary)),
        locations: [SARIFReport.location(finding, hasBucket: bucket != nil)],
        partialFingerprints: ["lakecanary/identity/v1": finding.identity],
        suppressions: SARIFReport.suppressions(finding),
        occurrenceCount: finding.rowCount > 0 ? finding.rowCount : nil)
    }
    runs = [
      Run(
        tool: Tool(driver: Driver(rules: rules)),
        originalUriBaseIds: bucket.map { ["BUCKET": ArtifactLocation(uri: $0)] }, results: results,
        properties: Properties(
          pipeline: report.pipeline, verdict: report.verdict.status.rawValue, reason: report.verdict.reason))
    ]
  }

  /// An acknowledgement that has run out, or does not cover what came since, suppresses nothing.
  private static func suppressions(_ finding: Finding) -> [Suppression]? {
    guard finding.state == .acknowledged else { return nil }
    return finding.acknowledgement.map { [Suppression(justification: SafeText.shown($0.reason))] }
  }

  private static func level(_ severity: FindingSeverity) -> String {
    switch severity {
    case .critical: "error"
    case .warning: "warning"
    case .notice: "note"
    }
  }

  private static func location(_ finding: Finding, hasBucket: Bool) -> Location {
    let object = finding.object ?? finding.rows.lazy.compactMap(\.object).first
    return Location(
      physicalLocation: object.map { key in
        PhysicalLocation(
          artifactLocation: ArtifactLocation(uri: Escaping.path(key), uriBaseId: hasBucket ? "BUCKET" : nil))
      },
      logicalLocations: finding.table.map { [LogicalLocation(fullyQualifiedName: $0.description)] })
  }

  /// The JSON text, with a line feed at its end.
  ///
  /// - Throws: `EncodingError`, which no report gives rise to.
  public func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
