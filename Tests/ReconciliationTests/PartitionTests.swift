import DMS
import Ledger
import Reconciliation
import TestSupport
import Testing
import Time

/// Date partitions of every sequence and delimiter, in zones whose clocks are set forward and back, near
/// midnight and near the change: nothing is late, lost or out of order, and what is lost is found.
@Suite struct PartitionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var settings: String
    var start: Int64

    var testDescription: String { "\(settings) from \(Timestamp(seconds: start))" }
  }

  /// Ninety minutes before the clocks of these zones are changed, and before a midnight of theirs.
  private static let moments: [(zone: String?, start: Int64)] = [
    (nil, 1_798_758_000),  // 2026-12-31T22:20 UTC
    ("Europe/Berlin", 1_792_884_600),  // 2026-10-24T23:30 UTC, back at 01:00 UTC
    ("Europe/Berlin", 1_774_740_600),  // 2026-03-28T23:30 UTC, forward at 01:00 UTC
    ("America/New_York", 1_793_507_400),  // 2026-11-01T04:30 UTC, back at 06:00 UTC
    ("Asia/Tokyo", 1_790_000_000), ("Australia/Lord_Howe", 1_775_309_400),  // back by half an hour
  ]

  static let cases: [Case] = moments.flatMap { moment in
    let zone = moment.zone.map { ";datePartitionTimezone=\($0)" } ?? ""
    let partitions =
      EndpointSettings.DatePartition.Sequence.allCases.flatMap { sequence in
        EndpointSettings.DatePartition.Delimiter.allCases.map { delimiter in
          ";datePartitionEnabled=true;datePartitionSequence=\(sequence.rawValue)"
            + ";datePartitionDelimiter=\(delimiter.rawValue)"
        }
      } + [""]
    // Every partition at one change of the clocks, and some at all of them.
    let isThorough = moment.start == 1_792_884_600
    return (isThorough ? partitions : [partitions[0], ""]).map { partition in
      Case(
        settings: "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true" + partition + zone,
        start: moment.start)
    }
  }

  @Test(arguments: cases)
  func noHourIsLostOrDoubled(_ example: Case) async throws {
    var simulation = try Simulation(
      seed: 8, settings: example.settings, start: Timestamp(seconds: example.start))
    try simulation.commit(inserts: 4)
    simulation.load()
    simulation.clock.advance(by: .seconds(30))
    // Four hours, an object every thirteen minutes; the overlap of the listings is shorter than an hour.
    simulation.configuration.listingOverlap = .seconds(600)
    simulation.configuration.limits.warningLag = .seconds(1_000)
    simulation.configuration.limits.criticalLag = .seconds(1_000)
    for step in 0..<18 {
      try simulation.commit(inserts: 2, updates: 2, deletes: 1)
      simulation.flush(after: .seconds(780))
      if step % 3 == 2 {
        let result = try await simulation.reconcile(verifying: false)
        #expect(result.verdict.status == .ok, "\(result.verdict.reason)")
        #expect(result.findings.isEmpty, "\(result.findings.map(\.summary))")
      }
    }
    try simulation.commit(inserts: 2)
    var rows = simulation.takeRows()
    rows.removeFirst()
    simulation.write(rows)
    try simulation.commit(inserts: 1)
    simulation.flush()
    let result = try await simulation.reconcile()
    #expect(result.figures?.missing == 1)
    #expect(result.findings.map(\.kind) == [.lostRows])
  }
}
