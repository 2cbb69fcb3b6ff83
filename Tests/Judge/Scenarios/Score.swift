import Foundation
import GRDB
import Ledger
import Reconciliation
import Replicator

/// What a scenario came to: which truths were found, and what was found beside them.
struct Score: Sendable {
  let plan: ScenarioPlan
  /// By kind of fault: how many were made, and how many found.
  private(set) var made: [Fault.Kind: Int] = [:]
  private(set) var found: [Fault.Kind: Int] = [:]
  private(set) var falseAlarms: [String] = []
  private(set) var problems: [String] = []

  init(plan: ScenarioPlan, failure: String? = nil) {
    self.plan = plan
    if let failure { problems.append(failure) }
  }

  var isPerfect: Bool { made == found && falseAlarms.isEmpty && problems.isEmpty }

  var line: String {
    guard !isPerfect else { return "ok      \(plan.name)" }
    let missed = made.filter { found[$0.key] != $0.value }.map { "missed \($0.key.rawValue)" }
    return "FAILED  \(plan.name), seed \(plan.seed): "
      + (missed + falseAlarms.map { "false alarm: \($0)" } + problems).joined(separator: "; ")
  }

  mutating func add(problems more: [String]) { problems += more }

  /// Takes a verdict on the way: without faults none may be bad.
  mutating func note(_ result: ReconciliationResult) {
    guard plan.faults.isEmpty, result.verdict.status > .unknown else { return }
    falseAlarms.append("\(result.verdict.status.rawValue): \(result.verdict.reason)")
  }

  /// Compares all that was ever found with what was done.
  mutating func settle(
    _ truths: [FaultTruth], result: ReconciliationResult, findings: [Finding], record: LedgerRecord,
    rowsOfOthers: Int
  ) {
    let report = Found(findings, record, isShared: plan.form.isShared)
    let truth = Truth(truths, record: record, rowsOfOthers: rowsOfOthers)
    if truths.count < plan.faults.count {
      problems.append("only \(truths.count) of \(plan.faults.count) faults were made")
    }
    for line in truths {
      guard let kind = Fault.Kind(rawValue: line.fault) else { continue }
      made[kind, default: 0] += 1
      if truth.isMoot(line) || report.explains(line, result, truth) {
        found[kind, default: 0] += 1
      }
    }
    falseAlarms += report.unexplained(by: truth, result)
    if plan.faults.isEmpty, result.verdict.status != .ok {
      falseAlarms.append("the last verdict is \(result.verdict.status.rawValue): \(result.verdict.reason)")
    }
    if let figures = result.outcome.tables.first, figures.pending + figures.late + figures.unsettled > 0 {
      problems.append(
        "\(figures.pending) pending, \(figures.late) late, \(figures.unsettled) unsettled at the end")
    }
  }
}

/// What was done, by the truth file.
struct Truth {
  let lines: [FaultTruth]
  /// How many rows of others were written, some of which may be in an object that was lost.
  let rowsOfOthers: Int
  /// Objects that were gone before a listing of the judge's could name them: their rows are lost, and that is all
  /// there is to say.
  private let unseen: Set<String>

  init(_ lines: [FaultTruth], record: LedgerRecord, rowsOfOthers: Int) {
    self.lines = lines
    self.rowsOfOthers = rowsOfOthers
    // One that was written over has two lives, and it is the first that had to be seen.
    unseen = Set(
      lines.compactMap { line in
        guard let object = line.object else { return nil }
        let lives = record.lives[object, default: 0]
        if line.isOne(of: [.deleteObject]) { return lives == 0 ? object : nil }
        // What a reload took away first cannot be written over any more.
        let isTaken = record.vanished.contains(object)
        return line.isOne(of: [.overwriteObject]) && (lives < 2 || isTaken) ? object : nil
      })
  }

  var isReloaded: Bool { lines.contains { $0.isOne(of: [.reload]) } }
  var hasGap: Bool { lines.contains { $0.isOne(of: [.gapInLoad]) } }

  /// A row that went wrong in an object that was never seen: that it is lost is all there is to know.
  func isMoot(_ line: FaultTruth) -> Bool {
    if line.isOne(of: [.deleteObject, .overwriteObject]), let object = line.object, unseen.contains(object) {
      return true
    }
    guard line.row != nil || line.isOne(of: [.schemaChange, .dropColumn]),
      !line.isOne(of: [.loseRow, .loseUpdate, .loseDelete, .loseTransaction]), let object = line.object
    else { return false }
    return unseen.contains(object)
      || lines.contains {
        $0.object == object && $0.isOne(of: [.dropObject, .truncateObject, .corruptFooter, .zeroObject])
      }
  }

  /// Rows that were to be twice in some objects.
  private func doubledRows(in objects: Set<String>) -> Int {
    lines.count { line in line.isOne(of: [.doubleRow]) && line.object.map(objects.contains) == true }
  }

