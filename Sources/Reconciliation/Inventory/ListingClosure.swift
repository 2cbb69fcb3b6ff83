import DMS
import Ledger
import Time

/// Draws the conclusions of a listing that came to its end: a new generation, objects that are gone, numbers
/// that are missing among the load's objects.
struct ListingClosure {
  let context: TableContext
  let run: RunID
  let now: Timestamp
  let allowsVanishedObjects: Bool
  let clocks: ClockCorrection
  /// How long a table may stay empty that was not so before.
  let patience: Duration

  private static let batch = 1_000
  /// More objects than this that are gone at once are one finding.
  private static let namedObjects = 50

  /// Closes a listing.
  ///
  /// - Returns: the findings that are new.
  func close(_ listing: ListingResult, in ledger: LedgerStore) throws(LedgerError) -> [FindingID] {
    if try ledger.read({ session in try beginsGeneration(listing, in: session) != nil }) {
      try takeBackAllGone(in: ledger)
    }
    var new = try ledger.write(durably: false) { session in try startGeneration(listing, in: session) }
    let expiry = try ledger.read { session in try self.expiry(in: session) }
    let isOpen = try ledger.write(durably: false) { session in
      try waitsForAbsent(listing, expiry, in: session)
    }
    guard !isOpen else { return new }
    var closed = Closed()
    while true {
      let before = closed
      let (step, isLast) = try ledger.write(durably: false) { session in
        try closeAbsent(after: before, expiry, in: session)
      }
      closed = step
      if isLast { break }
    }
    new += closed.findings
    let sum = closed
    new += try ledger.write(durably: false) { session in
      try reportExpiry(sum, in: session) + reportGoing(expiry, listing, in: session)
        + reportUnnamed(sum, listing, in: session) + reportGaps(listing, in: session)
    }
    return new
  }

  /// What the closing of the absent objects came to.
  private struct Closed {
    var findings: [FindingID] = []
    /// Objects that are gone, of which each of the first has a finding of its own.
    var gone = 0
    /// Objects that a lifecycle rule has taken, and when the newest of them was written.
    var expired = 0
    var newestExpired: Timestamp?
  }

  /// Why a generation begins.
  private enum Beginning {
    /// The table was loaded again.
    case reload
    /// All of its objects are gone.
    case emptied
  }

  /// Whether a listing shows that the current generation has ended.
  private func beginsGeneration(_ listing: ListingResult, in session: LedgerSession) throws -> Beginning? {
    let (bucket, table) = (context.bucket, context.table.id)
    guard let current = try session.currentGeneration(bucket: bucket, table: table) else { return nil }
    // Changes stay where a load is made over; that all is gone means that the table was begun anew, or lost, or that
    // somebody takes away what was read, as he may.
    if try !allowsVanishedObjects && session.hasAbsent(bucket: bucket, table: table)
      && !session.hasObjects(bucket: bucket, table: table)
    {
      return .emptied
    }
    // What is made over of a load before joins the load that began.
    let isReload =
      try session.hasNewLoad(bucket: bucket, table: table)
      && (current.hasChanges || listing.replacedLoads.contains(current.id))
    return isReload ? .reload : nil
  }

  /// Takes back what all objects that are gone had delivered, before a generation begins: its load owes it, even where
  /// they went before it was known for a reload.
  private func takeBackAllGone(in ledger: LedgerStore) throws(LedgerError) {
    let reporter = ObjectReporter(context: context, run: run, now: now)
    var last: Int64 = 0
    while true {
      let after = last
      let gone = try ledger.write(durably: false) { session in
        let gone = try session.goneObjects(
          bucket: context.bucket, table: context.table.id, after: after, limit: ListingClosure.batch)
        for object in gone {
          _ = try session.takeBackDeliveries(ofObject: object.id, to: .reopened)
          try reporter.resolveVanished(object, because: "the table was loaded afresh", in: session)
        }
        return gone
      }
      guard gone.count == ListingClosure.batch, let end = gone.last else { return }
      last = end.id
    }
  }

  private func startGeneration(_ listing: ListingResult, in session: LedgerSession) throws -> [FindingID] {
    let (bucket, table) = (context.bucket, context.table.id)
    guard let current = try session.currentGeneration(bucket: bucket, table: table) else {
      if try session.hasObjects(bucket: bucket, table: table) {
        _ = try session.startGeneration(bucket: bucket, table: table, run: run, now: now)
      }
      return []
    }
    let hasNewLoad = try session.hasNewLoad(bucket: bucket, table: table)
    let beginning = try beginsGeneration(listing, in: session)
    let new = try followEmptying(current, hasNewLoad: hasNewLoad, in: session)
    guard let beginning else { return new }
    let next = try session.startGeneration(bucket: bucket, table: table, run: run, now: now)
    try resolveGaps(of: current, in: session)
    switch beginning {
    case .emptied: return try new + reportEmptying(next, in: session)
    case .reload: return try new + reportReload(next, in: session)
    }
  }

  private func expiry(in session: LedgerSession) throws -> Expiry {
    let bounds = try session.absenceBounds(bucket: context.bucket, table: context.table.id)
    guard bounds.newestAbsent != nil, let present = bounds.eldestPresent else { return Expiry() }
    let expiry = Expiry(eldestPresent: present, now: now + (clocks.bucket?.offset ?? .zero))
    guard let day = expiry.day, let going = try session.finding(identity: goingIdentity(day)),
      now - going.firstSeen > Expiry.patience
    else { return expiry }
    return expiry.withoutPatience()
  }

