public import Ledger
import Time

/// The runs of a pipeline, the newest first: as text a line each, as JSON a list.
public struct RunHistory: Encodable, Sendable {
  let format = "lakecanary.history"
  let version = 1
  let pipeline: String
  let runs: [Run]

  struct Run: Encodable {
    let id: Int64
    let command: String
    let startedAt: String
    let finishedAt: String?
    let verdict: JSONVerdict?
    let operations, delivered, late, missing: Int?
    let lagP95Seconds: Double?
  }

  private let records: [RunRecord]

  private enum CodingKeys: String, CodingKey {
    case format, version, pipeline, runs
  }

  /// The history of `runs`, in their order.
  public init(pipeline: String, runs: [RunRecord]) {
    self.pipeline = pipeline
    records = runs
    self.runs = runs.map { record in
      let tables = record.outcome?.tables
      return Run(
        id: record.id.rawValue, command: record.command, startedAt: record.startedAt.description,
        finishedAt: record.finishedAt?.description, verdict: record.outcome?.verdict.map(JSONVerdict.init),
        operations: tables?.reduce(0) { $0 + $1.operations },
        delivered: tables?.reduce(0) { $0 + $1.delivered },
        late: tables?.reduce(0) { $0 + $1.late }, missing: tables?.reduce(0) { $0 + $1.missing },
        lagP95Seconds: tables?.compactMap { $0.lag?.p95.reportedSeconds }.max())
    }
  }

  /// A line a run.
  public func text(style: TextStyle) -> String {
    guard !records.isEmpty else { return "no runs yet\n" }
    var table = TextTable(columns: [
      .init(title: "run", alignment: .right), .init(title: "began", alignment: .left),
      .init(title: "took", rank: 3), .init(title: "command", alignment: .left, rank: 2),
      .init(title: "verdict", alignment: .left), .init(title: "p95", rank: 1),
      .init(title: "reason", alignment: .left, rank: 1),
    ])
    for record in records {
      let verdict = record.outcome?.verdict
      let lag = record.outcome?.tables.compactMap { $0.lag?.p95 }.max()
      table.append([
        .init(String(record.id.rawValue)), .init(FigureText.time(record.startedAt)),
        .init(record.finishedAt.map { FigureText.duration($0 - record.startedAt) } ?? "-"),
        .init(SafeText.shown(record.command)), .init(verdict?.status.word ?? "-", verdict?.status.role),
        .init(lag.map(FigureText.duration) ?? "-"),
        .init(verdict.map { SafeText.shown($0.reason) } ?? (record.finishedAt == nil ? "not finished" : "")),
      ])
    }
    return table.lines(style, narrowing: 6).joined(separator: "\n") + "\n"
  }
}
