import DMS
import Postgres

/// The slots and publications of a task at the source; see `SourceObjectNames` for what they say together.
struct ReplicationSlots {
  let connection: Connection
  let names: SourceObjectNames

  /// How far a task has come.
  enum TaskState: Hashable {
    /// Nothing is there, or a full load that was cut off.
    case fresh
    /// A slot is there from which the stream goes on; `toLoad` are tables that must be loaded first.
    case live(toLoad: Set<UInt32>)
    /// The task was live, and its slot is gone.
    case slotGone
  }

  /// What the source says about the task.
  ///
  /// - Throws: `ReplicatorError` with `slotOfAnother` or `slotInvalidated`.
  func state() throws(ReplicatorError) -> TaskState {
    let row = try asking { () throws(PostgresError) in
      try connection.query(
        """
        select s.plugin::text, s.database::text = current_database(), s.wal_status,
          obj_description(p.oid, 'pg_publication')
        from (select 1) one
        left join pg_catalog.pg_replication_slots s on s.slot_name = \(bind: names.slot)
        left join pg_catalog.pg_publication p on p.pubname = \(bind: names.publication)
        """
      ).onlyRow()
    }
    return try decoding { () throws(PostgresError) in
      let plugin = try row.decode(0, as: String?.self)
      let isHere = try row.decode(1, as: Bool?.self) ?? false
      let walStatus = try row.decode(2, as: String?.self)
      let comment = try row.decode(3, as: String?.self)
      return (plugin, isHere, walStatus, comment)
    } then: { plugin, isHere, walStatus, comment throws(ReplicatorError) in
      let wasLive = comment?.hasPrefix(SourceObjectNames.liveComment) ?? false
      guard let plugin else { return wasLive || names.isSlotForeign ? .slotGone : .fresh }
      guard plugin == "pgoutput", isHere else {
        throw ReplicatorError(
          .slotOfAnother, detail: "the slot \(names.slot) is there and belongs to another plugin or database")
      }
      guard walStatus != "lost" else { throw .slotInvalidated(names.slot) }
      if names.isSlotForeign && !wasLive { return .fresh }
      return .live(toLoad: Set((comment ?? "").split(separator: " ").compactMap { UInt32($0) }))
    }
  }

  /// Makes the publications publish these tables and no others.
  ///
  /// Publishing updates of a table without replica identity would make PostgreSQL refuse its updates, so such
  /// tables are published by a publication of inserts.
  /// Both are changed at once, so that a table that goes from one to the other is in one of them at any time.
  ///
  /// - Parameter audit: the table of the DDL artifacts, whose inserts are published as well.
  func publish(_ tables: [CatalogTable], audit: CatalogTable? = nil) throws(ReplicatorError) {
    guard names.foreignPublications.isEmpty else { return }
    try transaction { () throws(ReplicatorError) in
      try publish(
        tables.filter(\.hasReplicaIdentity), as: names.publication, operations: "insert, update, delete")
      try publish(
        tables.filter { !$0.hasReplicaIdentity } + (audit.map { [$0] } ?? []), as: names.insertPublication,
        operations: "insert")
    }
  }

  private func transaction(_ body: () throws(ReplicatorError) -> Void) throws(ReplicatorError) {
    try asking { () throws(PostgresError) in try connection.execute("begin") }
    do throws(ReplicatorError) {
      try body()
      try asking { () throws(PostgresError) in try connection.execute("commit") }
    } catch {
      // Where the rollback fails as well, the session is lost, and the transaction with it.
      _ = try? connection.execute("rollback")
      throw error
    }
  }

  /// Says at the source that the task is live, and which tables are still to be loaded.
  ///
  /// Beside publications of others there is one of the task's own, without tables, for what is said there.
  func markLive(toLoad tables: Set<UInt32> = []) throws(ReplicatorError) {
    if !names.foreignPublications.isEmpty { try publish([], as: names.publication, operations: "insert") }
    let list = tables.sorted().map { " \($0)" }.joined()
    let comment = SourceObjectNames.liveComment + (tables.isEmpty ? "" : ", to load:" + list)
    try asking { () throws(PostgresError) in
      try connection.execute(
        "comment on publication \(identifier: names.publication) is \(literal: comment)")
    }
  }

  /// Those of the publications that are not there.
  func missingPublications(of wanted: [String]) throws(ReplicatorError) -> [String] {
    try asking { () throws(PostgresError) in
      let there = try connection.query("select pubname::text from pg_catalog.pg_publication")
        .map { row throws(PostgresError) in try row.decode(0, as: String.self) }
      return wanted.filter { !there.contains($0) }
    }
  }

  /// The tables that are published, by oid.
  func published() throws(ReplicatorError) -> Set<UInt32> {
    try asking { () throws(PostgresError) in
      let result = try connection.query(
        """
        select r.prrelid from pg_catalog.pg_publication p
        join pg_catalog.pg_publication_rel r on r.prpubid = p.oid
        where p.pubname in (\(bind: names.publication), \(bind: names.insertPublication))
        """)
      var oids: Set<UInt32> = []
      for row in result { oids.insert(try row.decode(0)) }
      return oids
    }
  }