  /// How many operations are lost at least with an object that was not written.
  func leastLost(with line: FaultTruth) -> Int {
    let doubled = doubledRows(in: Set([line.object].compactMap(\.self)))
    return max(1, (line.rowCount ?? 1) - doubled - rowsOfOthers)
  }

  func keys(_ kinds: Set<Fault.Kind>) -> Set<String> {
    Set(lines.filter { $0.isOne(of: kinds) }.compactMap(\.key))
  }

  func objects(_ kinds: Set<Fault.Kind>) -> Set<String> {
    Set(lines.filter { $0.isOne(of: kinds) }.compactMap(\.object))
  }

  func rows(_ kinds: Set<Fault.Kind>) -> Int {
    lines.filter { $0.isOne(of: kinds) }.reduce(0) { $0 + ($1.rowCount ?? 0) }
  }

  /// How often rows that went wrong in one of these ways are in the bucket: twice where their object is.
  func occurrences(_ kinds: Set<Fault.Kind>) -> Int {
    let doubled = objects([.doubleObject])
    return lines.filter { $0.isOne(of: kinds) }.reduce(0) { sum, line in
      sum + (line.object.map(doubled.contains) == true ? 2 : 1)
    }
  }

  /// How many operations were lost, at least and at most: rows left out, and those of objects that never came, some
  /// of which may be of others; a row that was to be twice in such an object is one.
  var lostRows: ClosedRange<Int> {
    let kinds: Set<Fault.Kind> = [
      .dropObject, .truncateObject, .corruptFooter, .overwriteObject, .zeroObject,
    ]
    let gone = objects(kinds).union(unseen)
    let most =
      lines.count { $0.isOne(of: [.loseRow, .loseUpdate, .loseDelete, .loseTransaction]) }
      + rows(kinds) - doubledRows(in: gone)
      + lines.filter { $0.isOne(of: [.deleteObject]) && unseen.contains($0.object ?? "") }
      .reduce(0) { $0 + ($1.rowCount ?? 0) }
    return (gone.isEmpty ? most : max(0, most - rowsOfOthers))...most
  }

  var duplicateRows: Int { keys([.doubleRow]).count + rows([.doubleObject, .doubleLoad]) }
}

extension FaultTruth {
  func isOne(of kinds: Set<Fault.Kind>) -> Bool { Fault.Kind(rawValue: fault).map(kinds.contains) ?? false }

  /// The key of the row.
  var key: String? { row?.values.compactMap(\.self).first }
}

/// What was ever found.
struct Found {
  private let byKind: [FindingKind: [Finding]]
  private let record: LedgerRecord
  private let isShared: Bool

  init(_ findings: [Finding], _ record: LedgerRecord, isShared: Bool) {
    byKind = Dictionary(grouping: findings, by: \.kind)
    self.record = record
    self.isShared = isShared
  }

  private func keys(_ kind: FindingKind) -> Set<String> {
    Set(byKind[kind, default: []].flatMap(\.rows).map(\.key))
  }
  private func objects(_ kind: FindingKind) -> Set<String> {
    Set(byKind[kind, default: []].compactMap(\.object))
  }
  private func count(_ kind: FindingKind) -> Int { byKind[kind, default: []].reduce(0) { $0 + $1.rowCount } }

  /// Whether a fault was found and named.
  func explains(_ truth: FaultTruth, _ result: ReconciliationResult, _ all: Truth) -> Bool {
    let isReloaded = all.isReloaded
    guard let kind = Fault.Kind(rawValue: truth.fault) else { return false }
    let figures = result.outcome.tables.first
    func names(_ kind: FindingKind) -> Bool { truth.key.map(keys(kind).contains) ?? false }
    func namesObject(_ kind: FindingKind) -> Bool { truth.object.map(objects(kind).contains) ?? false }
    switch kind {
    case .loseRow, .loseUpdate, .loseDelete, .loseTransaction:
      let name = "\(truth.op ?? "") \(truth.key ?? "")"
      // A load made afterwards brings the row's last state: then it is lost no more.
      return record.losses.contains(name) || isReloaded && record.covered.contains(name)
    case .dropObject:
      return count(.lostRows) >= all.leastLost(with: truth) || isReloaded && figures?.missing == 0
    case .truncateObject, .corruptFooter: return namesObject(.unreadableObject)
    // Of text, no byte is a file without rows.
    case .zeroObject: return namesObject(.unreadableObject) || namesObject(.emptyObject)
    // It is there in the end: then nothing of it may be lost any more.
    case .lateObject: return all.hasGap || figures.map { $0.missing <= all.lostRows.upperBound } ?? false
    case .overwriteObject: return namesObject(.overwrittenObject)
    case .deleteObject: return namesObject(.vanishedObject)
    case .emptyObject: return namesObject(.emptyObject)
    case .foreignObject: return namesObject(.foreignName)
    case .doubleRow: return names(.duplicateRows)
    case .doubleObject:
      return count(.duplicateRows) >= max(1, (truth.rowCount ?? 1) - all.rowsOfOthers)
    // A load made meanwhile brings the rows in their stead.
    case .delay, .stall: return byKind[.lateRows] != nil || isReloaded
    case .reorder: return names(.outOfOrder)
    case .flipOp, .flipDelete: return names(.wrongOperation)
    case .doubleLoad: return count(.duplicateRows) >= max(1, (truth.rowCount ?? 1) - all.rowsOfOthers)
    case .wrongTimestamp: return names(.wrongTimestamp)
    case .alterValue, .truncateValue, .roundValue, .shiftZone, .nullValue, .swapValues:
      var columns = truth.detail.map { $0.lowercased().components(separatedBy: ", ") } ?? []
      // Of a shared table the keys and versions alone are read.
      if isShared { columns = columns.filter { $0 == "updated_at" } }
      return byKind[.alteredRows, default: []].flatMap(\.rows).contains { row in
        row.key == truth.key && Set(row.columns) == Set(columns)
      }
    case .gapInLoad: return byKind[.loadGap] != nil
    case .reload: return byKind[.reload] != nil
    case .schemaChange, .dropColumn: return byKind[.schemaDrift] != nil
    }
  }

