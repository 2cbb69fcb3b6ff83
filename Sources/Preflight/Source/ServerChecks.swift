import Postgres
import Time

/// The server's version is one that is kept, and that DMS and the replicator know.
struct ServerVersionCheck: SourceCheck {
  static let name = "version"
  static let wanted = "a version that PostgreSQL still mends, 13 or later"
  static let why =
    "DMS and the replicator need pg_current_xact_id and logical decoding; fixes to it come to kept versions alone"

  /// The day of the last release of each major version (postgresql.org, "Versioning policy").
  private static let lastReleases: [Int: (year: Int, month: Int, day: Int)] = [
    10: (2022, 11, 10), 11: (2023, 11, 9), 12: (2024, 11, 21), 13: (2025, 11, 13), 14: (2026, 11, 12),
    15: (2027, 11, 11), 16: (2028, 11, 9), 17: (2029, 11, 8), 18: (2030, 11, 14),
  ]

  /// The first version of DMS that reads each major version (User Guide, "PostgreSQL source versions").
  private static let readers: [Int: [Int]] = [
    13: [3, 4, 3], 14: [3, 4, 7], 15: [3, 5, 1], 16: [3, 5, 3], 17: [3, 6, 1],
  ]

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let number = source.connection.serverVersion
    let major = number / 10_000
    let found = "PostgreSQL \(major).\(number % 10_000)" + (source.isRDS ? " on RDS" : "")
    guard major >= 13 else {
      return [diagnosis(.critical, found, mend: "upgrade the server to a version that is kept")]
    }
    if let version = source.expectations.replication.engineVersion, let first = Self.readers[major],
      EngineVersionCheck.numbers(of: version).lexicographicallyPrecedes(first)
    {
      let needed = first.map(String.init).joined(separator: ".")
      return [
        diagnosis(
          .critical, "\(found), which DMS \(version) does not read",
          wanted: "DMS \(needed) or later for PostgreSQL \(major)",
          mend: "upgrade the replication instance to \(needed) or later")
      ]
    }
    if let last = Self.lastReleases[major],
      let end = CivilTime(
        year: last.year, month: last.month, day: last.day, hour: 0, minute: 0, second: 0
      )?.utc, end + .seconds(86_400) <= source.clock.now()
    {
      return [
        diagnosis(
          .warning, "\(found), which got its last release on \(last.year)-\(last.month)-\(last.day)",
          mend:
            "plan the upgrade to a newer major version; drop the task's slot before and start it anew after")
      ]
    }
    return [diagnosis(.ok, found)]
  }
}

/// The server takes writes: it is no standby.
struct WritableServerCheck: SourceCheck {
  static let name = "writable"
  static let wanted = "a primary server"
  static let why = "the canary commits rows, which a standby refuses"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let isStandby = try source.connection.query("select pg_is_in_recovery()").single(as: Bool.self)
    return [
      isStandby
        ? diagnosis(
          .critical, "a standby (read replica)", mend: "connect to the primary; on RDS, its own endpoint")
        : diagnosis(.ok, "a primary server")
    ]
  }
}

/// The log holds what logical decoding needs.
struct WALLevelCheck: SourceCheck {
  static let name = "wal-level"
  static let wanted = "wal_level = logical; on RDS, rds.logical_replication = 1"
  static let why = "DMS and the replicator read changes by logical decoding, which needs them in the log"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let level = try source.setting("wal_level") ?? "unknown"
    let parameter = try source.setting("rds.logical_replication")
    let found = "wal_level = \(level)" + (parameter.map { ", rds.logical_replication = \($0)" } ?? "")
    guard level != "logical" else { return [diagnosis(.ok, found)] }
    if let parameter, ["1", "on", "true", "yes"].contains(parameter.lowercased()) {
      return [
        diagnosis(
          .critical, "\(found): set, and not in force", mend: "reboot the instance: the parameter is static")
      ]
    }
    return [
      diagnosis(
        .critical, found,
        mend: source.isRDS || parameter != nil
          ? "set rds.logical_replication = 1 in the instance's parameter group and reboot the instance"
          : source.mend(parameter: "wal_level", to: "logical", restarts: true))
    ]
  }
}

/// The server does not end replication connections that are busy.
struct WALSenderTimeoutCheck: SourceCheck {
  static let name = "wal-sender-timeout"
  static let wanted = "wal_sender_timeout = 0, or from 10 s to 5 minutes"
  static let why =
    "the server ends a replication connection that is silent for longer, and a DMS task that is busy writing is"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let milliseconds = try source.number("wal_sender_timeout") ?? 60_000
    let found =
      "wal_sender_timeout = " + (milliseconds == 0 ? "0" : Measure.time(Double(milliseconds) / 1_000))
    let mend = source.mend(parameter: "wal_sender_timeout", to: "0", restarts: false)
    switch milliseconds {
    case 0, 10_000..<300_001: return [diagnosis(.ok, found)]
    case 1..<10_000: return [diagnosis(.critical, found, mend: mend)]
    default: return [diagnosis(.warning, found, mend: mend)]
    }
  }
}

