import GRDB
public import Time

/// What was committed to a table on one day, and what became of it.
public struct DailyAggregate: Hashable, Sendable, Codable {
  /// The day of the commits, in UTC: `2026-11-23`.
  public let day: String
  /// The table.
  public let table: TableName
  /// Operations committed.
  public let committed: Int
  /// Of these, delivered or covered by a load.
  public let delivered: Int
  /// Of these, proved lost.
  public let missing: Int
  /// Rows that repeated a delivery.
  public let duplicates: Int
  /// Deliveries with a value other than the one written.
  public let altered: Int
  /// The median lag in microseconds; nil where nothing was delivered by changes.
  public let lagP50Microseconds: Int64?
  /// The lag that 95 % do not pass.
  public let lagP95Microseconds: Int64?
  /// The longest lag.
  public let lagMaxMicroseconds: Int64?

  /// The median lag.
  public var lagP50: Duration? { lagP50Microseconds.map { .microseconds($0) } }
  /// The lag that 95 % do not pass.
  public var lagP95: Duration? { lagP95Microseconds.map { .microseconds($0) } }
  /// The longest lag.
  public var lagMax: Duration? { lagMaxMicroseconds.map { .microseconds($0) } }
}

extension LedgerStore {
  /// What was committed between two times, by day and table: of operations pruned as of those still recorded.
  ///
  /// Whole days are told: the first is the one that `from` is in, the last the one that `to` is in.
  public func dailyAggregates(from: Timestamp, to: Timestamp) throws(LedgerError) -> [DailyAggregate] {
    try read { session in
      var days: [DayKey: DayFigures] = [:]
      let (first, last) = (DayKey.day(of: from), DayKey.day(of: to))
      let stored = try Row.fetchCursor(
        session.db, sql: "select * from daily where day between ? and ?", arguments: [first, last])
      while let row = try stored.next() {
        days[DayKey(day: row["day"], table: row["table_id"])] = DayFigures(row)
      }
      for day in first...max(first, last) {
        for (table, figures) in try session.figures(ofDay: day, settledOnly: false) {
          let key = DayKey(day: day, table: table)
          days[key] = days[key].map { $0.adding(figures) } ?? figures
        }
      }
      let names = Dictionary(uniqueKeysWithValues: try session.tables().map { ($0.id, $0.declaration.name) })
      return days.compactMap { key, figures in
        names[key.table].map { figures.aggregate(day: key.day, table: $0) }
      }.sorted { ($0.day, $0.table) < ($1.day, $1.table) }
    }
  }
}

/// A day, in days since 1970-01-01 UTC, and a table.
struct DayKey: Hashable {
  static let microseconds: Int64 = 86_400_000_000

  let day: Int64
  let table: Int64

  static func day(of time: Timestamp) -> Int64 {
    let (quotient, remainder) = time.microseconds.quotientAndRemainder(dividingBy: microseconds)
    return remainder < 0 ? quotient - 1 : quotient
  }
}

/// The figures of a day and table.
struct DayFigures {
  var committed = 0
  var delivered = 0
  var missing = 0
  var duplicates = 0
  var altered = 0
  var lags: [Int64] = []
  var lag: (p50: Int64, p95: Int64, max: Int64)?

  init() {}

  init(_ row: Row) {
    committed = row["committed"]
    delivered = row["delivered"]
    missing = row["missing"]
    duplicates = row["duplicates"]
    altered = row["altered"]
    if let p50: Int64 = row["lag_p50"], let p95: Int64 = row["lag_p95"], let max: Int64 = row["lag_max"] {
      lag = (p50, p95, max)
    }
  }

  /// Draws the percentiles from the lags.
  mutating func close() {
    guard let distribution = LagDistribution(microseconds: lags, uncertainty: .zero) else { return }
    lag = (
      distribution.p50.microseconds, distribution.p95.microseconds, distribution.max.microseconds
    )
    lags = []
  }

  /// Both together; percentiles do not add up: those of the larger part stand, and the longest of both.
  func adding(_ other: DayFigures) -> DayFigures {
    var sum = committed >= other.committed ? self : other
    if let mine = lag, let others = other.lag {
      sum.lag?.max = max(mine.max, others.max)
    } else {
      sum.lag = lag ?? other.lag
    }
    sum.committed = committed + other.committed
    sum.delivered = delivered + other.delivered
    sum.missing = missing + other.missing
    sum.duplicates = duplicates + other.duplicates
    sum.altered = altered + other.altered
    return sum
  }

  func aggregate(day: Int64, table: TableName) -> DailyAggregate {
    let date = CivilTime(utc: Timestamp(microseconds: day * DayKey.microseconds))
    func digits(_ value: Int, _ width: Int) -> String {
      String(repeating: "0", count: max(0, width - "\(value)".count)) + "\(value)"
    }
    return DailyAggregate(
      day: "\(digits(date.year, 4))-\(digits(date.month, 2))-\(digits(date.day, 2))", table: table,
      committed: committed, delivered: delivered, missing: missing, duplicates: duplicates,
      altered: altered, lagP50Microseconds: lag?.p50, lagP95Microseconds: lag?.p95,
      lagMaxMicroseconds: lag?.max)
  }
}

extension LedgerSession {
  /// The figures of the transactions committed on a day, by table; with `settledOnly` of those alone that
  /// `prune` would drop.
  func figures(ofDay day: Int64, settledOnly: Bool) throws -> [Int64: DayFigures] {
    var tables: [Int64: DayFigures] = [:]
    let bounds = StatementArguments([day * DayKey.microseconds, (day + 1) * DayKey.microseconds])
    let restriction = settledOnly ? " and \(LedgerSession.isSettled)" : ""
    let operations = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          select o.table_id, o.state, count(*) as n
          from source_transaction t join operation o on o.transaction_id = t.id
          where t.latest >= ? and t.latest < ? and t.state = 1\(restriction)
          group by o.table_id, o.state
          """), arguments: bounds)
    while let row = try operations.next() {
      var figures = tables[row["table_id"]] ?? DayFigures()
      let count: Int = row["n"]
      figures.committed += count
      switch OperationState(rawValue: row["state"]) {
      case .delivered, .covered: figures.delivered += count
      case .missing: figures.missing += count
      default: break
      }
      tables[row["table_id"]] = figures
    }
    let deliveries = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          select t.table_id, d.lag, d.flags, d.altered
          from source_transaction t join delivery d on d.transaction_id = t.id
          where t.latest >= ? and t.latest < ? and t.state = 1\(restriction)
          """), arguments: bounds)
    while let row = try deliveries.next() {
      let flags = DeliveryFlags(rawValue: row["flags"])
      let altered: Int64 = row["altered"]
      let table: Int64 = row["table_id"]
      if flags.contains(.duplicate) { tables[table, default: DayFigures()].duplicates += 1 }
      if altered != 0 { tables[table, default: DayFigures()].altered += 1 }
      if let lag: Int64 = row["lag"] { tables[table, default: DayFigures()].lags.append(lag) }
    }
    for table in tables.keys { tables[table]?.close() }
    return tables
  }
}