  /// Makes the live slot of the load slot, at its position, in one step.
  func promoteLoadSlot() throws(ReplicatorError) {
    try asking { () throws(PostgresError) in
      try connection.query(
        """
        select lsn from pg_catalog.pg_copy_logical_replication_slot(\(bind: names.loadSlot), \(bind: names.slot))
        """)
    }
    try drop(slot: names.loadSlot)
  }

  /// The process that streams from a slot, or nil.
  func activeProcess(of slot: String) throws(ReplicatorError) -> Int32? {
    try asking { () throws(PostgresError) in
      let result = try connection.query(
        "select active_pid from pg_catalog.pg_replication_slots where slot_name = \(bind: slot)")
      return try result.first?.decode(0, as: Int32?.self)
    }
  }

  /// Drops a slot where it is there.
  func drop(slot: String) throws(ReplicatorError) {
    try asking { () throws(PostgresError) in
      try connection.query(
        """
        select pg_catalog.pg_drop_replication_slot(slot_name) from pg_catalog.pg_replication_slots
        where slot_name = \(bind: slot)
        """)
    }
  }

  /// Drops the publications where they are there.
  func dropPublications() throws(ReplicatorError) {
    try asking { () throws(PostgresError) in
      for name in [names.publication, names.insertPublication] {
        try connection.execute("drop publication if exists \(identifier: name)")
      }
    }
  }

  /// Where a slot stands: everything before it was confirmed.
  func confirmedPosition(of slot: String) throws(ReplicatorError) -> LSN? {
    try asking { () throws(PostgresError) in
      let result = try connection.query(
        "select confirmed_flush_lsn from pg_catalog.pg_replication_slots where slot_name = \(bind: slot)")
      return try result.first?.decode(0, as: LSN?.self)
    }
  }

  /// Whether the task's own slot could follow to a standby and does not yet.
  ///
  /// PostgreSQL 17 brought slots that do; a copy of a slot is none, and a standby's own cannot be one.
  func lacksFailover() throws(ReplicatorError) -> Bool {
    guard !names.isSlotForeign, connection.serverVersion >= 170_000 else { return false }
    return try asking { () throws(PostgresError) in
      try connection.query(
        """
        select from pg_catalog.pg_replication_slots
        where slot_name = \(bind: names.slot) and not failover and not pg_is_in_recovery()
        """
      ).count > 0
    }
  }

  private func publish(
    _ tables: [CatalogTable], as publication: String, operations: String
  ) throws(ReplicatorError) {
    try asking { () throws(PostgresError) in
      let published = try connection.query(
        """
        select r.prrelid from pg_catalog.pg_publication p
        left join pg_catalog.pg_publication_rel r on r.prpubid = p.oid
        where p.pubname = \(bind: publication)
        """
      ).map { row throws(PostgresError) in try row.decode(0, as: UInt32?.self) }
      if published.isEmpty {
        try connection.execute(
          """
          create publication \(identifier: publication)
          with (publish = \(literal: operations), publish_via_partition_root = true)
          """)
      }
      if !published.isEmpty, Set(published.compactMap { $0 }) == Set(tables.map(\.oid)) { return }
      let names = tables.map { "\(qualified: $0.name.schema, $0.name.name)" as SQL }
      if names.isEmpty {
        guard !published.isEmpty, published != [nil] else { return }
        // A publication cannot be set to no table; it is made anew.
        try connection.execute("drop publication \(identifier: publication)")
        try connection.execute(
          """
          create publication \(identifier: publication)
          with (publish = \(literal: operations), publish_via_partition_root = true)
          """)
      } else {
        try connection.execute(
          "alter publication \(identifier: publication) set table \(joined: names, by: ", ")")
      }
    }
  }

  @discardableResult
  private func asking<Answer>(
    _ body: () throws(PostgresError) -> Answer
  ) throws(ReplicatorError) -> Answer {
    do {
      return try body()
    } catch {
      throw ReplicatorError(error)
    }
  }

  private func decoding<Row, Answer>(
    _ body: () throws(PostgresError) -> Row, then: (Row) throws(ReplicatorError) -> Answer
  ) throws(ReplicatorError) -> Answer {
    try then(try asking(body))
  }
}

extension ReplicatorError {
  static func slotInvalidated(_ slot: String) -> ReplicatorError {
    ReplicatorError(
      .slotInvalidated,
      detail: "the source has removed the log that the slot \(slot) still needed (max_slot_wal_keep_size)")
  }

  static func slotMissing(_ slot: String) -> ReplicatorError {
    ReplicatorError(.slotMissing, detail: "the slot \(slot), from which this task streamed, is gone")
  }
}
