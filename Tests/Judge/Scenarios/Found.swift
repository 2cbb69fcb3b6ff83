import Ledger
import Reconciliation
import Replicator

/// What was ever found.
struct Found {
  private let byKind: [FindingKind: [Finding]]
  private let record: LedgerRecord
  /// `I KEY`: the operations that were ever called late.
  private let late: Set<String>
  private let figures: [TableFigures]
  private let isShared: Bool

  init(
    _ findings: [Finding], _ record: LedgerRecord, late: Set<String>, figures: [TableFigures], isShared: Bool
  ) {
    byKind = Dictionary(grouping: findings, by: \.kind)
    (self.record, self.late, self.figures, self.isShared) = (record, late, figures, isShared)
  }

  private func keys(_ kind: FindingKind) -> Set<String> {
    Set(byKind[kind, default: []].flatMap(\.rows).map(\.key))
  }
  private func objects(_ kind: FindingKind) -> Set<String> {
    Set(byKind[kind, default: []].compactMap(\.object))
  }
  private func count(_ kind: FindingKind) -> Int { byKind[kind, default: []].reduce(0) { $0 + $1.rowCount } }

  /// Whether a fault was found and named.
  func explains(_ truth: FaultTruth, _ all: Truth) -> Bool {
    guard let kind = Fault.Kind(rawValue: truth.fault) else { return false }
    func names(_ kind: FindingKind) -> Bool { truth.key.map(keys(kind).contains) ?? false }
    func namesObject(_ kind: FindingKind) -> Bool { truth.object.map(objects(kind).contains) ?? false }
    /// A load made afterwards brings a row's last state: then it is lost no more.
    func isLost(_ name: String) -> Bool {
      record.losses[name] != nil || all.isReloaded && record.isCovered(name)
    }
    let rowsAreLost = { truth.ownRows(record).allSatisfy(isLost) }
    switch kind {
    case .loseRow, .loseUpdate, .loseDelete, .loseTransaction: return truth.name.map(isLost) ?? false
    case .loseLoadRow: return truth.key.map { isLostOfLoad($0, all) } ?? false
    case .gapInLoad:
      return byKind[.loadGap] != nil
        && (truth.rows ?? []).compactMap(\.name).allSatisfy { isLostOfLoad($0, all) }
    case .suspendTable: return isFoundSuspended(all)
    case .dropObject: return rowsAreLost()
    case .truncateObject, .corruptFooter: return namesObject(.unreadableObject) && rowsAreLost()
    // Of text, no byte is a file without rows.
    case .zeroObject:
      return (namesObject(.unreadableObject) || namesObject(.emptyObject)) && rowsAreLost()
    case .lateObject: return isFoundLate(truth, all)
    case .overwriteObject: return (all.isUnseen(truth) || namesObject(.overwrittenObject)) && rowsAreLost()
    case .deleteObject:
      if all.isUnseen(truth) { return rowsAreLost() }
      // What went before a table was loaded afresh is owed by the load, whoever took it away.
      return namesObject(.vanishedObject)
        || all.isReloaded(after: truth)
          && truth.ownRows(record).allSatisfy { record.isCovered($0) || isLost($0) }
    case .emptyObject: return namesObject(.emptyObject)
    case .foreignObject: return namesObject(.foreignName)
    case .doubleRow: return names(.duplicateRows)
    case .doubleObject:
      let again = truth.detail.map { String($0.dropFirst("again as ".count)) } ?? ""
      return isFoundDouble(again, truth.ownRows(record).count, all)
    case .doubleLoad: return isFoundDouble(truth.object ?? "", truth.rowCount ?? 0, all)
    case .delay, .stall: return isFoundDelayed(truth, all)
    case .reorder: return names(.outOfOrder)
    case .flipOp, .flipDelete: return names(.wrongOperation)
    case .wrongTimestamp: return names(.wrongTimestamp)
    case .alterValue, .truncateValue, .roundValue, .shiftZone, .nullValue, .swapValues:
      var columns = truth.detail.map { $0.lowercased().split(separator: ", ").map(String.init) } ?? []
      // Of a shared table the keys and versions alone are read.
      if isShared { columns = columns.filter { $0 == "updated_at" } }
      return byKind[.alteredRows, default: []].flatMap(\.rows).contains { row in
        row.key == truth.key && Set(row.columns) == Set(columns)
      }
    case .reload: return byKind[.reload] != nil
    case .schemaChange, .dropColumn: return byKind[.schemaDrift] != nil
    }
  }

  /// Whether a row that the load left out was called lost.
  ///
  /// Not so one that was deleted about when the load was made: DMS reads changes from before the load's snapshot on
  /// (DMS.md section 6), so a load without the row and a delete after it are also what a whole load looks like.
  private func isLostOfLoad(_ key: String, _ all: Truth) -> Bool {
    let insert = "I " + key
    if record.losses[insert] != nil { return true }
    return record.isCovered(insert) && (record.isDeleted(key) || all.isReloaded)
  }

  /// Whether all that one table owes from its first lost commit on is late, and the other table well.
  ///
  /// Not owed is what the settings leave out, and what was done to a row that was deleted about when the load was made.
  private func isFoundSuspended(_ all: Truth) -> Bool {
    guard let start = all.suspension else { return false }
    let since = record.operations.filter {
      $0.table == Scenario.table.name && $0.committedBy ?? start >= start
    }
    let owed = since.filter { $0.isOpen }
    guard since.allSatisfy({ $0.isOpen || $0.isExcluded || record.isDeleted($0.key) && $0.isCovered }) else {
      return false
    }
    return figures.count == 2 && !owed.isEmpty
      && figures.allSatisfy { table in
        guard all.isSuspended(table.table) else {
          return table.pending + table.late + table.missing + table.unsettled == 0 && table.delivered > 0
        }
        return table.late > 0 && table.late + table.pending == owed.count && table.missing == 0
      }
      && byKind[.lateRows, default: []].contains {
        $0.table?.name == Scenario.table.name && $0.state == .open
      }
  }

