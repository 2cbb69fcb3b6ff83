import Postgres

/// Waits until the source's catalog and tables show what a transaction has done.
///
/// A transaction is in the log, and so in the stream, before other sessions see it (xact.c, CommitTransaction: the
/// commit record is flushed, a synchronous standby is waited for, and only then is the transaction taken out of
/// those that snapshots hold to be under way). Whoever asks the source about a change that was read must wait.
struct CommitVisibility {
  let connection: Connection
  /// The transaction that was seen last.
  private var known: UInt32?

  init(connection: Connection) {
    self.connection = connection
  }

  /// Waits for a transaction that was committed.
  ///
  /// - Throws: `ReplicatorError` with code `commitNotVisible` after some seconds: the run begins again where it was
  ///   confirmed.
  mutating func wait(for xid: UInt32) throws(ReplicatorError) {
    guard xid != known else { return }
    let deadline = ContinuousClock.now + CommitVisibility.patience
    while !(try isVisible(xid)) {
      guard ContinuousClock.now < deadline else {
        throw ReplicatorError(
          .commitNotVisible,
          detail: "transaction \(xid) is in the log, and other sessions do not see it yet")
      }
    }
    known = xid
  }

  private func isVisible(_ xid: UInt32) throws(ReplicatorError) -> Bool {
    do {
      let text = try connection.query("select pg_catalog.pg_current_snapshot()::text").single(as: String.self)
      guard let snapshot = Snapshot(text) else {
        throw ReplicatorError(.malformedStream, detail: "the source's snapshot reads \(text)")
      }
      guard !snapshot.shows(xid) else { return true }
      // The server keeps the time, since this thread has nothing else to do.
      try connection.query("select pg_catalog.pg_sleep(0.005)")
      return false
    } catch let error as PostgresError {
      throw ReplicatorError(error)
    } catch let error as ReplicatorError {
      throw error
    } catch {
      throw ReplicatorError(.sourceRefused, detail: "the source's snapshot could not be read", cause: error)
    }
  }

  /// The server ends a stream that is silent for longer (`wal_sender_timeout`, at least 10 s with DMS).
  private static let patience = Duration.seconds(5)
}

/// What `pg_current_snapshot` tells: `xmin:xmax:xip,xip`.
struct Snapshot {
  private let end: UInt32
  private let underWay: [UInt32]

  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let end = UInt64(parts[1]) else { return nil }
    self.end = UInt32(truncatingIfNeeded: end)
    var underWay: [UInt32] = []
    for part in parts[2].split(separator: ",") {
      guard let xid = UInt64(part) else { return nil }
      underWay.append(UInt32(truncatingIfNeeded: xid))
    }
    self.underWay = underWay
  }

  /// Whether a transaction that has ended is seen, by its 32-bit number: these are compared in a circle.
  func shows(_ xid: UInt32) -> Bool {
    Int32(bitPattern: xid &- end) < 0 && !underWay.contains(xid)
  }
}
