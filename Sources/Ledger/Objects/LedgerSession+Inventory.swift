import GRDB
package import Time

extension LedgerSession {
  /// The number of a bucket, by its location.
  package func bucket(_ location: String) throws -> Int64 {
    try execute("insert or ignore into bucket (location) values (?)", [location])
    let statement = try db.cachedStatement(sql: "select id from bucket where location = ?")
    guard let id = try Int64.fetchOne(statement, arguments: [location]) else {
      throw LedgerError(.corrupt, path: path)
    }
    return id
  }

  /// The number of a bucket that the ledger knows.
  package func knownBucket(_ location: String) throws -> Int64? {
    try Int64.fetchOne(
      db.cachedStatement(sql: "select id from bucket where location = ?"), arguments: [location])
  }

  /// The number of a table's bucket: one that the ledger has of this table alone under its location of before is
  /// renamed.
  package func bucket(_ location: String, of table: Int64, formerly former: String) throws -> Int64 {
    guard try knownBucket(location) == nil, let id = try bucket(ofTableAlone: table, at: former) else {
      return try bucket(location)
    }
    try execute("update bucket set location = ? where id = ?", [location, id])
    return id
  }

  /// The number of a table's bucket that the ledger knows, also under its location of before.
  package func knownBucket(_ location: String, of table: Int64, formerly former: String) throws -> Int64? {
    try knownBucket(location) ?? bucket(ofTableAlone: table, at: former)
  }

  private func bucket(ofTableAlone table: Int64, at location: String) throws -> Int64? {
    guard let id = try knownBucket(location) else { return nil }
    let tables = try Int64.fetchAll(
      db.cachedStatement(sql: "select table_id from inventory where bucket_id = ?"), arguments: [id])
    return tables == [table] ? id : nil
  }

  package func inventory(bucket: Int64, table: Int64) throws -> InventoryState {
    let statement = try db.cachedStatement(
      sql: "select * from inventory where bucket_id = ? and table_id = ?")
    guard let row = try Row.fetchOne(statement, arguments: [bucket, table]) else { return InventoryState() }
    return InventoryState(
      listings: row["listings"], lastFullAt: LedgerSession.time(row["last_full_at"]),
      newestPlace: LedgerSession.time(row["newest_place"]), columns: row["columns"],
      absentCount: row["absent_count"], absentRun: (row["absent_run"] as Int64?).map(RunID.init(rawValue:)),
      checkedLoad: row["checked_load"], forgottenBefore: LedgerSession.time(row["forgotten_before"]))
  }

  package func record(_ inventory: InventoryState, bucket: Int64, table: Int64) throws {
    try execute(
      """
      insert into inventory (bucket_id, table_id, listings, last_full_at, newest_place, columns,
        absent_count, absent_run, checked_load)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict do update set listings = excluded.listings, last_full_at = excluded.last_full_at,
        newest_place = excluded.newest_place, columns = excluded.columns,
        absent_count = excluded.absent_count, absent_run = excluded.absent_run,
        checked_load = excluded.checked_load
      """,
      [
        bucket, table, inventory.listings, inventory.lastFullAt?.microseconds,
        inventory.newestPlace?.microseconds, inventory.columns, inventory.absentCount,
        inventory.absentRun?.rawValue, inventory.checkedLoad,
      ])
  }

  /// The objects that should be listed with keys after `after` up to `through`, in the order of keys.
  package func presentObjects(bucket: Int64, after: String, through: String) throws -> [KnownObject] {
    let statement = try db.cachedStatement(
      sql: """
        select * from object where bucket_id = ? and key > ? and key <= ? and state in (0, 1, 2) order by key
        """)
    return try Row.fetchAll(statement, arguments: [bucket, after, through]).map(LedgerSession.object)
  }

  /// The objects of this key that are gone, of which one may be listed again.
  package func goneObjects(bucket: Int64, key: String) throws -> [KnownObject] {
    let statement = try db.cachedStatement(
      sql: "select * from object where bucket_id = ? and key = ? and state in (4, 5)")
    return try Row.fetchAll(statement, arguments: [bucket, key]).map(LedgerSession.object)
  }

  /// Whether the ledger has what was read of an object.
  package func isObserved(_ object: Int64) throws -> Bool {
    let statement = try db.cachedStatement(sql: "select 1 from observation where object_id = ?")
    return try Int.fetchOne(statement, arguments: [object]) != nil
  }

