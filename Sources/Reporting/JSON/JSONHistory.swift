import Ledger
import Time

/// How a pipeline has fared, as JSON.
struct JSONHistory: Encodable {
  let since, until: String
  let streak: Streak?
  let points: [Point]
  let arrivals: [Arrivals]

  init(_ history: ReportHistory) {
    (since, until) = (history.since.description, history.until.description)
    streak = history.streak.map {
      Streak(
        status: $0.status.rawValue, since: $0.since.description, runs: $0.runs, isAtLeast: $0.isAtLeast)
    }
    points = history.points.map { point in
      Point(
        time: point.time.description, status: point.status?.rawValue,
        tables: point.tables.map(TablePoint.init))
    }
    arrivals = history.arrivals.map(Arrivals.init)
  }

  struct Streak: Encodable {
    let status, since: String
    let runs: Int
    let isAtLeast: Bool
  }

  struct Point: Encodable {
    let time: String
    let status: String?
    let tables: [TablePoint]
  }

  struct TablePoint: Encodable {
    let table: String
    let delivered, late, missing: Int
    let completeness, lagP50Seconds, lagP95Seconds, lagP99Seconds, lagMaxSeconds: Double?

    init(_ point: ReportHistory.TablePoint) {
      table = point.table.description
      (delivered, late, missing) = (point.delivered, point.late, point.missing)
      completeness = point.completeness
      (lagP50Seconds, lagP95Seconds) = (point.p50?.reportedSeconds, point.p95?.reportedSeconds)
      (lagP99Seconds, lagMaxSeconds) = (point.p99?.reportedSeconds, point.max?.reportedSeconds)
    }
  }

  struct Arrivals: Encodable {
    let table, start: String
    let loadObjects, changeObjects: Int
    let bytes, smallestBytes, largestBytes: Int64

    init(_ arrivals: ObjectArrivals) {
      (table, start) = (arrivals.table.description, arrivals.start.description)
      (loadObjects, changeObjects) = (arrivals.loads, arrivals.changes)
      (bytes, smallestBytes, largestBytes) = (arrivals.bytes, arrivals.smallest, arrivals.largest)
    }
  }
}