  /// Findings that nothing explains.
  func unexplained(by truth: Truth, _ result: ReconciliationResult) -> [String] {
    var alarms: [String] = []
    func expect(_ kind: FindingKind, _ isTrue: Bool) {
      guard !isTrue, let finding = byKind[kind]?.first else { return }
      let number = kind == .lostRows ? " (\(count(kind)) in all, \(truth.lostRows) were lost)" : ""
      alarms.append("\(kind.rawValue): \(finding.summary)\(number)")
    }
    func expectKeys(_ kind: FindingKind, _ kinds: Set<Fault.Kind>) {
      expect(kind, keys(kind).isSubset(of: truth.keys(kinds)) && count(kind) <= truth.occurrences(kinds))
    }
    func expectObjects(_ kind: FindingKind, _ kinds: Set<Fault.Kind>) {
      expect(kind, objects(kind).isSubset(of: truth.objects(kinds)))
    }
    expect(
      .lostRows,
      truth.hasGap
        || count(.lostRows) <= truth.lostRows.upperBound + truth.rows([.lateObject])
          && (truth.isReloaded || count(.lostRows) >= truth.lostRows.lowerBound)
    )
    expectKeys(
      .alteredRows, [.alterValue, .truncateValue, .roundValue, .shiftZone, .nullValue, .swapValues])
    expectKeys(.wrongOperation, [.flipOp, .flipDelete])
    expectKeys(.wrongTimestamp, [.wrongTimestamp])
    expectKeys(.outOfOrder, [.reorder])
    expect(.duplicateRows, count(.duplicateRows) <= truth.duplicateRows)
    expectObjects(.unreadableObject, [.truncateObject, .corruptFooter, .zeroObject])
    expectObjects(.overwrittenObject, [.overwriteObject])
    expectObjects(.vanishedObject, [.deleteObject])
    expectObjects(.emptyObject, [.emptyObject, .zeroObject])
    expectObjects(.foreignName, [.foreignObject])
    expect(.loadGap, truth.hasGap)
    expect(.reload, truth.isReloaded)
    expect(.schemaDrift, truth.lines.contains { $0.isOne(of: [.schemaChange, .dropColumn]) })
    expect(.lateRows, truth.lines.contains { $0.isOne(of: [.delay, .stall]) })
    for kind in [
      FindingKind.unexpectedRows, .otherLedger, .unknownChanges, .abortedRows, .foreignRows, .silence,
    ] {
      expect(kind, false)
    }
    return alarms
  }
}

/// What the ledger's own tables say, read beside the judge.
struct LedgerRecord {
  /// By key, how many objects of that name were listed.
  private(set) var lives: [String: Int] = [:]
  /// `I KEY`: the operations that findings name as lost, all of them.
  private(set) var losses: Set<String> = []
  /// `I KEY`: the operations that a full load explains.
  private(set) var covered: Set<String> = []
  /// The keys of objects that a listing missed.
  private(set) var vanished: Set<String> = []

  init(path: String, tag: PipelineTag) throws {
    let database = try DatabaseQueue(path: path)
    defer { try? database.close() }
    try database.read { db in
      for row in try Row.fetchAll(db, sql: "select key, count(*) as n from object group by key") {
        lives[row["key"]] = row["n"]
      }
      let lost = try Row.fetchAll(
        db,
        sql: """
          select o.kind, o.sequence from loss l
          join operation o on o.transaction_id = l.transaction_id and o.ordinal = l.ordinal
          """)
      func name(_ row: Row) -> String {
        let kind = ["I", "U", "D"][row["kind"] as Int]
        return "\(kind) \(RowIdentity(tag: tag, sequence: row["sequence"]))"
      }
      losses = Set(lost.map(name))
      covered = Set(
        try Row.fetchAll(db, sql: "select kind, sequence from operation where state = 3").map(name))
      vanished = Set(try String.fetchAll(db, sql: "select key from object where state = 4"))
    }
  }
}