  /// The objects of a table that its last listing did not name, and that nobody was told of; of `generation`, those
  /// written within `leaving` are left out.
  package func absentObjects(
    bucket: Int64, table: Int64, generation: Int64?, leaving: Range<Timestamp>, limit: Int
  ) throws -> [KnownObject] {
    let statement = try db.cachedStatement(
      sql: """
        select * from object
        where bucket_id = ? and table_id = ? and state = 5
          and not (generation_id is ? and last_modified >= ? and last_modified < ?)
        order by id limit ?
        """)
    return try Row.fetchAll(
      statement,
      arguments: [
        bucket, table, generation, leaving.lowerBound.microseconds, leaving.upperBound.microseconds, limit,
      ]
    ).map(LedgerSession.object)
  }

  /// Whether a table has objects that its last listing did not name, and that nobody was told of.
  package func hasAbsent(bucket: Int64, table: Int64) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: "select 1 from object where bucket_id = ? and table_id = ? and state = 5 limit 1")
    return try Int.fetchOne(statement, arguments: [bucket, table]) != nil
  }

  /// How many objects of rows of a generation, written within `span`, the last listing did not name, and nobody was
  /// told of.
  package func absentCount(
    bucket: Int64, table: Int64, generation: Int64, writtenIn span: Range<Timestamp>
  ) throws -> Int {
    let statement = try db.cachedStatement(
      sql: """
        select count(*) from object
        where bucket_id = ? and table_id = ? and state = 5 and generation_id = ? and kind in (0, 1)
          and last_modified >= ? and last_modified < ?
        """)
    return try Int.fetchOne(
      statement,
      arguments: [bucket, table, generation, span.lowerBound.microseconds, span.upperBound.microseconds])
      ?? 0
  }

  /// When the newest of the objects that the last listing did not name was written, and, where there is one, the
  /// eldest of those that it named, by the bucket's clock.
  package func absenceBounds(bucket: Int64, table: Int64) throws -> (
    newestAbsent: Timestamp?, eldestPresent: Timestamp?
  ) {
    let absent = try Int64.fetchOne(
      db.cachedStatement(
        sql: "select max(last_modified) from object where bucket_id = ? and table_id = ? and state = 5"),
      arguments: [bucket, table])
    guard let absent else { return (nil, nil) }
    // By time, so that the search ends with the first one that is there.
    let present = try Int64.fetchOne(
      db.cachedStatement(
        sql: """
          select last_modified from object indexed by object_by_time
          where bucket_id = ? and table_id = ? and kind in (0, 1) and state in (0, 1, 2)
          order by last_modified limit 1
          """), arguments: [bucket, table])
    return (LedgerSession.time(absent), LedgerSession.time(present))
  }

  /// Whether an object of rows of a generation is no longer there.
  package func hasGoneObjects(bucket: Int64, table: Int64, generation: Int64) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: """
        select 1 from object
        where bucket_id = ? and table_id = ? and generation_id = ? and kind in (0, 1) and state in (4, 5)
        limit 1
        """)
    return try Int.fetchOne(statement, arguments: [bucket, table, generation]) != nil
  }

  /// Whether a table has any object of rows that is there.
  package func hasObjects(bucket: Int64, table: Int64) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: """
        select 1 from object where bucket_id = ? and table_id = ? and kind in (0, 1) and state in (0, 1, 2)
        limit 1
        """)
    return try Int.fetchOne(statement, arguments: [bucket, table]) != nil
  }

  /// Whether an object of rows is there that a listing had named before `time`, by this machine's clock.
  package func hasObjects(bucket: Int64, table: Int64, firstListedBefore time: Timestamp) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: """
        select 1 from object where bucket_id = ? and table_id = ? and kind in (0, 1) and state in (0, 1, 2)
          and first_listed_at < ? limit 1
        """)
    return try Int.fetchOne(statement, arguments: [bucket, table, time.microseconds]) != nil
  }

  /// The objects of a table that are gone, and of which deliveries are still told, in the order of their numbers.
  ///
  /// It passes all objects after `last`, so it is for what is rare.
  package func goneObjects(
    bucket: Int64, table: Int64, after last: Int64, limit: Int
  ) throws -> [KnownObject] {
    let statement = try db.cachedStatement(
      sql: """
        select * from object
        where id > ? and +bucket_id = ? and table_id = ? and state in (4, 5)
          and exists (select 1 from delivery d where d.object_id = object.id)
        order by id limit ?
        """)
    return try Row.fetchAll(statement, arguments: [last, bucket, table, limit]).map(LedgerSession.object)
  }

  package func add(_ entry: ListedEntry, bucket: Int64, table: Int64, listing: Int64, now: Timestamp) throws {
    // An object that was replaced or gone and is back with the ETag it had is read again.
    try execute(
      """
      insert into object (bucket_id, table_id, key, etag, size, last_modified, kind, place, state, listing,
        first_listed_at)
      values (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
      on conflict do update set state = 0, generation_id = null, size = excluded.size,
        last_modified = excluded.last_modified, listing = excluded.listing
      """,
      [
        bucket, table, entry.key, entry.etag, entry.size, entry.lastModified.microseconds,
        entry.kind.rawValue, entry.place, listing, now.microseconds,
      ])
  }

  package func setState(_ state: ObjectState, ofObject id: Int64) throws {
    try execute("update object set state = ? where id = ?", [state.rawValue, id])
  }

  /// Objects listed and not read, loads before changes, each kind in its order; after the one given.
  package func unreadObjects(
    bucket: Int64, table: Int64, kind: ObjectKind, afterPlace: Int64, key: String, limit: Int
  ) throws -> [KnownObject] {
    let statement = try db.cachedStatement(
      sql: """
        select * from object
        where bucket_id = ? and table_id = ? and kind = ? and (place, key) > (?, ?) and state in (0, 2)
        order by place, key limit ?
        """)
    return try Row.fetchAll(
      statement,
      arguments: [bucket, table, kind.rawValue, afterPlace, key, limit]
    ).map(LedgerSession.object)
  }

  /// Objects of a generation that were read and are there, each kind in its order; after the one given.
  package func observedObjects(
    bucket: Int64, table: Int64, generation: Int64, kind: ObjectKind, afterPlace: Int64, key: String,
    limit: Int
  ) throws -> [KnownObject] {
    // The kind stands in the text, so that the index of the kind's own can be used.
    let statement = try db.cachedStatement(
      sql: """
        select * from object
        where bucket_id = ? and table_id = ? and generation_id = ? and kind = \(kind.rawValue)
          and (place, key) > (?, ?) and state = 1
        order by place, key limit ?
        """)
    return try Row.fetchAll(
      statement, arguments: [bucket, table, generation, afterPlace, key, limit]
    ).map(LedgerSession.object)
  }

  /// Whether an object of a load is listed that was never read.
  package func hasNewLoad(bucket: Int64, table: Int64) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: """
        select 1 from object indexed by object_unread
        where bucket_id = ? and table_id = ? and kind = 0 and state in (0, 2) and state = 0 limit 1
        """)
    return try Int.fetchOne(statement, arguments: [bucket, table]) != nil
  }

  /// Goes through the load's objects that are there, of every generation, and those of `generation` that were: key, and
  /// the number of the listing that named it first.
  package func forEachLoadObject(
    bucket: Int64, table: Int64, generation: Int64, _ body: (String, Int64) throws -> Void
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        select key, listing from object
        where bucket_id = ? and table_id = ? and kind = 0
          and (state in (0, 1, 2) or state in (4, 5) and generation_id = ?)
        """)
    let rows = try Row.fetchCursor(statement, arguments: [bucket, table, generation])
    while let row = try rows.next() { try body(row[0], row[1]) }
  }

  package func object(_ id: Int64) throws -> KnownObject? {
    try Row.fetchOne(db.cachedStatement(sql: "select * from object where id = ?"), arguments: [id])
      .map(LedgerSession.object)
  }

  /// The object of this key that is there.
  package func object(bucket: Int64, key: String) throws -> KnownObject? {
    let statement = try db.cachedStatement(
      sql: "select * from object where bucket_id = ? and key = ? and state in (0, 1, 2)")
    return try Row.fetchOne(statement, arguments: [bucket, key]).map(LedgerSession.object)
  }

  private static func object(_ row: Row) throws -> KnownObject {
    guard let kind = ObjectKind(rawValue: row["kind"]), let state = ObjectState(rawValue: row["state"]) else {
      throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "unknown kind or state"))
    }
    return KnownObject(
      id: row["id"],
      entry: ListedEntry(
        key: row["key"], etag: row["etag"], size: row["size"],
        lastModified: Timestamp(microseconds: row["last_modified"]), kind: kind, place: row["place"]),
      state: state, generation: row["generation_id"], listing: row["listing"],
      firstListedAt: Timestamp(microseconds: row["first_listed_at"]))
  }

  static func time(_ microseconds: Int64?) -> Timestamp? {
    microseconds.map(Timestamp.init(microseconds:))
  }
}
