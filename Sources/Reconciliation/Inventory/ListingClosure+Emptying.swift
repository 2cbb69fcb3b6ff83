import DMS
import Ledger
import Time

/// A table without objects that had some: a reload takes them away before it brings new ones, and a hand that
/// deletes them does the same. Only time, or changes without a load, tell one from the other.
extension ListingClosure {
  /// Whether objects are gone of which it is open whether they are lost.
  ///
  /// While a reload takes them away, a listing sees some gone, and the next more. What two runs in a row miss
  /// alike, or what goes on for too long, is a loss.
  func waitsForAbsent(
    _ listing: ListingResult, _ expiry: Expiry, in session: LedgerSession
  ) throws -> Bool {
    let (bucket, table) = (context.bucket, context.table.id)
    var inventory = try session.inventory(bucket: bucket, table: table)
    var count = 0
    if !allowsVanishedObjects, let current = try session.currentGeneration(bucket: bucket, table: table) {
      count = try session.absentCount(
        bucket: bucket, table: table, generation: current.id,
        writtenIn: expiry.goneFrom..<Timestamp(microseconds: .max))
    }
    // Objects that a part of a listing misses are counted when the whole was listed.
    guard count > 0 else {
      guard inventory.absentCount != nil else { return false }
      (inventory.absentCount, inventory.absentRun) = (nil, nil)
      try session.record(inventory, bucket: bucket, table: table)
      return false
    }
    let isSettled: Bool
    if let first = inventory.absentRun, first != run {
      let isOld = try session.start(of: first).map { now - $0 > patience } ?? true
      isSettled = inventory.absentCount == count || isOld
    } else {
      isSettled = false
    }
    if isSettled {
      (inventory.absentCount, inventory.absentRun) = (nil, nil)
    } else {
      (inventory.absentCount, inventory.absentRun) = (count, inventory.absentRun ?? run)
      // The next listing is to be whole again.
      inventory.lastFullAt = nil
    }
    try session.record(inventory, bucket: bucket, table: table)
    return !isSettled
  }

  /// Why it is open whether objects that are gone are lost; nil where it is not.
  func openReason(in session: LedgerSession) throws -> String? {
    let (bucket, table) = (context.bucket, context.table.id)
    if let count = try session.inventory(bucket: bucket, table: table).absentCount {
      return
        "\(counted(count, "object")) of \(context.name) \(count == 1 ? "is" : "are") gone from the bucket: a "
        + "reload is under way, or a loss, which the next run will tell"
    }
    guard let current = try session.currentGeneration(bucket: bucket, table: table),
      !allowsVanishedObjects, !current.hasLoad, !current.hasChanges,
      let emptied = try session.finding(identity: reloadIdentity(current)),
      try !session.hasObjects(bucket: bucket, table: table),
      try owesLoad(current, since: emptied.firstSeen, in: session)
    else { return nil }
    return "all objects of \(context.name) are gone from the bucket: a reload is under way, or they were "
      + "deleted, which is CRITICAL when no full load comes within \(DurationPhrase(patience))"
  }

  /// Says that the table is empty; what it means is open.
  func reportEmptying(_ generation: Generation, in session: LedgerSession) throws -> [FindingID] {
    try report(
      FindingReport(
        kind: .reload, severity: .notice, table: context.table.id, object: context.location.prefix,
        identity: reloadIdentity(generation),
        summary: "all objects of \(context.name) are gone from the bucket"),
      in: session)
  }

  /// Says that the table was loaded again.
  func reportReload(_ generation: Generation, in session: LedgerSession) throws -> [FindingID] {
    try report(
      FindingReport(
        kind: .reload, severity: .notice, table: context.table.id, identity: reloadIdentity(generation),
        summary: "\(context.name) was loaded afresh: generation \(generation.number) began"), in: session)
  }

  /// Looks again at a generation that began with an empty prefix: the load came, or what was there is lost.
  func followEmptying(
    _ generation: Generation, hasNewLoad: Bool, in session: LedgerSession
  ) throws -> [FindingID] {
    // Where it was decided that no load is owed, the finding is resolved.
    guard !generation.hasLoad, let emptied = try session.finding(identity: reloadIdentity(generation)),
      emptied.state != .resolved || hasNewLoad
    else { return [] }
    let identity =
      "vanished-object/\(context.bucket)/\(context.table.id)/all/\(generation.number)"
    if hasNewLoad {
      if let finding = try session.finding(identity: identity), finding.state != .resolved {
        try session.resolve(finding.id, because: "the table was loaded afresh", now: now)
      }
      return try reportReload(generation, in: session)
    }
    let hasObjects = try session.hasObjects(bucket: context.bucket, table: context.table.id)
    // All of them, or some, were put back.
    let isBack = try session.hasObjects(
      bucket: context.bucket, table: context.table.id, firstListedBefore: emptied.firstSeen)
    guard try !isBack && owesLoad(generation, since: emptied.firstSeen, in: session) else {
      guard hasObjects else { return [] }
      let reason = isBack ? "objects are back" : "the table had no rows"
      for finding in [emptied, try session.finding(identity: identity)] {
        if let finding, finding.state != .resolved {
          try session.resolve(finding.id, because: reason, now: now)
        }
      }
      return []
    }
    guard hasObjects || now - emptied.firstSeen > patience else { return [] }
    return try report(
      FindingReport(
        kind: .vanishedObject, severity: .critical, table: context.table.id, object: context.location.prefix,
        identity: identity,
        summary: "all objects of \(context.name) are gone from the bucket since \(emptied.firstSeen), and no "
          + "full load came after"), in: session)
  }

  /// Whether a table that was emptied owes a load: DMS writes no object for one without rows.
  private func owesLoad(
    _ generation: Generation, since emptied: Timestamp, in session: LedgerSession
  ) throws -> Bool {
    try context.isShared
      || session.mayHaveRows(table: context.table.id, insertedBefore: emptied, beside: generation.id)
  }

  private func report(_ report: FindingReport, in session: LedgerSession) throws -> [FindingID] {
    let found = try session.report(report, run: run, now: now)
    return found.isNew ? [found.id] : []
  }

  private func reloadIdentity(_ generation: Generation) -> String {
    "reload/\(context.bucket)/\(context.table.id)/\(generation.number)"
  }
}
