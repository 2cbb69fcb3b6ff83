import DMS
import Ledger
import ObjectStorage
import Time

/// What a listing of a table's prefix brought to light.
struct ListingResult: Sendable {
  /// The listing's number.
  var number: Int64 = 0
  /// Whether the whole prefix was listed.
  var isFull = false
  /// Objects that it named.
  var listed = 0
  /// Of these, not known before.
  var new = 0
  /// Of these, objects of the full load.
  var newLoads = 0
  /// The generations whose objects of the full load were written over.
  var replacedLoads: Set<Int64> = []
  /// Whether known objects were not named.
  var hasAbsent = false
  /// Requests that it took.
  var requests = 0
  /// Findings that are new.
  var newFindings: [FindingID] = []
}

/// Lists the objects of a table and compares them with those that the ledger knows, page by page.
struct TableListing {
  let store: any ObjectStore
  let ledger: LedgerStore
  let context: TableContext
  let run: RunID
  let clock: any WallClock

  /// Lists the table's prefix, or only what comes after the newest object less an overlap.
  func list(full: Bool, overlap: Duration) async throws -> ListingResult {
    let context = context
    var inventory = try ledger.write(durably: false) { session in
      var inventory = try session.inventory(bucket: context.bucket, table: context.table.id)
      inventory.listings += 1
      try session.record(inventory, bucket: context.bucket, table: context.table.id)
      return inventory
    }
    var result = ListingResult()
    result.number = inventory.listings
    result.isFull = true
    let from = full ? nil : inventory.newestPlace.map { $0 - overlap }
    for location in context.locations {
      let start = from.flatMap { location.startAfter(changesNamedFrom: $0) }
      if start != nil { result.isFull = false }
      var last = start ?? location.prefix
      for try await page in store.list(prefix: location.prefix, startAfter: start) {
        result.requests += 1
        try requireOrder(of: page, after: last, location.prefix)
        let end = page.next == nil ? TableListing.end(of: location.prefix) : page.objects.last?.key ?? last
        let objects = try await confirmed(page.objects, after: last, through: end)
        let newest = try merge(
          objects, in: location, after: last, through: end, forgotten: inventory.forgottenBefore,
          into: &result)
        if let newest { inventory.newestPlace = max(inventory.newestPlace ?? newest, newest) }
        last = end
      }
    }
    let now = clock.now()
    let (newest, isFull) = (inventory.newestPlace, result.isFull)
    try ledger.write(durably: false) { session in
      // Read again: observations made meanwhile may have changed what they keep in it.
      var inventory = try session.inventory(bucket: context.bucket, table: context.table.id)
      inventory.newestPlace = newest
      if isFull { inventory.lastFullAt = now }
      try session.record(inventory, bucket: context.bucket, table: context.table.id)
    }
    return result
  }

  /// Refuses a server that does not list keys in order, as some kinds of buckets do not: what a page leaves out
  /// would be taken for gone.
  private func requireOrder(of page: ListPage, after last: String, _ prefix: String) throws(StorageError) {
    var last = last
    for object in page.objects {
      guard !object.key.utf8.lexicographicallyPrecedes(last.utf8) else {
        throw StorageError(
          .unsupported, .list, store: store.name, key: prefix,
          detail: "it lists keys out of order, \(object.key) after \(last)")
      }
      last = object.key
    }
  }

  /// A key after all that begin with `prefix`, which ends in "/".
  private static func end(of prefix: String) -> String {
    // "0" follows "/" in ASCII.
    String(prefix.dropLast()) + "0"
  }

