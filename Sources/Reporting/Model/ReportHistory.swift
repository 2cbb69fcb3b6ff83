public import Ledger
public import Time

/// How a pipeline has fared over a span: by run while runs are few, by day beyond.
public struct ReportHistory: Hashable, Sendable {
  /// Where the span begins.
  public var since: Timestamp
  /// Where it ends.
  public var until: Timestamp
  /// Points in order of time.
  public var points: [Point]
  /// The objects that arrived, by table and slice of time; empty where they were not asked for.
  public var arrivals: [ObjectArrivals] = []
  /// Since when the verdict is what it is; nil where no run has one.
  public var streak: Streak?

  /// Into how many slices of time a page cuts the arrivals.
  public static let arrivalSlices = HTMLChart.places

  /// A run, or a day of them.
  public struct Point: Hashable, Sendable {
    /// When the run or the day began.
    public var time: Timestamp
    /// The verdict of the run; nil of a day.
    public var status: Verdict.Status?
    /// A figure a table, in the order of their names.
    public var tables: [TablePoint]

    /// A point at `time`.
    public init(time: Timestamp, status: Verdict.Status?, tables: [TablePoint]) {
      (self.time, self.status, self.tables) = (time, status, tables)
    }
  }

  /// What a point says of one table.
  public struct TablePoint: Hashable, Sendable {
    /// The table.
    public var table: TableName
    /// Operations delivered: in all of the run's ledger, or of the day's commits.
    public var delivered: Int
    /// Operations late.
    public var late: Int
    /// Operations missing.
    public var missing: Int
    /// Delivered of due.
    public var completeness: Double?
    /// The median lag.
    public var p50: Duration?
    /// The lag that 95 % do not pass.
    public var p95: Duration?
    /// The lag that 99 % do not pass; nil of a day.
    public var p99: Duration?
    /// The longest lag.
    public var max: Duration?

    /// The point of a run.
    init(_ figures: TableFigures) {
      table = figures.table
      (delivered, late, missing) = (figures.delivered, figures.late, figures.missing)
      completeness = figures.completeness
      (p50, p95, p99, max) = (figures.lag?.p50, figures.lag?.p95, figures.lag?.p99, figures.lag?.max)
    }

    /// The point of a day.
    init(_ day: DailyAggregate) {
      table = day.table
      (delivered, late, missing) = (day.delivered, 0, day.missing)
      let due = day.delivered + day.missing
      completeness = due == 0 ? nil : Double(day.delivered) / Double(due)
      (p50, p95, p99, max) = (day.lagP50, day.lagP95, nil, day.lagMax)
    }
  }

  /// How long a verdict has held.
  public struct Streak: Hashable, Sendable {
    /// The verdict.
    public var status: Verdict.Status
    /// The first run of it.
    public var since: Timestamp
    /// How many runs in a row had it.
    public var runs: Int
    /// Whether it may be older than the runs that were looked at.
    public var isAtLeast: Bool
  }

  /// The history of `runs`, newest first as the ledger gives them, and of `days`.
  ///
  /// Days are taken where the runs do not reach back to `since`.
  public init(since: Timestamp, until: Timestamp, runs: [RunRecord], days: [DailyAggregate]) {
    (self.since, self.until) = (since, until)
    let judged = runs.filter { $0.outcome?.verdict != nil }
    let inSpan = judged.filter { $0.startedAt >= since }.reversed()
    let oldest = inSpan.first?.startedAt ?? until
    let earlier = Dictionary(grouping: days, by: \.day).compactMap { day, aggregates -> Point? in
      guard let time = Timestamp(day + " 00:00:00"), time + .seconds(86_400) <= oldest else { return nil }
      return Point(
        time: time, status: nil, tables: aggregates.map(TablePoint.init).sorted { $0.table < $1.table })
    }
    points =
      earlier.sorted { $0.time < $1.time }
      + inSpan.map { run in
        Point(
          time: run.startedAt, status: run.outcome?.verdict?.status,
          tables: (run.outcome?.tables ?? []).map(TablePoint.init).sorted { $0.table < $1.table })
      }
    streak = ReportHistory.streak(judged)
  }

  /// Where what is told begins: with the first point, where that is later than the span.
  public var start: Timestamp { max(since, points.first?.time ?? since) }

  private static func streak(_ judged: [RunRecord]) -> Streak? {
    guard let status = judged.first?.outcome?.verdict?.status else { return nil }
    let same = judged.prefix { $0.outcome?.verdict?.status == status }
    guard let first = same.last else { return nil }
    return Streak(
      status: status, since: first.startedAt, runs: same.count, isAtLeast: same.count == judged.count)
  }

  /// The usual lag of a table: the median of the 95th percentiles before the last point, where there are at least
  /// three of them.
  public func usualP95(of table: TableName) -> Duration? {
    let lags = points.dropLast().compactMap { point in point.tables.first { $0.table == table }?.p95 }
      .sorted()
    return lags.count < 3 ? nil : lags[lags.count / 2]
  }

  /// One sentence: since when the verdict is what it is.
  public var streakText: String? {
    guard let streak else { return nil }
    let runs = FigureText.counted(Int64(streak.runs), "run")
    return "\(streak.status.word) since \(streak.isAtLeast ? "at least " : "")"
      + "\(FigureText.time(streak.since)) (\(runs) in a row)"
  }
}
