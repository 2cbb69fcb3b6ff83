import Ledger
import Time

/// Below level keys, no row is looked at: what an object holds is compared, by number, with what was
/// committed in the span of its commit times.
///
/// A transaction may be split between two objects, so an object is compared when the one after it is known:
/// then only a commit time that both share is uncertain. What was committed between two objects must be in
/// neither. Only for tables of ours alone: in a shared one the rows of others count too.
struct CountComparison {
  let context: TableContext

  /// Compares the objects that a newly recorded one gives a neighbour to, and the hole before it.
  ///
  /// - Returns: what is wrong, by object.
  func compare(
    around object: KnownObject, in session: LedgerSession
  ) throws -> [(object: KnownObject, tally: ObjectTally)] {
    guard !context.isShared, let generation = object.generation,
      let own = try session.countedObject(object.id)
    else { return [] }
    let before = try session.countedObject(
      before: object.entry.place, key: object.entry.key, generation: generation)
    let after = try session.countedObject(
      after: object.entry.place, key: object.entry.key, generation: generation)
    var results: [(object: KnownObject, tally: ObjectTally)] = []
    if let before {
      let earlier = try session.countedObject(
        before: before.object.entry.place, key: before.object.entry.key, generation: generation)
      results.append((before.object, try compare(before, after: earlier, before: own, in: session)))
      results.append((object, try hole(between: before, and: own, in: session)))
    }
    if let after {
      results.append((object, try compare(own, after: before, before: after, in: session)))
      results.append((after.object, try hole(between: own, and: after, in: session)))
    }
    return results.filter { !$0.tally.troubles.isEmpty }
  }

  /// Compares the newest object of a generation, once no other can have a part of its last transaction.
  ///
  /// - Returns: what is wrong with it; nil where there is none, or nothing is.
  func compareNewest(
    of generation: Generation, in session: LedgerSession
  ) throws -> (object: KnownObject, tally: ObjectTally)? {
    guard !context.isShared, let place = generation.lastPlace,
      let newest = try session.countedObject(before: .max, generation: generation.id),
      newest.object.entry.place == place
    else { return nil }
    let before = try session.countedObject(
      before: place, key: newest.object.entry.key, generation: generation.id)
    let tally = try compare(newest, after: before, before: nil, in: session)
    return tally.troubles.isEmpty ? nil : (newest.object, tally)
  }

  private func compare(
    _ object: CountedObject, after before: CountedObject?, before after: CountedObject?,
    in session: LedgerSession
  ) throws -> ObjectTally {
    var tally = ObjectTally()
    guard let operations = try operations(from: object.firstCommit, to: object.lastCommit, in: session) else {
      return tally
    }
    var least: [OperationKind] = []
    var most: [OperationKind] = []
    for (operation, commit) in operations {
      most.append(operation.kind)
      let isShared = [before?.lastCommit, after?.firstCommit].contains { time in
        time.map { commit.earliest <= $0 && $0 <= commit.latest } ?? false
      }
      // Before the first object nothing tells where in its first transaction it begins.
      let isFirst = before == nil && commit.earliest <= object.firstCommit
      if !isShared, !isFirst { least.append(operation.kind) }
    }
    func tell(_ found: Int64, _ kind: OperationKind?) {
      let lost = Int64(least.count { kind == nil || $0 == kind }) - found
      let surplus = found - Int64(most.count { kind == nil || $0 == kind })
      if lost > 0 { tally.add(.lostRows, count: Int(lost), commit: object.lastCommit) }
      if surplus > 0 { tally.add(.duplicateRows, count: Int(surplus), commit: object.lastCommit) }
    }
    if context.request.level == .ops {
      tell(object.inserts, .insert)
      tell(object.updates, .update)
      tell(object.deletes, .delete)
    } else {
      tell(object.rows, nil)
    }
    return tally
  }

  private func hole(
    between before: CountedObject, and after: CountedObject, in session: LedgerSession
  ) throws -> ObjectTally {
    var tally = ObjectTally()
    let operations = try operations(from: before.lastCommit, to: after.firstCommit, in: session) ?? []
    for (operation, commit) in operations
    where commit.earliest > before.lastCommit && commit.latest < after.firstCommit {
      tally.add(
        .lostRows,
        FindingRow(
          kind: operation.kind,
          key: RowIdentity(tag: context.request.tag, sequence: operation.sequence).description,
          version: operation.version, xid: operation.xid, object: after.object.entry.key),
        commit: commit.latest)
    }
    return tally
  }

  /// The operations committed in a span; nil where PostgreSQL's clock was set back across it: then other transactions
  /// have the same times, and numbers prove nothing.
  private func operations(
    from start: Timestamp, to end: Timestamp, in session: LedgerSession
  ) throws -> [(operation: KnownOperation, commit: CommitTime)]? {
    let found: [(operation: KnownOperation, commit: CommitTime)] = try session.operations(
      table: context.table.id, committedFrom: start, to: end
    ).compactMap { operation in
      guard context.expectedKinds.contains(operation.kind), let commit = operation.commit else { return nil }
      return (operation, commit)
    }
    let ordered = found.sorted { $0.operation.id < $1.operation.id }
    let ascends = zip(ordered, ordered.dropFirst()).allSatisfy { $0.commit.earliest <= $1.commit.latest }
    return ascends ? found : nil
  }
}
