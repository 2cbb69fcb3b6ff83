public import Ledger
import Time

/// A finding as text: its number, kind, place and summary, then its rows, each named.
public struct FindingText: Sendable {
  private let finding: Finding
  private let maximumRows: Int

  /// The text of `finding`; of more rows than `maximumRows` the first are named and the others counted.
  public init(_ finding: Finding, maximumRows: Int = .max) {
    self.finding = finding
    self.maximumRows = maximumRows
  }

  /// The finding's lines, indented by two columns, without line feeds.
  public func lines(_ style: TextStyle) -> [String] {
    let head = "#\(finding.id.rawValue) \(finding.severity.rawValue) \(finding.kind.rawValue)"
    var lines = WrappedText.lines(
      "\(head): \(SafeText.shown(finding.summary))", width: style.width, first: "  ", rest: "     ")
    if let first = lines.first, first.hasPrefix("  " + head) {
      lines[0] = "  " + style.paint(head, finding.severity.role) + first.dropFirst(2 + head.count)
    }
    for detail in details {
      lines += WrappedText.lines(detail, width: style.width, first: "     ", rest: "       ")
    }
    return lines
  }

  private var details: [String] {
    let rows = finding.rows.prefix(maximumRows)
    var details = rows.map { FindingText.row($0, of: finding) }
    let left = finding.rowCount - rows.count
    if left > 0, !rows.isEmpty {
      details.append("and \(FigureText.counted(Int64(left), "more row"))")
    }
    if let object = finding.object { details.append("object \(SafeText.shown(object))") }
    if let start = finding.spanStart, let end = finding.spanEnd {
      details.append("committed \(FigureText.span(start, end))")
    }
    details.append(life)
    return details
  }

  private var life: String {
    var life = "first seen \(FigureText.time(finding.firstSeen))"
    if let run = finding.firstRun { life += " by run \(run.rawValue)" }
    if finding.lastSeen != finding.firstSeen { life += ", last \(FigureText.time(finding.lastSeen))" }
    switch finding.state {
    case .open, .acknowledged:
      guard let acknowledgement = finding.acknowledgement else { break }
      // What came since is not acknowledged, or the time is over.
      life += finding.state == .open ? "; open again, was acknowledged" : "; acknowledged"
      life += " \(FigureText.time(acknowledgement.at))"
      if let until = acknowledgement.until { life += " until \(FigureText.time(until))" }
      life += ": \(SafeText.shown(acknowledgement.reason))"
    case .resolved:
      life += "; resolved"
      if let at = finding.resolvedAt { life += " \(FigureText.time(at))" }
      if let resolution = finding.resolution { life += ": \(SafeText.shown(resolution))" }
    }
    return life
  }

  /// A row in one line: what was done, to which key, in which transaction, and the object that shows it.
  ///
  /// The object is left out where it is the finding's own, which has a line of its own.
  static func row(_ row: FindingRow, of finding: Finding) -> String {
    var text = [row.kind?.rawValue, SafeText.shown(row.key)].compactMap { $0 }.joined(separator: " ")
    if let version = row.version { text += ", version \(version.dmsText)" }
    if let xid = row.xid { text += ", transaction \(xid)" }
    if !row.columns.isEmpty {
      text += ", columns \(row.columns.map(SafeText.shown).joined(separator: ", "))"
    }
    if let object = row.object, object != finding.object { text += ", see \(SafeText.shown(object))" }
    if let place = row.row { text += " row \(place)" }
    return text
  }

  /// `2 critical, 1 warning; 1 acknowledged`: how many findings there are of each kind.
  static func tally(_ findings: [Finding]) -> String {
    let open = findings.filter { $0.state == .open }
    var parts = [FindingSeverity.critical, .warning, .notice].compactMap { severity -> String? in
      let count = open.count { $0.severity == severity }
      return count == 0 ? nil : "\(FigureText.count(Int64(count))) \(severity.rawValue)"
    }
    if open.isEmpty { parts.append("none open") }
    let states = [FindingState.acknowledged, .resolved].compactMap { state -> String? in
      let count = findings.count { $0.state == state }
      return count == 0 ? nil : "\(FigureText.count(Int64(count))) \(state.rawValue)"
    }
    return ([parts.joined(separator: ", ")] + states).joined(separator: "; ")
  }
}

extension FindingSeverity {
  /// How a finding of this severity looks.
  public var role: TextStyle.Role {
    switch self {
    case .notice: .faint
    case .warning: .warning
    case .critical: .bad
    }
  }
}
