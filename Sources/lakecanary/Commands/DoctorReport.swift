import Ledger
import Preflight
import Reporting
import Time

/// What `doctor` prints.
///
/// The JSON is a contract as the report's is: keys may be added within a version.
struct DoctorReport: Encodable {
  let format = "lakecanary.doctor"
  let version = 1
  let pipeline: String
  let generatedAt: String
  let verdict: Verdict
  let diagnoses: [Entry]

  struct Verdict: Encodable {
    let status, reason: String
  }

  struct Entry: Encodable {
    let part, check: String
    let subject: String?
    let severity, found, wanted, why: String
    let mend: String?
  }

  init(pipeline: String, generatedAt: Timestamp, _ diagnoses: [Diagnosis]) {
    self.pipeline = pipeline
    self.generatedAt = generatedAt.description
    let worst = diagnoses.map(\.severity).max() ?? .unknown
    verdict = Verdict(
      status: DoctorReport.status(of: worst).rawValue, reason: DoctorReport.reason(diagnoses, worst))
    self.diagnoses = diagnoses.map { diagnosis in
      Entry(
        part: diagnosis.area.rawValue, check: diagnosis.check, subject: diagnosis.subject,
        severity: diagnosis.severity.rawValue, found: diagnosis.found, wanted: diagnosis.wanted,
        why: diagnosis.why, mend: diagnosis.mend)
    }
  }

  /// The verdict's status.
  var worst: Ledger.Verdict.Status { Ledger.Verdict.Status(rawValue: verdict.status) ?? .unknown }

  private static func status(of severity: Diagnosis.Severity) -> Ledger.Verdict.Status {
    switch severity {
    case .ok, .note: .ok
    case .unknown: .unknown
    case .warning: .warning
    case .critical: .critical
    }
  }

  /// The number of lines of each severity, the worst first.
  private static func reason(_ diagnoses: [Diagnosis], _ worst: Diagnosis.Severity) -> String {
    guard !diagnoses.isEmpty else { return "nothing was looked at" }
    let counts = Diagnosis.Severity.allCases.sorted(by: >).compactMap { severity -> String? in
      let count = Int64(diagnoses.count { $0.severity == severity })
      guard count > 0 else { return nil }
      switch severity {
      case .ok: return "\(count) well"
      case .note: return FigureText.counted(count, "note")
      case .unknown: return "\(count) unknown"
      case .warning: return FigureText.counted(count, "warning")
      case .critical: return "\(count) critical"
      }
    }
    return counts.joined(separator: ", ")
  }
}

extension DoctorReport {
  /// The report for people: what is well in one line each, the rest with what is wanted, why, and the mend.
  func text(style: TextStyle, isVerbose: Bool) -> String {
    let word = worst.rawValue.uppercased()
    var lines = WrappedText.lines(
      "\(word) doctor of \(SafeText.shown(pipeline)): \(verdict.reason)", width: style.width, rest: "  ")
    lines[0] = style.paint(word, Self.role(of: worst.rawValue)) + lines[0].dropFirst(word.count)
    var part: String?
    for entry in diagnoses {
      if entry.part != part {
        lines += ["", style.paint(Self.title(of: entry.part), .strong)]
        part = entry.part
      }
      lines += Self.lines(entry, style, isVerbose: isVerbose)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lines(_ entry: Entry, _ style: TextStyle, isVerbose: Bool) -> [String] {
    let mark = entry.severity.padding(8)
    let name = entry.check + (entry.subject.map { " \($0)" } ?? "")
    let text = SafeText.shown("\(name): \(entry.found)")
    var lines = WrappedText.lines(text, width: style.width, first: "  \(mark)  ", rest: "            ")
    lines[0] = "  " + style.paint(mark, role(of: entry.severity)) + lines[0].dropFirst(2 + mark.count)
    guard
      isVerbose || !["ok", "note"].contains(entry.severity) || entry.severity == "note" && entry.mend != nil
    else { return lines }
    var more: [(String, String)] = []
    if isVerbose || entry.severity != "note" { more = [("wanted", entry.wanted), ("why", entry.why)] }
    if let mend = entry.mend { more.append(("mend", mend)) }
    for (title, value) in more {
      let label = "            " + (title + ":").padding(8)
      lines += WrappedText.lines(
        SafeText.shown(value), width: style.width, first: label, rest: "                    ")
    }
    return lines
  }

  private static func title(of part: String) -> String {
    switch Diagnosis.Area(rawValue: part) {
    case .source: "Source (PostgreSQL)"
    case .instance: "Instance (RDS)"
    case .task: "Task (DMS)"
    case .replicator: "Replicator (the stand-in for DMS)"
    case .bucket: "Bucket"
    case nil: part
    }
  }

  private static func role(of severity: String) -> TextStyle.Role {
    switch severity {
    case "ok": .good
    case "warning": .warning
    case "critical": .bad
    case "unknown": .unknown
    default: .faint
    }
  }
}

extension String {
  fileprivate func padding(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