  /// Compares a page with what is known of its part of the keys, and records the difference.
  ///
  /// - Returns: the latest time in a name of changes.
  private func merge(
    _ objects: [ListedObject], in location: TableLocation, after: String, through: String,
    forgotten: Timestamp?, into result: inout ListingResult
  ) throws -> Timestamp? {
    let now = clock.now()
    let (context, number) = (context, result.number)
    let reporter = ObjectReporter(context: context, run: run, now: now)
    var page = ListingResult()
    var newest: Timestamp?
    try ledger.write(durably: false) { session in
      var known = Dictionary(
        uniqueKeysWithValues: try session.presentObjects(
          bucket: context.bucket, after: after, through: through
        ).map { ($0.entry.key, $0) })
      for object in objects {
        guard let entry = entry(for: object, in: location) else { continue }
        page.listed += 1
        if entry.kind == .changes, let forgotten, entry.lastModified < forgotten, known[entry.key] == nil {
          continue
        }
        if entry.kind == .changes {
          // A name of a time to come must not keep listings from what is written until then.
          let place = min(Timestamp(microseconds: entry.place), entry.lastModified)
          newest = max(newest ?? place, place)
        }
        if let before = known.removeValue(forKey: entry.key) {
          let isSame =
            before.entry.etag == entry.etag
            && (entry.kind != .load || before.entry.lastModified == entry.lastModified)
          if isSame { continue }
          page.newFindings += try replace(before, reporter: reporter, in: session)
          if entry.kind == .load, let generation = before.generation {
            page.replacedLoads.insert(generation)
          }
        } else if try number > 1 && isBack(entry, reporter, in: session) {
          // In a first listing nothing can be back.
          continue
        }
        page.new += 1
        if entry.kind == .load { page.newLoads += 1 }
        try session.add(
          entry, bucket: context.bucket, table: context.table.id, listing: number, now: now)
        if entry.kind == .other, let added = try session.object(bucket: context.bucket, key: entry.key) {
          page.newFindings += try reporter.reportObject(
            .foreignName, added, "\(entry.key) has a name that DMS gives to no object", in: session)
          try session.setState(.observed, ofObject: added.id)
        }
      }
      for object in known.values {
        page.hasAbsent = true
        try session.setState(.absent, ofObject: object.id)
      }
      if page.hasAbsent || !page.replacedLoads.isEmpty {
        // Until a whole listing has come to its end, the next one is to be whole.
        var inventory = try session.inventory(bucket: context.bucket, table: context.table.id)
        inventory.lastFullAt = nil
        try session.record(inventory, bucket: context.bucket, table: context.table.id)
      }
    }
    result.listed += page.listed
    result.new += page.new
    result.newLoads += page.newLoads
    result.replacedLoads.formUnion(page.replacedLoads)
    result.hasAbsent = result.hasAbsent || page.hasAbsent
    result.newFindings += page.newFindings
    return newest
  }

  /// Takes an object that was gone and is listed again for what it was, where nothing says that it is another.
  ///
  /// - Returns: whether it needs not be read.
  private func isBack(
    _ entry: ListedEntry, _ reporter: ObjectReporter, in session: LedgerSession
  ) throws -> Bool {
    let gone = try session.goneObjects(bucket: context.bucket, key: entry.key)
    guard !gone.isEmpty else { return false }
    for object in gone {
      try reporter.resolveVanished(object, because: "\(entry.key) is back", in: session)
    }
    // What a generation before had read was taken back with it.
    let current = try session.currentGeneration(bucket: context.bucket, table: context.table.id)
    guard
      let same = gone.first(where: {
        $0.entry.etag == entry.etag && $0.entry.lastModified == entry.lastModified
          && $0.generation == current?.id
      }), try session.isObserved(same.id)
    else { return false }
    try session.setState(.observed, ofObject: same.id)
    return true
  }

  /// An object was written over: what it delivered is to be found again.
  private func replace(
    _ object: KnownObject, reporter: ObjectReporter, in session: LedgerSession
  ) throws -> [FindingID] {
    try session.setState(.replaced, ofObject: object.id)
    try reporter.resolveAll(about: object, because: "\(object.entry.key) was written over", in: session)
    switch object.entry.kind {
    case .load:
      _ = try session.takeBackDeliveries(ofObject: object.id, to: .reopened)
      return []
    case .changes, .other:
      // Their lag is known. What is not found again, the order of commits or the deadline tells.
      let count = try session.takeBackDeliveries(ofObject: object.id, to: .reopened)
      return try reporter.reportObject(
        .overwrittenObject, object,
        "\(object.entry.key) was written over after it was read; it had delivered "
          + counted(count, "operation"), in: session)
    }
  }

  /// What a listed key is to the table; nil of what is none of its objects.
  private func entry(for object: ListedObject, in location: TableLocation) -> ListedEntry? {
    var kind = ObjectKind.other
    var place: Int64 = 0
    switch location.classify(object.key) {
    case .object(let name, _):
      switch name.kind {
      case .fullLoad(let number, let segment):
        kind = .load
        place = Int64(segment ?? 0) << 32 | Int64(number)
      case .changes(let civil), .transactions(let civil):
        kind = .changes
        place = context.closingTime(civil, modified: object.lastModified).microseconds
      }
    case .foreign: break
    case .ignored, .elsewhere: return nil
    }
    return ListedEntry(
      key: object.key, etag: object.etag.rawValue, size: object.size, lastModified: object.lastModified,
      kind: kind, place: place)
  }
}
