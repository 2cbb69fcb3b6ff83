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
    var new = try ledger.write(durably: false) { session in try startGeneration(listing, in: session) }
    let expiry = try ledger.read { session in try self.expiry(in: session) }
    let isOpen = try ledger.write(durably: false) { session in
      try waitsForAbsent(listing, expired: expiry != nil, in: session)
    }
    guard !isOpen else { return new }
    var named = 0
    while true {
      let before = named
      let (found, count) = try ledger.write(durably: false) { session in
        try closeAbsent(named: before, expired: expiry, in: session)
      }
      new += found
      named += count
      if count < ListingClosure.batch { break }
    }
    if let expiry, named > 0 {
      let number = named
      new += try ledger.write(durably: false) { session in
        try reportExpiry(of: number, until: expiry, in: session)
      }
    }
    new += try ledger.write(durably: false) { session in try reportGaps(listing, in: session) }
    return new
  }

  private func startGeneration(_ listing: ListingResult, in session: LedgerSession) throws -> [FindingID] {
    let (bucket, table) = (context.bucket, context.table.id)
    let hasNewLoad = try session.hasNewLoad(bucket: bucket, table: table)
    guard let current = try session.currentGeneration(bucket: bucket, table: table) else {
      if try session.hasObjects(bucket: bucket, table: table) {
        _ = try session.startGeneration(bucket: bucket, table: table, run: run, now: now)
      }
      return []
    }
    let isReload = hasNewLoad && (current.hasChanges || listing.replacedLoad)
    // Changes stay where a load is made over; that all is gone means that the table was begun anew, or lost.
    let isEmptied =
      try !session.absentObjects(bucket: bucket, table: table, limit: 1).isEmpty
      && !session.hasObjects(bucket: bucket, table: table)
    let new = try followEmptying(current, hasNewLoad: hasNewLoad, in: session)
    guard isReload || isEmptied else { return new }
    let next = try session.startGeneration(bucket: bucket, table: table, run: run, now: now)
    if isEmptied { return allowsVanishedObjects ? new : try new + reportEmptying(next, in: session) }
    return try new + reportReload(next, in: session)
  }

  /// When the newest of the absent objects was written, where they went as a lifecycle rule of S3 takes them:
  /// by whole days, the eldest first, and none that is not a day old.
  private func expiry(in session: LedgerSession) throws -> Timestamp? {
    let bounds = try session.absenceBounds(bucket: context.bucket, table: context.table.id)
    guard let absent = bounds.newestAbsent, let present = bounds.eldestPresent else { return nil }
    func day(_ time: Timestamp) -> Int { CivilTime(utc: time).daysSince1970 }
    guard day(absent) <= day(present), now - (absent - (clocks.bucket?.offset ?? .zero)) >= .seconds(86_400)
    else { return nil }
    return absent
  }

  /// One finding for a table, of no weight: what they held was read while they were there.
  private func reportExpiry(
    of count: Int, until newest: Timestamp, in session: LedgerSession
  ) throws -> [FindingID] {
    let identity = "expired-objects/\(context.bucket)/\(context.table.id)"
    let found = try session.report(
      FindingReport(
        kind: .vanishedObject, severity: .notice, table: context.table.id, object: context.location.prefix,
        identity: identity,
        summary: "\(counted(count, "object")) of \(context.name) \(count == 1 ? "is" : "are") gone from the "
          + "bucket, written until \(newest): the eldest first, as a lifecycle rule takes them"),
      run: run, now: now)
    return found.isNew ? [found.id] : []
  }

  /// Closes objects that the listing did not name: those of an older generation went with it.
  private func closeAbsent(
    named before: Int, expired: Timestamp?, in session: LedgerSession
  ) throws -> (findings: [FindingID], count: Int) {
    let (bucket, table) = (context.bucket, context.table.id)
    let absent = try session.absentObjects(bucket: bucket, table: table, limit: ListingClosure.batch)
    let current = try session.currentGeneration(bucket: bucket, table: table)
    let reporter = ObjectReporter(context: context, run: run, now: now)
    var new: [FindingID] = []
    for (index, object) in absent.enumerated() {
      try session.setState(.vanished, ofObject: object.id)
      try reporter.resolveAll(about: object, because: "\(object.entry.key) is gone", in: session)
      guard object.generation == current?.id else {
        _ = try session.takeBackDeliveries(ofObject: object.id, to: .reopened)
        continue
      }
      guard !allowsVanishedObjects, expired == nil, object.entry.kind != .other,
        before + index < ListingClosure.namedObjects
      else { continue }
      let count = try session.deliveryCount(ofObject: object.id)
      new += try reporter.reportObject(
        .vanishedObject, object,
        "\(object.entry.key) is gone from the bucket; it had delivered \(counted(count, "operation"))",
        in: session)
    }
    return (new, absent.count)
  }
}
