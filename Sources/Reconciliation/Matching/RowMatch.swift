import Ledger
import Time

/// Which operation a row of changes is the delivery of, or of which operations a load's row is the trace.
enum RowMatch: Hashable {
  /// An operation of the ledger, and in what the row differs from it.
  case operation(KnownOperation, Differences)
  /// A row that carries our tag, which no operation of the ledger explains.
  case unexpected(UnexpectedRow)
  /// A row of an operation that retention may have dropped.
  case forgotten
}

/// In what a row differs from the operation that it delivers.
struct Differences: Hashable {
  /// The row's Op is another.
  var operation = false
  /// One bit a column of the digest.
  var columns: UInt64 = 0
  /// The row's commit time is outside the bounds of its transaction's.
  var timestamp = false
}

/// Why a row with our tag is not expected.
enum UnexpectedRow: Hashable {
  /// Its sequence number was not given yet: by this ledger.
  case neverGiven
  /// Its sequence number was given, and nothing was ever recorded of it.
  case neverWritten
  /// The row is known, and this change of it is not.
  case unknownChange
  /// It belongs to another table.
  case otherTable

  /// What it is told as.
  ///
  /// That nothing at all is recorded of a row with our tag no stranger brings about: intents are recorded before
  /// rows are written, and the tag is this ledger's own. A change of a row of ours a stranger may make as well.
  var finding: FindingKind {
    switch self {
    case .neverGiven, .neverWritten: .otherLedger
    case .unknownChange: .unknownChanges
    case .otherTable: .unexpectedRows
    }
  }
}

/// Finds the operation of a row among those that the ledger has on the row's key, without I/O.
struct RowMatcher {
  /// The table's number.
  var table: Int64
  /// The precision of versions in the object, in microseconds.
  var precision: Int64
  /// How far a commit time may be outside the bounds that the ledger has.
  var tolerance = Duration.seconds(1)
  /// The first sequence number that was not given yet.
  var nextSequence: Int64
  /// Operations with a version before this may have been dropped.
  var prunedBefore: Timestamp?
  /// Places in the digest of the columns that the object lacks.
  var absentColumns: UInt64 = 0
  /// The place of the version among the digest's columns, where it is one of them.
  var versionColumn: Int?
  /// What a row of changes without an Op may be.
  var unmarkedKinds: Set<OperationKind> = [.insert, .update]

  /// The operation of a row of changes.
  ///
  /// - Parameters:
  ///   - known: all operations of the row's key, in ledger order.
  ///   - isDelivered: whether an object of changes delivered the operation before.
  func matchChange(
    _ row: ObservedRow, among known: [KnownOperation], isDelivered: (KnownOperation) throws -> Bool
  ) rethrows -> RowMatch {
    guard !known.isEmpty else { return unexplained(row) }
    guard known.contains(where: { $0.table == table }) else { return .unexpected(.otherTable) }
    switch row.op {
    case .operation(.delete):
      if let match = try flippedDelete(row, among: known, isDelivered: isDelivered) { return match }
      if let delete = deletion(in: known) {
        return .operation(delete, differences(row, delete, comparesValues: false))
      }
    case .operation(let kind):
      let others = known.filter { $0.kind != kind && $0.kind != .delete }
      if let match = try byVersion(row, known.filter { $0.kind == kind }, isDelivered)
        ?? byVersion(row, others, isDelivered)
      {
        if let delete = try toldDelete(row, insteadOf: match, known, isDelivered) { return delete }
        return try isByAnotherHand(row, match, isDelivered) ? .unexpected(.unknownChange) : match
      }
      // A delete's row has the key alone.
      if row.version == nil, let delete = deletion(in: known),
        isCommitted(delete, at: row.commit) || row.commit == nil
      {
        return .operation(delete, differences(row, delete, comparesValues: false))
      }
      if let match = try byResemblance(row, known.filter { $0.kind == kind }, isDelivered) { return match }
    case .none, .other:
      let candidates = known.filter { $0.kind != .delete }
      if let match = try byVersion(row, candidates, isDelivered) { return match }
      if let match = try byResemblance(row, candidates, isDelivered) { return match }
    }
    return wasPruned(row) ? .forgotten : .unexpected(.unknownChange)
  }

