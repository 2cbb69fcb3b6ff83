import DMS
import Ledger

/// Numbers that are missing before the highest one, in each series of the load's objects.
extension ListingClosure {
  /// Reports the gaps in a load's numbers, or that there are none any more.
  func reportGaps(_ listing: ListingResult, in session: LedgerSession) throws -> [FindingID] {
    let (bucket, table) = (context.bucket, context.table.id)
    guard let current = try session.currentGeneration(bucket: bucket, table: table) else { return [] }
    // Of a load that is as it was nothing new can be said: a run costs what is new.
    let load = "\(current.number) \(current.loadObjects) \(current.hasChanges)"
    var inventory = try session.inventory(bucket: bucket, table: table)
    let isSame = inventory.checkedLoad == load && listing.newLoads == 0 && !listing.hasAbsent
    guard !isSame || !listing.replacedLoads.isEmpty else { return [] }
    var series: [String: LoadNumbers] = [:]
    var isSettled = true
    // What a load before left in place, where it is not made over yet, is there to be read.
    try session.forEachLoadObject(bucket: bucket, table: table, generation: current.id) { key, number in
      guard case .object(let name, let folder) = context.location.classify(key),
        case .fullLoad(let place, let segment) = name.kind
      else { return }
      let isOld = number < listing.number || current.hasChanges
      isSettled = isSettled && isOld
      let start = (folder.map { $0 + "/" } ?? "") + (segment.map { "SEGMENT\($0)_" } ?? "")
      series[start, default: LoadNumbers()].add(place, isOld: isOld)
    }
    inventory.checkedLoad = isSettled ? load : nil
    try session.record(inventory, bucket: bucket, table: table)
    return try report(series, of: current, in: session)
  }

  /// Resolves that a load had gaps.
  func resolveGaps(
    of generation: Generation, because reason: String = "the table was loaded afresh",
    in session: LedgerSession
  ) throws {
    guard let finding = try session.finding(identity: gapIdentity(generation)), finding.state != .resolved
    else { return }
    try session.resolve(finding.id, because: reason, now: now)
  }

  private func gapIdentity(_ generation: Generation) -> String {
    "load-gap/\(context.bucket)/\(context.table.id)/\(generation.number)"
  }

  private func report(
    _ series: [String: LoadNumbers], of current: Generation, in session: LedgerSession
  ) throws -> [FindingID] {
    let identity = gapIdentity(current)
    var (count, names): (Int, [String]) = (0, [])
    for (start, numbers) in series.sorted(by: { $0.key < $1.key }) {
      let missing = numbers.missing(naming: 5)
      count += missing.count
      names += missing.first.map { number in
        let digits = String(number, radix: 16, uppercase: true)
        return start + "LOAD" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
      }
    }
    guard count > 0 else {
      try resolveGaps(of: current, because: "the load's numbers are whole", in: session)
      return []
    }
    let named = names.prefix(5).joined(separator: ", ") + (count > 5 ? " ..." : "")
    let found = try session.report(
      FindingReport(
        kind: .loadGap, severity: .critical, table: context.table.id, object: context.location.prefix,
        identity: identity,
        summary: "\(counted(count, "object")) of the full load of \(context.name) "
          + "\(count == 1 ? "is" : "are") not in the bucket: \(named)"),
      run: run, now: now)
    return found.isNew ? [found.id] : []
  }
}

/// The numbers of one series of a load's objects.
private struct LoadNumbers {
  private var numbers: [UInt32] = []
  /// The highest of those that a listing before this one named, or that changes followed.
  private var last: UInt32 = 0

  mutating func add(_ number: UInt32, isOld: Bool) {
    numbers.append(number)
    if isOld { last = max(last, number) }
  }

  /// How many numbers from 1 to the last are not there, and the first of them; a name may have any number.
  func missing(naming limit: Int) -> (count: Int, first: [UInt32]) {
    var (count, first): (Int, [UInt32]) = (0, [])
    var next: UInt32 = 1
    for number in numbers.sorted() where number <= last && number >= next {
      count += Int(number - next)
      first += (next..<number).prefix(limit - first.count)
      next = number &+ 1
    }
    return (count, first)
  }
}
