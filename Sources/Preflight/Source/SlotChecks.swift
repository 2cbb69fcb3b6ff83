import DMS
import Postgres

/// A slot is free for a task, or there is one already.
struct ReplicationSlotsCheck: SourceCheck {
  static let name = "replication-slots"
  static let wanted = "a free replication slot for each new task"
  static let why = "every DMS task holds a slot of its own, also while it is stopped"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let most = try source.number("max_replication_slots") ?? 0
    let used = try source.connection.query("select count(*)::int8 from pg_replication_slots").single(
      as: Int64.self)
    let found = "\(used) of \(most) in use (max_replication_slots)"
    guard used >= most else { return [diagnosis(.ok, found)] }
    return [
      diagnosis(
        used == 0 ? .critical : .warning, found,
        mend: "drop slots that nobody uses (pg_drop_replication_slot), or "
          + source.mend(parameter: "max_replication_slots", to: "\(most + 5)", restarts: true))
    ]
  }
}

/// A process is free to send the log.
struct WALSendersCheck: SourceCheck {
  static let name = "wal-senders"
  static let wanted = "a free WAL sender for each new task"
  static let why = "every stream, of DMS, of the replicator or of a standby, takes one"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let most = try source.number("max_wal_senders") ?? 0
    let used = try source.connection.query("select count(*)::int8 from pg_stat_replication").single(
      as: Int64.self)
    let found = "\(used) of \(most) in use (max_wal_senders)"
    guard used >= most else { return [diagnosis(.ok, found)] }
    return [
      diagnosis(
        most == 0 ? .critical : .warning, found,
        mend: source.mend(parameter: "max_wal_senders", to: "\(most + 5)", restarts: true))
    ]
  }
}

/// How much log a slot may hold, and what happens beyond.
struct SlotRetentionCheck: SourceCheck {
  static let name = "max-slot-wal-keep-size"
  static let wanted = "a limit above the log of the longest stop of a task, with disk to spare for it"
  static let why =
    "without a limit a stopped task fills the disk; with one that is too small its slot is invalidated, and the task must load everything anew"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    // 13 made the setting; before it there is no limit.
    let megabytes = try source.number("max_slot_wal_keep_size") ?? -1
    guard megabytes >= 0 else {
      return [
        diagnosis(
          .note, "max_slot_wal_keep_size = -1: a slot may hold any amount of log",
          mend: "watch the free disk (on RDS: FreeStorageSpace, OldestReplicationSlotLag), or set a limit")
      ]
    }
    let bytes = megabytes << 20
    let pace = try LogPace(source)
    let lasts = pace.bytesPerSecond > 0 ? Double(bytes) / pace.bytesPerSecond : .infinity
    let found =
      "max_slot_wal_keep_size = \(Measure.bytes(bytes))"
      + (lasts.isFinite ? ", which lasts \(Measure.time(lasts)) at the present pace (\(pace.text))" : "")
    return [
      diagnosis(
        lasts < 86_400 ? .warning : .ok, found,
        mend: lasts < 86_400
          ? source.mend(
            parameter: "max_slot_wal_keep_size", to: "a size that lasts a weekend", restarts: false)
          : nil)
    ]
  }
}

/// How fast the server writes its log: since its statistics began.
struct LogPace {
  let bytesPerSecond: Double

  var text: String { "\(Measure.bytes(Int64(min(bytesPerSecond * 86_400, 9e18)))) a day" }

  init(_ source: Source) throws(PostgresError) {
    guard source.connection.serverVersion >= 140_000 else {
      bytesPerSecond = 0
      return
    }
    bytesPerSecond =
      try source.connection.query(
        """
        select coalesce(wal_bytes::float8
          / nullif(greatest(extract(epoch from clock_timestamp() - stats_reset)::float8, 60), 0), 0)
        from pg_stat_wal
        """
      ).single()
  }
}

/// What each logical slot holds back, and how soon it hurts.
struct HeldWALCheck: SourceCheck {
  static let name = "held-wal"
  static let wanted = "each logical slot in use, and holding little log"
  static let why =
    "a slot keeps all log since its reader's last confirmation: a reader that stays away fills the disk, and then the database stops"