  /// The operation that left a load's row as it is.
  func matchLoad(_ row: ObservedRow, among known: [KnownOperation]) -> RowMatch {
    guard !known.isEmpty else { return unexplained(row) }
    guard known.contains(where: { $0.table == table }) else { return .unexpected(.otherTable) }
    // The last first: of operations that cannot be told apart, the row is the trace of the last.
    let candidates = known.filter { $0.kind != .delete }.reversed() as [KnownOperation]
    if let match = byVersion(row, candidates, { _ in false }) { return match.ofLoad(row) }
    if let match = byResemblance(row, candidates, { _ in false }) { return match.ofLoad(row) }
    return wasPruned(row) ? .forgotten : .unexpected(.unknownChange)
  }

  /// Whether `version` of the ledger is `row`'s, at the precision of the object.
  private func isSame(_ version: Timestamp, _ other: Timestamp) -> Bool {
    cut(version) == cut(other)
  }

  private func cut(_ time: Timestamp) -> Int64 {
    let (quotient, remainder) = time.microseconds.quotientAndRemainder(dividingBy: precision)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// By the version; of several that share it at the object's precision, the first that was not delivered
  /// and has the row's values.
  private func byVersion(
    _ row: ObservedRow, _ candidates: [KnownOperation], _ isDelivered: (KnownOperation) throws -> Bool
  ) rethrows -> RowMatch? {
    guard let version = row.version else { return nil }
    let same = candidates.filter { isSame($0.version, version) }
    guard let first = same.first else { return nil }
    guard same.count > 1 else { return .operation(first, differences(row, first)) }
    let ranked = try same.map { operation in
      (operation, differences(row, operation), try isDelivered(operation))
    }
    func rank(_ entry: (KnownOperation, Differences, Bool)) -> Int {
      (entry.0.state == .aborted ? 4 : 0) + (entry.2 ? 2 : 0) + (entry.1.columns == 0 ? 0 : 1)
    }
    guard let best = ranked.min(by: { rank($0) < rank($1) }) else { return nil }
    return .operation(best.0, best.1)
  }

  /// Where the version itself was altered: by the commit time, or where none is known the values, of operations not
  /// delivered yet; else by both, of one that was delivered just so and comes again.
  private func byResemblance(
    _ row: ObservedRow, _ candidates: [KnownOperation], _ isDelivered: (KnownOperation) throws -> Bool
  ) rethrows -> RowMatch? {
    var (delivered, open): ([KnownOperation], [KnownOperation]) = ([], [])
    for operation in candidates {
      if try isDelivered(operation) { delivered.append(operation) } else { open.append(operation) }
    }
    let again = resembling(row, delivered, needsBoth: true)
    guard let first = resembling(row, open, needsBoth: false) else { return again }
    // One that was committed nearer to the row's time comes again, whatever else was not delivered: a load covers what
    // was committed shortly before it.
    if case .operation(let first, _) = first, case .operation(let repeated, _)? = again,
      let far = distance(of: first, from: row.commit), let near = distance(of: repeated, from: row.commit),
      near < far
    {
      return again
    }
    return first
  }

  private func resembling(
    _ row: ObservedRow, _ candidates: [KnownOperation], needsBoth: Bool
  ) -> RowMatch? {
    var best: (operation: KnownOperation, differences: Differences, rank: (Int, Duration))?
    for operation in candidates {
      let differences = differences(row, operation)
      if let digest = row.digest {
        let columns = digest.bytes.count / 4
        let isNear = differences.columns.nonzeroBitCount * 2 <= columns
        // Where times are known, they tell: somebody else's change of the row has nearly its values too.
        let hasTimes = row.commit != nil && operation.commit != nil
        let isThen = hasTimes ? isCommitted(operation, at: row.commit) : isNear
        guard needsBoth ? isNear && hasTimes && isThen : isThen else { continue }
      } else {
        guard isCommitted(operation, at: row.commit) else { continue }
      }
      // Of those that resemble it alike, the one that was committed then: another, near by, may be of before the load.
      let rank = (differences.columns.nonzeroBitCount, distance(of: operation, from: row.commit) ?? .zero)
      if let best, best.rank <= rank { continue }
      best = (operation, differences, rank)
    }
    return best.map { .operation($0.operation, $0.differences) }
  }

  /// A row marked D that holds an insert's or update's values: another Op, unless it is the delete of a
  /// table with REPLICA IDENTITY FULL, whose rows hold the values before.
  private func flippedDelete(
    _ row: ObservedRow, among known: [KnownOperation], isDelivered: (KnownOperation) throws -> Bool
  ) rethrows -> RowMatch? {
    guard
      case .operation(let operation, let differences)? = try byVersion(
        row, known.filter { $0.kind != .delete }, isDelivered), operation.state != .covered,
      try !isDelivered(operation)
    else { return nil }
    if let delete = deletion(in: known) {
      // Without times, what the row says that it is counts.
      guard try row.commit != nil || isDelivered(delete) else { return nil }
      // An update is delivered before the delete that may follow it in its transaction.
      guard
        distance(of: operation, from: row.commit) ?? .zero <= distance(of: delete, from: row.commit) ?? .zero
      else { return nil }
    }
    return .operation(operation, differences)
  }

  /// The delete that a row with an update's Op is of: with REPLICA IDENTITY FULL it has the values of the change
  /// before, and the commit time of the delete.
  private func toldDelete(
    _ row: ObservedRow, insteadOf match: RowMatch, _ known: [KnownOperation],
    _ isDelivered: (KnownOperation) throws -> Bool
  ) rethrows -> RowMatch? {
    guard case .operation(let operation, _) = match, let delete = deletion(in: known),
      isCommitted(delete, at: row.commit), try !isDelivered(delete),
      distance(of: delete, from: row.commit) ?? .zero < distance(of: operation, from: row.commit) ?? .zero
    else { return nil }
    return .operation(delete, differences(row, delete, comparesValues: false))
  }

  /// Whether another transaction than the operation's made a row that has its version.
  ///
  /// It was committed at another time, and has another Op, or other values than those that arrived before: somebody
  /// changed the row and left its version. A delivery gone wrong still has its commit's time, or its Op and values.
  private func isByAnotherHand(
    _ row: ObservedRow, _ match: RowMatch, _ isDelivered: (KnownOperation) throws -> Bool
  ) rethrows -> Bool {
    guard case .operation(let operation, let differences) = match, differences.timestamp else { return false }
    if differences.operation { return true }
    return try differences.columns != 0 && (operation.state == .covered || isDelivered(operation))
  }

  /// The delete of a key: of several, all but one were rolled back.
  private func deletion(in known: [KnownOperation]) -> KnownOperation? {
    known.first { $0.kind == .delete && $0.state != .aborted } ?? known.first { $0.kind == .delete }
  }

  private func differences(
    _ row: ObservedRow, _ operation: KnownOperation, comparesValues: Bool = true
  ) -> Differences {
    var differences = Differences()
    switch row.op {
    case .operation(let kind): differences.operation = kind != operation.kind
    case .other: differences.operation = true
    case .none: differences.operation = !unmarkedKinds.contains(operation.kind)
    }
    if comparesValues, operation.kind != .delete, let digest = row.digest {
      for column in digest.differingColumns(from: operation.digest) where column < 64 {
        differences.columns |= 1 << UInt64(column)
      }
      differences.columns &= ~(absentColumns | row.unverified)
    }
    // The version is looked at where values are not, too; a row that has none has lost it.
    if comparesValues, operation.kind != .delete, row.digest == nil, let column = versionColumn, column < 64,
      row.version.map({ !isSame(operation.version, $0) }) ?? true
    {
      differences.columns |= 1 << UInt64(column)
    }
    differences.timestamp = distance(of: operation, from: row.commit).map { $0 > tolerance } ?? false
    return differences
  }

  /// How far a commit time is outside the bounds of an operation's.
  private func distance(of operation: KnownOperation, from time: Timestamp?) -> Duration? {
    guard let time, let commit = operation.commit else { return nil }
    return max(commit.earliest - time, time - commit.latest, .zero)
  }

  private func isCommitted(_ operation: KnownOperation, at time: Timestamp?) -> Bool {
    distance(of: operation, from: time).map { $0 <= tolerance } ?? false
  }

  private func unexplained(_ row: ObservedRow) -> RowMatch {
    if row.sequence >= nextSequence { return .unexpected(.neverGiven) }
    // Of a pruned row's delete only the key is known, which says nothing of its age.
    return wasPruned(row) || (prunedBefore != nil && row.version == nil)
      ? .forgotten : .unexpected(.neverWritten)
  }

  private func wasPruned(_ row: ObservedRow) -> Bool {
    guard let prunedBefore, let version = row.version else { return false }
    return version < prunedBefore
  }
}

extension RowMatch {
  /// A load's row has the time of its transfer, which is no commit time, and the Op I, or none.
  fileprivate func ofLoad(_ row: ObservedRow) -> RowMatch {
    guard case .operation(let operation, var differences) = self else { return self }
    differences.timestamp = false
    differences.operation = row.op != .none && row.op != .operation(.insert)
    return .operation(operation, differences)
  }
}
