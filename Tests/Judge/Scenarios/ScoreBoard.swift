import Replicator

/// Recall and false alarms over all scenarios, by kind of fault.
struct ScoreBoard: Sendable {
  private struct Line {
    var scenarios = 0
    var made = 0
    var found = 0
    var falseAlarms = 0
  }

  private var lines: [String: Line] = [:]
  private(set) var failures: [String] = []
  private var scenarios = 0

  mutating func add(_ score: Score) {
    scenarios += 1
    if !score.isPerfect { failures.append(score.line) }
    let names = score.plan.faults.isEmpty ? ["healthy"] : Array(Set(score.plan.faults.map(\.rawValue)))
    for name in names {
      lines[name, default: Line()].scenarios += 1
      lines[name, default: Line()].falseAlarms += score.falseAlarms.count
    }
    for (kind, made) in score.made {
      lines[kind.rawValue, default: Line()].made += made
      lines[kind.rawValue, default: Line()].found += score.found[kind] ?? 0
    }
  }

  var isPerfect: Bool { failures.isEmpty }

  var text: String {
    func row(_ cells: [String]) -> String {
      let widths = [16, 10, 7, 7, 8, 13]
      return zip(cells, widths).enumerated().map { index, cell in
        let space = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
        return index == 0 ? cell.0 + space : space + cell.0
      }.joined(separator: " ")
    }
    var text = row(["fault", "scenarios", "made", "found", "recall", "false alarms"]) + "\n"
    var sum = Line()
    for name in ["healthy"] + Fault.Kind.allCases.map(\.rawValue) {
      guard let line = lines[name] else { continue }
      text +=
        row([
          name, "\(line.scenarios)", "\(line.made)", "\(line.found)", percent(line), "\(line.falseAlarms)",
        ]) + "\n"
      sum.made += line.made
      sum.found += line.found
    }
    text += failures.map { $0 + "\n" }.joined()
    let alarms = lines.values.reduce(0) { $0 + $1.falseAlarms }
    return text
      + "\(scenarios) scenarios, \(sum.made) faults: recall \(percent(sum)), \(alarms) false alarms, "
      + "\(failures.count) failed"
  }

  private func percent(_ line: Line) -> String {
    guard line.made > 0 else { return "-" }
    let tenths = line.found * 1_000 / line.made
    return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
  }
}
