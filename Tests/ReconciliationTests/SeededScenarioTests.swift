import DMS
import Foundation
import Ledger
import Reconciliation
import TestSupport
import Testing
import Time
import Workload

/// Random histories with random faults: all that was done is found, and nothing else.
@Suite struct SeededScenarioTests {
  /// How many times as many scenarios as in the short form: LAKECANARY_SCENARIOS.
  static let length = UInt64(ProcessInfo.processInfo.environment["LAKECANARY_SCENARIOS"] ?? "") ?? 1

  @Test(arguments: 0..<15 * SeededScenarioTests.length)
  func healthyHistoriesRaiseNoAlarm(seed: UInt64) async throws {
    var scenario = try Scenario(seed: seed, faults: [.none, .delay])
    try await scenario.play()
  }

  @Test(arguments: Fault.allCases, 0..<2 * SeededScenarioTests.length)
  func everyFaultAloneIsFound(fault: Fault, seed: UInt64) async throws {
    var scenario = try Scenario(seed: 1_000 + seed, faults: [.none, fault])
    try await scenario.play()
  }

  @Test(arguments: 0..<25 * SeededScenarioTests.length)
  func mixedFaultsAreFound(seed: UInt64) async throws {
    var scenario = try Scenario(seed: 2_000 + seed, faults: Fault.allCases)
    try await scenario.play()
  }
}

/// One history, its faults, and what the judge says of it.
struct Scenario {
  private var simulation: Simulation
  private let faults: [Fault]
  private var truth = Truth()
  private let seed: UInt64
  private let hasOp: Bool
  private var written: [String] = []
  private var held: [ObservedRow] = []

  private static let settings = [
    "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true",
    "DataFormat=parquet;timestampColumnName=ts",
    "DataFormat=parquet;timestampColumnName=ts;parquetTimestampInMillisecond=true",
    "DataFormat=parquet;timestampColumnName=ts;cdcInsertsAndUpdates=true;includeOpForFullLoad=true",
    "DataFormat=parquet;timestampColumnName=ts;cdcInsertsOnly=true;includeOpForFullLoad=true",
    "DataFormat=parquet;timestampColumnName=ts;cdcInsertsOnly=true",
    "DataFormat=parquet;timestampColumnName=ts;datePartitionEnabled=true",
    "DataFormat=parquet;timestampColumnName=ts;datePartitionEnabled=true;datePartitionSequence=DDMMYYYY;"
      + "datePartitionDelimiter=DASH;BucketFolder=raw",
  ]

  init(seed: UInt64, faults: [Fault]) throws {
    self.seed = seed
    self.faults = faults
    var generator = SplitMix64(seed: seed)
    let settings = Scenario.settings.randomElement(using: &generator) ?? Scenario.settings[0]
    simulation = try Simulation(seed: seed, settings: settings)
    simulation.generator = generator
    hasOp = simulation.settings.hasOpColumn(in: .changes)
    simulation.bucket.setPageSize([2, 7, 1_000].randomElement(using: &generator) ?? 2)
  }

  mutating func play() async throws {
    if chance(2) {
      for _ in 0..<random(1...4) { try write() }
      simulation.clock.advance(by: .seconds(20))
      // Of a table that is empty now no object tells; the task does.
      simulation.configuration.taskBegan = simulation.clock.now()
      simulation.load(rowsPerObject: random(1...8))
      simulation.clock.advance(by: .seconds(20))
    } else if chance(2) {
      for _ in 0..<random(1...3) { try write() }
      simulation.position = simulation.log.count
      // The task begins now, and says so.
      simulation.clock.advance(by: .seconds(20))
      simulation.configuration.taskBegan = simulation.clock.now()
    }
    // The first object is whole: before it nothing proves where the history begins.
    try write(atLeastOneInsert: true)
    try await deliver(.none)
    for _ in 0..<random(3...12) {
      for _ in 0..<random(1...4) { try write() }
      try await deliver(faults.randomElement(using: &simulation.generator) ?? .none)
      if chance(2) { try await simulation.reconcile() }
    }
    if !held.isEmpty { release() }
    try write(atLeastOneInsert: true)
    try await deliver(.none)
    for _ in 0..<2 { try await simulation.reconcile() }
    try check(try await simulation.reconcile())
  }

  private mutating func write(atLeastOneInsert: Bool = false) throws {
    try simulation.commit(
      inserts: random(atLeastOneInsert ? 1...4 : 0...4), updates: random(0...3), deletes: random(0...2))
  }

