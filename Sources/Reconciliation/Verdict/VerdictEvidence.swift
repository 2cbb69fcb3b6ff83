import Foundation
import Ledger
import Time

/// All that a verdict rests on; recorded with the run, so that the verdict can be derived again.
struct VerdictEvidence: Hashable, Codable {
  /// What of the findings of one kind and severity weighs in a verdict: the first of them, and the rows of all.
  struct OpenFinding: Hashable, Codable {
    var id: FindingID
    var kind: FindingKind
    var severity: FindingSeverity
    var rowCount: Int
    var summary: String
  }

  var tables: [TableFigures]
  /// Findings that are open; those acknowledged do not count.
  var findings: [OpenFinding]
  /// Operations past the warning's deadline and not due yet.
  var slow: Int
  /// Why the bucket, or a part of it, could not be read.
  var error: String?
  /// Why nothing could be written to the source before; nil where it was, or was not tried.
  var unwritten: String?
  /// Of tables whose objects are gone, what it is too early to call a loss; nil of none.
  var gone: [String]?
  /// When the last transaction was committed.
  var lastCommit: Timestamp?
  /// When the last of the pending operations falls due.
  var nextDeadline: Timestamp?
  var judgedAt: Timestamp
  var limits: Limits
  /// Which sentences the rule makes, so that what a run said before they changed is derived as it was: nil at first;
  /// from 2 on, OK tells of what is known not to have arrived, and trouble of what could not be looked at.
  var edition: Int? = currentEdition

  static let currentEdition = 2

  init(
    tables: [TableFigures], findings: [FindingWeight], slow: Int, error: String?, unwritten: String?,
    gone: [String]?, lastCommit: Timestamp?, nextDeadline: Timestamp?, judgedAt: Timestamp, limits: Limits
  ) {
    self.tables = tables
    self.findings = VerdictEvidence.open(findings)
    (self.slow, self.error, self.unwritten, self.gone) = (slow, error, unwritten, gone)
    self.lastCommit = lastCommit
    (self.nextDeadline, self.judgedAt, self.limits) = (nextDeadline, judgedAt, limits)
  }

  /// The evidence that `text` of a run holds; nil of a text of none.
  init?(text: String) {
    guard let evidence = try? JSONDecoder().decode(VerdictEvidence.self, from: Data(text.utf8)) else {
      return nil
    }
    self = evidence
  }

  /// The findings that count.
  static func open(_ findings: [FindingWeight]) -> [OpenFinding] {
    findings.map { finding in
      OpenFinding(
        id: finding.first, kind: finding.kind, severity: finding.severity, rowCount: finding.rowCount,
        summary: finding.summary)
    }
  }

  /// The evidence as JSON, keys in order: the same evidence is the same text.
  var text: String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
  }
}
