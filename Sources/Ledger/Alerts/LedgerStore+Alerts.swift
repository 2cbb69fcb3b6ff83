import GRDB
import Time

extension LedgerStore {
  /// How many verdicts are kept for the alerts: the most that their N-of-M may look back.
  public static let alertedVerdictsKept = 100

  /// Records a verdict for the alerts to look back on; the oldest beyond `alertedVerdictsKept` are forgotten.
  ///
  /// - Throws: `LedgerError`.
  public func recordAlerted(_ verdict: AlertedVerdict) throws(LedgerError) {
    try write { session in
      try session.execute(
        "insert into alerted_verdict (status, at) values (?, ?)",
        [verdict.status.rawValue, verdict.at.microseconds])
      try session.execute(
        "delete from alerted_verdict where id <= (select max(id) from alerted_verdict) - ?",
        [LedgerStore.alertedVerdictsKept])
    }
  }

  /// The last verdicts that the alerts saw, newest first.
  ///
  /// - Throws: `LedgerError`.
  public func alertedVerdicts(limit: Int = alertedVerdictsKept) throws(LedgerError) -> [AlertedVerdict] {
    try read { session in
      try Row.fetchAll(
        session.db, sql: "select status, at from alerted_verdict order by id desc limit ?", arguments: [limit]
      ).compactMap { row in
        Verdict.Status(rawValue: row["status"]).map {
          AlertedVerdict(status: $0, at: Timestamp(microseconds: row["at"]))
        }
      }
    }
  }

  /// What the channel was told last; a channel never heard of knows of no trouble.
  ///
  /// - Throws: `LedgerError`.
  public func alertMemory(of channel: String) throws(LedgerError) -> AlertMemory {
    try read { session in
      let row = try Row.fetchOne(
        session.db, sql: "select * from alert_memory where channel = ?", arguments: [channel])
      guard let row else { return AlertMemory(channel: channel) }
      var memory = AlertMemory(channel: channel)
      let status: String? = row["status"]
      if let status = status.flatMap(Verdict.Status.init(rawValue:)) {
        memory.trouble = AlertMemory.Trouble(
          status: status, incident: row["incident"], since: Timestamp(microseconds: row["since"]),
          toldAt: Timestamp(microseconds: row["told_at"]))
      }
      let count: Int = row["failures"]
      if count > 0 {
        memory.failure = AlertMemory.Failure(
          count: count, reason: row["failure"], at: Timestamp(microseconds: row["failed_at"]))
      }
      return memory
    }
  }

  /// Records what a channel was told.
  ///
  /// - Throws: `LedgerError`.
  public func remember(_ memory: AlertMemory) throws(LedgerError) {
    let (trouble, failure) = (memory.trouble, memory.failure)
    try write { session in
      try session.execute(
        """
        insert or replace into alert_memory
          (channel, status, incident, since, told_at, failures, failure, failed_at)
        values (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          memory.channel, trouble?.status.rawValue, trouble?.incident, trouble?.since.microseconds,
          trouble?.toldAt.microseconds, failure?.count ?? 0, failure?.reason, failure?.at.microseconds,
        ])
    }
  }
}