  /// Log beyond which a slot is worth a warning: an hour of a busy server.
  private static let much: Int64 = 5 << 30

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    // A standby has no insert position; what it has replayed is the nearest to it.
    let slots = try source.connection.query(
      """
      select slot_name::text, active, plugin::text,
        pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
          else pg_current_wal_lsn() end, restart_lsn)::int8,
        wal_status, safe_wal_size
      from pg_replication_slots where slot_type = 'logical' order by 4 desc nulls first, 1
      """)
    let pace = try LogPace(source)
    var diagnoses: [Diagnosis] = []
    for slot in slots {
      let name = try slot.decode(0, as: String.self)
      let isActive = try slot.decode(1, as: Bool.self)
      let held = try slot.decode(3, as: Int64?.self)
      let status = try slot.decode(4, as: String?.self)
      let room = try slot.decode(5, as: Int64?.self)
      let use = isActive ? "in use" : "not in use"
      // Where no limit invalidates the slot, the disk is the limit.
      let space = room ?? source.expectations.freeStorage
      let lasts = space.flatMap { pace.bytesPerSecond > 0 ? Double($0) / pace.bytesPerSecond : nil }
      if status == "lost" {
        diagnoses.append(
          diagnosis(
            .critical, "invalidated: the log that it needs is gone", subject: name,
            mend:
              "drop it (select pg_drop_replication_slot('\(name)')), then start the task anew with a full load"
          ))
        continue
      }
      var found = "\(use), holds \(Measure.bytes(held ?? 0)) of log"
      if let room, let lasts {
        found += ", invalidated after \(Measure.bytes(room)) more, in \(Measure.time(lasts))"
      } else if !isActive, pace.bytesPerSecond > 0 {
        found += ", growing by \(pace.text) without a limit"
        if let space, let lasts {
          found += ": the disk, of which \(Measure.bytes(space)) are free, is full in \(Measure.time(lasts))"
        }
      }
      let isNear = lasts.map { $0 < 86_400 } ?? false
      let severity: Diagnosis.Severity =
        status == "unreserved"
        ? .critical
        : isNear && !isActive || held ?? 0 > Self.much
          ? .warning
          : isActive ? .ok : .note
      diagnoses.append(
        diagnosis(
          severity, found, subject: name,
          mend: severity == .ok
            ? nil
            : isActive
              ? "see why its reader does not keep up: its task's latency, its instance's CPU and memory"
              : "resume the task that owns it, or drop it where no task does: select pg_drop_replication_slot('\(name)')"
        ))
    }
    return diagnoses.isEmpty
      ? [
        diagnosis(
          .note, "no logical slot: no task has been started",
          mend: "start the DMS task, or `lakecanary replicate`")
      ] : diagnoses
  }
}

/// The stand-in for DMS has its slot and its tables.
struct ReplicatorSlotCheck: SourceCheck {
  static let area = Diagnosis.Area.replicator
  static let name = "slot"
  static let wanted = "a slot in use, and every table of the canary in its publication"
  static let why =
    "what is committed while the replicator is away waits in the slot; what its publication lacks never arrives"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    guard let replicator = source.expectations.replicator else { return [] }
    let slot = try source.connection.query(
      """
      select active, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::int8, wal_status
      from pg_replication_slots where slot_name = \(bind: replicator.slot)
      """)
    guard let slot = slot.first else {
      return [
        diagnosis(
          .note, "no slot \(replicator.slot): `lakecanary replicate` has not run for this pipeline",
          mend: "start `lakecanary replicate`, or set dms.task_arn where DMS replicates")
      ]
    }
    let isActive = try slot.decode(0, as: Bool.self)
    let behind = try slot.decode(1, as: Int64?.self) ?? 0
    let state =
      "\(replicator.slot) is \(isActive ? "in use" : "not in use"), \(Measure.bytes(behind)) of log behind"
    var diagnoses = [
      diagnosis(
        isActive ? .ok : .warning, state,
        mend: isActive ? nil : "start `lakecanary replicate` again: it goes on where it stopped")
    ]
    let published = try source.connection.query(
      "select schemaname::text, tablename::text from pg_publication_tables where pubname = \(bind: replicator.publication)"
    )
    var names: Set<String> = []
    for row in published {
      names.insert("\(try row.decode(0, as: String.self)).\(try row.decode(1, as: String.self))")
    }
    let missing = source.tables.filter { $0.isCanary && !names.contains($0.name.description) }
    if !missing.isEmpty {
      diagnoses.append(
        diagnosis(
          .warning, "the publication lacks \(shortList(missing.map(\.name.description)))",
          mend: "restart `lakecanary replicate`: it takes up new tables as it starts"))
    }
    return diagnoses
  }
}