  /// Of an object that came after the one that follows it, nothing may be lost in the end.
  ///
  /// More there is not to say: its name, by which all readers go, is in order, and when an object is first listed depends
  /// on when somebody looks.
  private func isFoundLate(_ truth: FaultTruth, _ all: Truth) -> Bool {
    // Of a row that the load left out, operations of the same name are lost with it.
    truth.ownRows(record).allSatisfy { name in
      record.losses[name, default: 0] <= all.lost[name, default: 0]
        || all.lostOfLoad.contains(String(name.dropFirst(2)))
    }
  }

  /// Whether the object that repeats another was named, with the number of its rows.
  private func isFoundDouble(_ object: String, _ rows: Int, _ all: Truth) -> Bool {
    // A reload may have taken it away before a listing could name it.
    if all.isReloaded, record.lives[object] == nil { return true }
    let found = byKind[.duplicateRows, default: []].first { $0.object == object }
    return rows == 0 || found?.rowCount == rows
  }

  /// Whether an operation that the object brought was called late.
  ///
  /// A load may have brought all of them first: then the object, or what a reload left of it, was awaited by nobody.
  /// And of rows of others no ledger knows when they were committed.
  private func isFoundDelayed(_ truth: FaultTruth, _ all: Truth) -> Bool {
    guard let object = truth.object, !truth.ownRows(record).isEmpty else { return true }
    if !late.isDisjoint(with: record.deliveries[object, default: []]) { return true }
    return all.isReloaded && record.timed[object, default: []].isEmpty
  }

  /// Findings that nothing explains.
  func unexplained(by truth: Truth) -> [String] {
    var alarms = unexplainedLosses(by: truth)
    func expect(_ kind: FindingKind, _ isTrue: Bool) {
      guard !isTrue, let finding = byKind[kind]?.first else { return }
      alarms.append("\(kind.rawValue): \(finding.summary)")
    }
    func expectKeys(_ kind: FindingKind, _ kinds: Set<Fault.Kind>) {
      expect(kind, keys(kind).isSubset(of: truth.keys(kinds)) && count(kind) <= truth.occurrences(kinds))
    }
    func expectObjects(_ kind: FindingKind, _ kinds: Set<Fault.Kind>) {
      expect(kind, objects(kind).isSubset(of: truth.objects(kinds)))
    }
    expectKeys(
      .alteredRows, [.alterValue, .truncateValue, .roundValue, .shiftZone, .nullValue, .swapValues])
    expectKeys(.wrongOperation, [.flipOp, .flipDelete])
    expectKeys(.wrongTimestamp, [.wrongTimestamp])
    expect(
      .outOfOrder,
      keys(.outOfOrder).isSubset(of: truth.keys([.reorder]).union(truth.keysOfRows([.lateObject]))))
    expect(
      .duplicateRows,
      count(.duplicateRows) <= truth.duplicateRows
        && keys(.duplicateRows).isSubset(
          of: truth.keys([.doubleRow]).union(truth.keysOfRows([.doubleObject, .doubleLoad])))
    )
    expectObjects(.unreadableObject, [.truncateObject, .corruptFooter, .zeroObject])
    expectObjects(.overwrittenObject, [.overwriteObject])
    expectObjects(.vanishedObject, [.deleteObject])
    expectObjects(.emptyObject, [.emptyObject, .zeroObject])
    expectObjects(.foreignName, [.foreignObject])
    expect(.loadGap, truth.lines.contains { $0.isOne(of: [.gapInLoad]) })
    expect(.reload, truth.isReloaded)
    expect(.schemaDrift, truth.lines.contains { $0.isOne(of: [.schemaChange, .dropColumn]) })
    let isLate = truth.lines.contains { $0.isOne(of: [.delay, .stall]) }
    expect(
      .lateRows,
      isLate || byKind[.lateRows, default: []].allSatisfy { $0.table.map(truth.isSuspended) ?? false })
    for kind in [
      FindingKind.unexpectedRows, .otherLedger, .unknownChanges, .abortedRows, .foreignRows, .silence,
    ] {
      expect(kind, false)
    }
    return alarms
  }

  /// Operations called lost that no fault took.
  ///
  /// What is called lost in the end must be in no object. On the way, an object that is late looks, byte for byte, as a
  /// bucket looks that will never have it, and the order of commits says that it will not: so a loss may be told of its
  /// rows, and must be taken back.
  private func unexplainedLosses(by truth: Truth) -> [String] {
    var alarms: [String] = []
    for (name, count) in record.losses.sorted(by: { $0.key < $1.key }) {
      guard count > truth.lost[name, default: 0], !truth.lostOfLoad.contains(String(name.dropFirst(2))) else {
        continue
      }
      alarms.append("\(name) is called lost \(count) times, \(truth.lost[name, default: 0]) of it are")
    }
    let missing = figures.reduce(0) { $0 + $1.missing }
    let named = record.losses.values.reduce(0, +)
    if missing != named { alarms.append("\(missing) operations are missing, and \(named) called lost") }
    let explained = Set(truth.lost.keys.map { String($0.dropFirst(2)) })
      .union(truth.lostOfLoad).union(truth.keysOfRows([.lateObject]))
    for key in keys(.lostRows).subtracting(explained).sorted() {
      alarms.append("\(key) was called lost, and is there")
    }
    return alarms
  }
}