  private mutating func deliver(_ fault: Fault) async throws {
    simulation.clock.advance(by: .seconds(Int64(random(1...30))))
    var rows = simulation.takeRows()
    var fault = fault
    if rows.isEmpty || (!hasOp && fault == .flipOp) || (rows.count == 1 && fault == .overwriteObject) {
      fault = .none
    }
    truth.faults[fault, default: 0] += 1
    switch fault {
    case .none: break
    case .loseRow: truth.lost.insert(simulation.original(rows.remove(at: place(in: rows))))
    case .dropObject:
      truth.lost.formUnion(rows.map(simulation.original))
      rows = []
    case .doubleRow:
      let row = rows[place(in: rows)]
      truth.duplicates += 1
      rows.append(row)
    case .doubleObject:
      put(rows)
      truth.duplicates += rows.count
    case .alterValue:
      let places = rows.indices.filter { rows[$0].digest != nil }
      if let place = places.randomElement(using: &simulation.generator) {
        truth.altered.insert(simulation.original(rows[place]))
        rows[place].digest = altered(rows[place].digest, columns: [random(3...9)])
      }
    case .shiftZone:
      for place in rows.indices where rows[place].digest != nil {
        truth.altered.insert(simulation.original(rows[place]))
        rows[place].digest = altered(rows[place].digest, columns: [0, 1])
        rows[place].version = rows[place].version.map { $0 + .seconds(7_200) }
      }
    case .reorder: rows.reverse()
    case .flipOp:
      let place = place(in: rows)
      let others: [OperationKind] = OperationKind.allCases.filter { rows[place].op != .operation($0) }
      truth.flipped.insert(simulation.original(rows[place]))
      rows[place].op = .operation(others.randomElement(using: &simulation.generator) ?? .insert)
    case .wrongTimestamp:
      let place = place(in: rows)
      truth.wrongTimes.insert(simulation.original(rows[place]))
      rows[place].commit = rows[place].commit.map { $0 - .seconds(5_000) }
    case .truncateObject:
      truth.lost.formUnion(rows.map(simulation.original))
      let key = simulation.changesKey()
      simulation.bucket.write(key, .failure(ObservationFailure(.unreadable, "it is truncated")))
      truth.unreadable.insert(key)
      simulation.clock.advance(by: .seconds(1))
      return
    case .overwriteObject:
      let key = put(rows)
      try await simulation.reconcile()
      truth.lost.insert(simulation.original(rows.remove(at: place(in: rows))))
      truth.overwritten.insert(key)
      simulation.bucket.write(key, .success(simulation.observation(rows)))
      return
    case .deleteObject:
      let key = put(rows)
      try await simulation.reconcile()
      simulation.bucket.remove(key)
      truth.vanished.insert(key)
      return
    case .emptyObject: truth.empty.insert(put([], force: true))
    case .foreignObject:
      let key = simulation.prefix(of: "part-\(random(0...99)).parquet")
      simulation.bucket.write(key, .success(simulation.observation([])))
      truth.foreignObjects.insert(key)
    case .foreignRow:
      simulation.clock.advance(by: .seconds(1))
      truth.foreignRows += 2
      simulation.write(rows, foreign: 2)
      return
    case .inventedRow:
      var row = rows[place(in: rows)]
      row.sequence = Int64(1_000_000 + random(0...1_000_000))
      truth.invented.insert(simulation.name(row))
      rows.append(row)
    case .swapObjects:
      let half = rows.count / 2
      put(Array(rows[half...]))
      rows = Array(rows[..<half])
    case .schemaChange:
      var observation = simulation.observation(rows)
      observation.schema.append("added\(truth.drifts) int32")
      simulation.clock.advance(by: .seconds(1))
      simulation.bucket.write(simulation.changesKey(), .success(observation))
      // The next object is without it again.
      truth.drifts += 1
      return
    case .delay:
      simulation.clock.advance(by: .seconds(40))
      try await simulation.reconcile()
    }
    put(rows)
  }

  @discardableResult
  private mutating func put(_ rows: [ObservedRow], force: Bool = false) -> String {
    guard force || !rows.isEmpty else { return "" }
    let key = simulation.write(rows)
    written.append(key)
    return key
  }

  private mutating func release() {
    put(held)
    held = []
  }

