import GRDB
public import Time

/// The objects of a table that were written in one slice of time, by the bucket's clock.
public struct ObjectArrivals: Hashable, Sendable {
  /// The table.
  public var table: TableName
  /// Where the slice begins.
  public var start: Timestamp
  /// Objects of a full load.
  public var loads: Int
  /// Objects of changes.
  public var changes: Int
  /// The bytes of all of them.
  public var bytes: Int64
  /// The size of the smallest, in bytes.
  public var smallest: Int64
  /// The size of the largest, in bytes.
  public var largest: Int64

  /// Arrivals of `loads` and `changes` objects.
  public init(
    table: TableName, start: Timestamp, loads: Int, changes: Int, bytes: Int64, smallest: Int64,
    largest: Int64
  ) {
    (self.table, self.start, self.loads, self.changes) = (table, start, loads, changes)
    (self.bytes, self.smallest, self.largest) = (bytes, smallest, largest)
  }

  /// How many objects there are.
  public var objects: Int { loads + changes }
}

extension LedgerStore {
  /// The objects written from `start` until `end`, by table and slice of time; of slices without objects nothing.
  ///
  /// Objects that retention dropped are not told.
  ///
  /// - Parameter slices: into how many slices of one length the span is cut; 1 or more.
  /// - Throws: `LedgerError`.
  public func objectArrivals(
    from start: Timestamp, until end: Timestamp, slices: Int
  ) throws(LedgerError) -> [ObjectArrivals] {
    precondition(slices > 0)
    let length = max(1, ((end - start).microseconds + Int64(slices) - 1) / Int64(slices))
    return try read { session in
      let rows = try Row.fetchCursor(
        session.db.cachedStatement(
          sql: """
            select s.schema_name, s.table_name, (o.last_modified - ?1) / ?3 as slice,
              sum(o.kind = 0) as loads, sum(o.kind = 1) as changes,
              sum(o.size) as bytes, min(o.size) as smallest, max(o.size) as largest
            from object o indexed by object_by_time join source_table s on s.id = o.table_id
            where o.last_modified >= ?1 and o.last_modified <= ?2 and o.kind in (0, 1)
            group by o.table_id, slice order by o.table_id, slice
            """),
        arguments: [start.microseconds, end.microseconds, length])
      var arrivals: [ObjectArrivals] = []
      while let row = try rows.next() {
        let slice: Int64 = row["slice"]
        arrivals.append(
          ObjectArrivals(
            table: TableName(schema: row["schema_name"], name: row["table_name"]),
            start: start + .microseconds(slice * length), loads: row["loads"], changes: row["changes"],
            bytes: row["bytes"], smallest: row["smallest"], largest: row["largest"]))
      }
      return arrivals
    }
  }
}