  /// One finding for a table, of no weight: what they held was read while they were there.
  private func reportExpiry(_ closed: Closed, in session: LedgerSession) throws -> [FindingID] {
    guard closed.expired > 0, let newest = closed.newestExpired, !allowsVanishedObjects else { return [] }
    return try reportVanished(
      "expired-objects/\(context.bucket)/\(context.table.id)", .notice,
      "\(counted(closed.expired, "object")) of \(context.name) \(closed.expired == 1 ? "is" : "are") gone from the "
        + "bucket, written until \(newest): the eldest first, as a lifecycle rule takes them", in: session)
  }

  /// Says that a day's objects are going, of no weight for as long as a lifecycle rule may be at work.
  private func reportGoing(
    _ expiry: Expiry, _ listing: ListingResult, in session: LedgerSession
  ) throws -> [FindingID] {
    let (bucket, table) = (context.bucket, context.table.id)
    // What goes, and what comes back, is seen where all is listed.
    guard listing.isFull else { return [] }
    for finding in try session.unresolvedFindings(.vanishedObject)
    where finding.identity.hasPrefix(goingPrefix) {
      let isGoing =
        try finding.identity == expiry.day.map(goingIdentity) && !expiry.going.isEmpty
        && session.hasAbsent(bucket: bucket, table: table)
      if !isGoing { try session.resolve(finding.id, because: "it is told what became of the day", now: now) }
    }
    guard let day = expiry.day, !expiry.going.isEmpty, !allowsVanishedObjects,
      let current = try session.currentGeneration(bucket: bucket, table: table)
    else { return [] }
    let count = try session.absentCount(
      bucket: bucket, table: table, generation: current.id, writtenIn: expiry.going)
    guard count > 0 else { return [] }
    return try reportVanished(
      goingIdentity(day), .notice,
      "\(counted(count, "object")) of \(context.name) written on \(DayPhrase(day)) \(count == 1 ? "is" : "are") gone from "
        + "the bucket, and others of that day are there: a lifecycle rule is at work, or they were deleted, which is "
        + "CRITICAL when it stays so for \(DurationPhrase(Expiry.patience))", in: session)
  }

  private var goingPrefix: String { "expiring-objects/\(context.bucket)/\(context.table.id)/" }

  private func goingIdentity(_ day: Int) -> String { goingPrefix + String(day) }

  /// One finding for the objects that are gone beyond those that have one each.
  private func reportUnnamed(
    _ closed: Closed, _ listing: ListingResult, in session: LedgerSession
  ) throws -> [FindingID] {
    let count = closed.gone - ListingClosure.namedObjects
    guard count > 0 else { return [] }
    return try reportVanished(
      "vanished-object/\(context.bucket)/\(context.table.id)/more/\(listing.number)", .critical,
      "\(counted(count, "more object")) of \(context.name) \(count == 1 ? "is" : "are") gone from the bucket",
      in: session)
  }

  private func reportVanished(
    _ identity: String, _ severity: FindingSeverity, _ summary: String, in session: LedgerSession
  ) throws -> [FindingID] {
    let found = try session.report(
      FindingReport(
        kind: .vanishedObject, severity: severity, table: context.table.id, object: context.location.prefix,
        identity: identity, summary: summary),
      run: run, now: now)
    return found.isNew ? [found.id] : []
  }

  /// Closes objects that the listing did not name: those of an older generation went with it.
  private func closeAbsent(
    after before: Closed, _ expiry: Expiry, in session: LedgerSession
  ) throws -> (closed: Closed, isLast: Bool) {
    let (bucket, table) = (context.bucket, context.table.id)
    let current = try session.currentGeneration(bucket: bucket, table: table)
    let absent = try session.absentObjects(
      bucket: bucket, table: table, generation: current?.id,
      leaving: allowsVanishedObjects ? expiry.expiredBefore..<expiry.expiredBefore : expiry.going,
      limit: ListingClosure.batch)
    let reporter = ObjectReporter(context: context, run: run, now: now)
    var closed = before
    for object in absent {
      try session.setState(.vanished, ofObject: object.id)
      try reporter.resolveAll(about: object, because: "\(object.entry.key) is gone", in: session)
      guard object.generation == current?.id else {
        _ = try session.takeBackDeliveries(ofObject: object.id, to: .reopened)
        continue
      }
      guard !allowsVanishedObjects, object.entry.kind != .other else { continue }
      let modified = object.entry.lastModified
      if modified < expiry.expiredBefore {
        closed.expired += 1
        closed.newestExpired = max(closed.newestExpired ?? modified, modified)
        continue
      }
      closed.gone += 1
      guard closed.gone <= ListingClosure.namedObjects else { continue }
      let count = try session.deliveryCount(ofObject: object.id)
      closed.findings += try reporter.reportObject(
        .vanishedObject, object,
        "\(object.entry.key) is gone from the bucket; it had delivered \(counted(count, "operation"))",
        in: session)
    }
    return (closed, absent.count < ListingClosure.batch)
  }
}
