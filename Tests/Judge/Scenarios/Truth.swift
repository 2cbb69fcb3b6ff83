import Ledger
import Replicator
import Time

/// What was done, by the truth file.
struct Truth {
  let lines: [FaultTruth]
  /// By `I KEY`, how many operations of that name are in no object that can be read, for a fault took them.
  let lost: [String: Int]
  /// Rows that are not in the load: which changes of them only the load would show, it does not say.
  let lostOfLoad: Set<String>
  /// Objects that were gone before a listing of the judge's could name them.
  private let unseen: Set<String>
  private let record: LedgerRecord

  init(_ lines: [FaultTruth], record: LedgerRecord) {
    self.lines = lines
    self.record = record
    // One that was written over has two lives, and it is the first that had to be seen.
    let unseen = Set(
      lines.compactMap { line -> String? in
        guard let object = line.object else { return nil }
        let lives = record.lives[object, default: 0]
        if line.isOne(of: [.deleteObject]) { return lives == 0 ? object : nil }
        // What a reload took away first cannot be written over any more.
        let isTaken = record.vanished.contains(object)
        return line.isOne(of: [.overwriteObject]) && (lives < 2 || isTaken) ? object : nil
      })
    var lost: [String: Int] = [:]
    for line in lines {
      if line.isOne(of: Truth.lostRows), let name = line.name { lost[name, default: 0] += 1 }
      let isGone =
        line.isOne(of: Truth.lostObjects)
        || line.isOne(of: [.deleteObject]) && line.object.map(unseen.contains) == true
      guard isGone else { continue }
      for name in line.ownRows(record) { lost[name, default: 0] += 1 }
      // A row that was to be there twice is one operation.
      for double in lines where double.isOne(of: [.doubleRow]) && double.object == line.object {
        if let name = double.name { lost[name, default: 1] -= 1 }
      }
    }
    self.lost = lost
    self.unseen = unseen
    lostOfLoad = Set(
      lines.filter { $0.isOne(of: [.loseLoadRow]) }.compactMap(\.key)
        + lines.filter { $0.isOne(of: [.gapInLoad]) }.flatMap { $0.rows ?? [] }.compactMap(\.name))
  }

  private static let lostRows: Set<Fault.Kind> = [.loseRow, .loseUpdate, .loseDelete, .loseTransaction]
  private static let lostObjects: Set<Fault.Kind> = [
    .dropObject, .truncateObject, .corruptFooter, .zeroObject, .overwriteObject,
  ]

  var isReloaded: Bool { lines.contains { $0.isOne(of: [.reload]) } }

  /// Whether the table was loaded again after a fault.
  func isReloaded(after line: FaultTruth) -> Bool {
    let place = lines.firstIndex { $0.fault == line.fault && $0.object == line.object }
    return place.map { lines[$0...].contains { $0.isOne(of: [.reload]) } } ?? false
  }

  /// Whether an object was there between two listings alone.
  ///
  /// Not a byte of it could be seen, so that it was there at all is nothing that a judge could say; that its rows are
  /// lost is, and is asked for.
  func isUnseen(_ line: FaultTruth) -> Bool { line.object.map(unseen.contains) ?? false }

  /// Whether something is wrong with a row of an object that nobody could read.
  ///
  /// What the row held was nowhere to be seen; that it is lost, with the rest of its object, is asked for by the line
  /// of the object.
  func isMoot(_ line: FaultTruth) -> Bool {
    guard line.row != nil || line.isOne(of: [.schemaChange, .dropColumn]),
      !line.isOne(of: Truth.lostRows.union([.loseLoadRow])), let object = line.object
    else { return false }
    return unseen.contains(object)
      || lines.contains {
        $0.object == object && $0.isOne(of: [.dropObject, .truncateObject, .corruptFooter, .zeroObject])
      }
  }

  /// Whether the table's changes were cut off.
  func isSuspended(_ table: TableName) -> Bool { suspension != nil && table.name == Scenario.table.name }

  /// The first commit that a suspended table lacks.
  var suspension: Timestamp? {
    lines.first { $0.isOne(of: [.suspendTable]) }.flatMap { $0.commitTime }.flatMap { Timestamp($0) }
  }

  func keys(_ kinds: Set<Fault.Kind>) -> Set<String> {
    Set(lines.filter { $0.isOne(of: kinds) }.compactMap(\.key))
  }

  func objects(_ kinds: Set<Fault.Kind>) -> Set<String> {
    Set(lines.filter { $0.isOne(of: kinds) }.compactMap(\.object))
  }

  /// The keys of our rows in the objects that faults of these kinds concern.
  func keysOfRows(_ kinds: Set<Fault.Kind>) -> Set<String> {
    Set(lines.filter { $0.isOne(of: kinds) }.flatMap { $0.rows ?? [] }.compactMap(\.name))
  }

  /// How often rows that went wrong in one of these ways are in the bucket: twice where their object is.
  func occurrences(_ kinds: Set<Fault.Kind>) -> Int {
    let doubled = objects([.doubleObject])
    return lines.filter { $0.isOne(of: kinds) }.reduce(0) { sum, line in
      sum + (line.object.map(doubled.contains) == true ? 2 : 1)
    }
  }

  /// How many rows may be found to be there again, at most.
  var duplicateRows: Int {
    keys([.doubleRow]).count
      + lines.filter { $0.isOne(of: [.doubleObject, .doubleLoad]) }.reduce(0) { $0 + ($1.rowCount ?? 0) }
  }
}

extension FaultTruth {
  func isOne(of kinds: Set<Fault.Kind>) -> Bool { Fault.Kind(rawValue: fault).map(kinds.contains) ?? false }

  /// The key of the row.
  var key: String? { row?.values.compactMap(\.self).first }

  /// `I KEY`, of a fault in a row.
  var name: String? { key.map { "\(op ?? "") \($0)" } }

  /// `I KEY`: the rows of ours in the object, each as often as it is there.
  func ownRows(_ record: LedgerRecord) -> [String] {
    (rows ?? []).compactMap { row in row.name.map { "\(row.op) \($0)" } }.filter(record.isOurs)
  }
}

extension FaultRow {
  /// The key of the row.
  var name: String? { key.values.compactMap(\.self).first }
}