  private func altered(_ digest: RowDigest?, columns: [Int]) -> RowDigest? {
    var bytes = digest?.bytes ?? []
    for column in columns { bytes[column * 4] ^= 0x40 }
    return RowDigest(bytes: bytes)
  }

  private func check(_ result: ReconciliationResult) throws {
    let all = try simulation.ledger.findings(states: Set(FindingState.allCases), limit: .max)
    func expect(_ kind: FindingKind, _ rows: Set<String>) {
      let found = all.filter { $0.kind == kind && $0.state == .open }
      let named = Set(
        found.flatMap(\.rows).map { row in
          "\(row.kind?.rawValue ?? "?") \(row.key) \(row.version?.microseconds ?? 0)"
        })
      let comment = Comment(rawValue: "\(kind.rawValue), seed \(seed), faults \(truth.faults)")
      #expect(named.isSubset(of: rows), comment)
      #expect(found.reduce(0) { $0 + $1.rowCount } == rows.count, comment)
      if found.allSatisfy({ $0.rowCount <= 20 }) { #expect(named == rows, comment) }
    }
    func objects(_ kind: FindingKind) -> Set<String> {
      Set(all.filter { $0.kind == kind && $0.state == .open }.compactMap(\.object))
    }
    let comment = Comment(rawValue: "seed \(seed), faults \(truth.faults)")
    expect(.lostRows, truth.lost)
    expect(.alteredRows, truth.altered)
    expect(.wrongOperation, truth.flipped)
    expect(.wrongTimestamp, truth.wrongTimes)
    expect(.otherLedger, truth.invented)
    expect(.abortedRows, [])
    #expect(result.figures?.missing == truth.lost.count, comment)
    #expect(result.figures?.duplicates == truth.duplicates, comment)
    #expect(result.figures?.foreignRows == truth.foreignRows, comment)
    #expect(objects(.unreadableObject) == truth.unreadable, comment)
    #expect(objects(.overwrittenObject) == truth.overwritten, comment)
    #expect(objects(.vanishedObject) == truth.vanished, comment)
    #expect(objects(.emptyObject) == truth.empty, comment)
    #expect(objects(.foreignName) == truth.foreignObjects, comment)
    #expect(objects(.schemaDrift).isEmpty == (truth.drifts == 0), comment)
    #expect(objects(.loadGap).isEmpty && objects(.reload).isEmpty, comment)
    if truth.faults[.reorder] == nil, truth.faults[.swapObjects] == nil {
      #expect(objects(.outOfOrder).isEmpty, comment)
    }
    #expect(result.figures?.pending == 0 && result.figures?.late == 0, comment)
    let harmless: Set<Fault> = [.none, .delay, .doubleRow, .doubleObject, .reorder, .swapObjects]
    if Set(truth.faults.keys).isSubset(of: [.none, .delay, .doubleRow, .doubleObject]) {
      #expect(result.verdict.status == .ok, "\(result.verdict.reason) \(comment)")
    } else if !Set(truth.faults.keys).isSubset(of: harmless) {
      #expect(result.verdict.status != .ok || truth.altered.isEmpty, "\(result.verdict.reason) \(comment)")
    }
  }

  private mutating func place(in rows: [ObservedRow]) -> Int { random(0...(rows.count - 1)) }

  private mutating func random(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &simulation.generator)
  }

  private mutating func chance(_ one: Int) -> Bool { random(1...one) == 1 }
}

extension Simulation {
  /// The name of the change that a row, not yet altered, is the delivery of.
  func original(_ row: ObservedRow) -> String {
    let change = log.first { change in
      let isSame: Bool
      switch row.op {
      case .operation(let kind): isSame = kind == change.kind
      case .none, .other: isSame = true
      }
      return isSame && change.sequence == row.sequence && change.commit == row.commit
        && (row.digest == nil || change.digest == row.digest)
    }
    return "\(change?.kind.rawValue ?? "?") \(key(row.sequence)) \(change?.version.microseconds ?? 0)"
  }

  /// The name of a row that was never written.
  func name(_ row: ObservedRow) -> String {
    var kind = "?"
    if case .operation(let told) = row.op { kind = told.rawValue }
    return "\(kind) \(key(row.sequence)) \(row.version?.microseconds ?? 0)"
  }

  /// A key of the table's folder.
  func prefix(of name: String) -> String {
    (settings.bucketFolder.map { "\($0)/" } ?? "") + prefix + name
  }
}