/// PostgreSQL's clock agrees with this machine's.
struct ServerClockCheck: SourceCheck {
  static let name = "clock"
  static let wanted = "clocks within a second of each other"
  static let why =
    "lag is the time from a commit by the server's clock to an object by the bucket's; the offset is corrected, and its growth is a sign"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    var best: (offset: Duration, half: Duration)?
    for _ in 0..<3 {
      let before = source.clock.now()
      let theirs = try source.connection.query("select clock_timestamp()").single(as: Timestamp.self)
      let half = (source.clock.now() - before) / 2
      if half < best?.half ?? .seconds(1_000_000) { best = (theirs - (before + half), half) }
    }
    let (offset, half) = best ?? (.zero, .zero)
    return [ClockJudgement.diagnosis(of: self, "the server's clock", offset: offset, within: half)]
  }
}

/// What an offset between two clocks means.
enum ClockJudgement {
  static func diagnosis(
    of check: some Check, _ whose: String, offset: Duration, within uncertainty: Duration
  ) -> Diagnosis {
    let seconds = offset.inSeconds
    let found =
      "\(whose) is \(Measure.time(abs(seconds))) \(seconds < 0 ? "behind" : "ahead of") this machine's, "
      + "give or take \(Measure.time(uncertainty.inSeconds))"
    let sure = max(0, abs(seconds) - uncertainty.inSeconds)
    let severity: Diagnosis.Severity = sure > 60 ? .critical : sure > 1 ? .warning : .ok
    return check.diagnosis(
      severity, found,
      mend: severity == .ok
        ? nil : "let this machine's clock follow a time server: systemd-timesyncd or chrony")
  }
}

/// The server remembers when each transaction was committed.
struct CommitTimestampCheck: SourceCheck {
  static let name = "track-commit-timestamp"
  static let wanted = "track_commit_timestamp = on, which is a convenience"
  static let why =
    "with it the time of each commit is known exactly; without it, to the time that the commit took"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let value = try source.setting("track_commit_timestamp") ?? "off"
    return [
      diagnosis(
        value == "on" ? .ok : .note, "track_commit_timestamp = \(value)",
        mend: value == "on" ? nil : source.mend(parameter: "track_commit_timestamp", to: "on", restarts: true)
      )
    ]
  }
}

/// Nobody holds a transaction open for long.
struct OpenTransactionCheck: SourceCheck {
  static let name = "open-transactions"
  static let wanted = "no transaction open for more than 10 minutes, and none prepared"
  static let why =
    "changes reach DMS when their transaction commits, in order; a slot waits for all that are open when it is made, and the log of the oldest cannot be freed"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let longest = try source.connection.query(
      """
      select count(*)::int8, max(extract(epoch from clock_timestamp() - xact_start))::float8,
        (array_agg(pid order by xact_start))[1],
        (array_agg(coalesce(nullif(application_name, ''), usename::text, backend_type) order by xact_start))[1]
      from pg_stat_activity
      where xact_start < clock_timestamp() - interval '10 minutes' and backend_type = 'client backend'
      """
    ).onlyRow()
    let prepared = try source.connection.query(
      "select count(*)::int8, max(extract(epoch from clock_timestamp() - prepared))::float8 from pg_prepared_xacts"
    ).onlyRow()
    var diagnoses: [Diagnosis] = []
    if let seconds = try longest.decode(1, as: Double?.self) {
      let count = try longest.decode(0, as: Int64.self)
      let process = try longest.decode(2, as: Int32.self)
      let name = try longest.decode(3, as: String?.self) ?? "unknown"
      diagnoses.append(
        diagnosis(
          seconds > 3_600 ? .critical : .warning,
          "\(count) open for more than 10 minutes, the oldest for \(Measure.time(seconds)): process \(process), \(name)",
          mend: "end it: commit, or select pg_terminate_backend(\(process))"))
    }
    if let seconds = try prepared.decode(1, as: Double?.self) {
      diagnoses.append(
        diagnosis(
          seconds > 600 ? .warning : .note,
          "\(try prepared.decode(0, as: Int64.self)) prepared, the oldest for \(Measure.time(seconds))",
          why:
            "DMS does not support two-phase commit, and a transaction that is forgotten holds the log for ever",
          mend: "commit prepared or rollback prepared what pg_prepared_xacts lists"))
    }
    return diagnoses.isEmpty ? [diagnosis(.ok, "none")] : diagnoses
  }
}

/// The connection is encrypted, and the server is known to be the one that is meant.
struct EncryptedConnectionCheck: SourceCheck {
  static let name = "encryption"
  static let wanted = "TLS with sslmode=verify-full, or a unix socket"
  static let why =
    "a password and rows travel in it; without a verified certificate anybody on the way can be the server"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let transport = try source.connection.transport()
    let mend =
      source.isRDS
      ? "add sslmode=verify-full sslrootcert=PATH to source, with Amazon's bundle (global-bundle.pem) at PATH"
      : "add sslmode=verify-full sslrootcert=PATH (or system) to source"
    guard let version = transport.tlsVersion else {
      return [
        transport.isLocal
          ? diagnosis(.ok, "a unix socket") : diagnosis(.critical, "no encryption", mend: mend)
      ]
    }
    switch transport.verification {
    case .name: return [diagnosis(.ok, "\(version), the certificate verified for the host's name")]
    case .authority:
      return [diagnosis(.warning, "\(version), verified, but for any host of the authority", mend: mend)]
    case .none: return [diagnosis(.warning, "\(version), the certificate not verified", mend: mend)]
    }
  }
}
