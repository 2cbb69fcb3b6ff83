import LocalServers
import Postgres
import TestSupport
import Testing
import Time

@Suite struct ReplicationTests {
  @Test func theServerSaysWhichItIs() async throws {
    let database = try await Database()
    try await blocking {
      let replication = try ReplicationConnection(database.conninfo)
      let connection = try database.connect()
      let identity = try replication.identifySystem()
      #expect(identity.database == connection.database)
      #expect(identity.timeline == 1)
      let identifier = try connection.query("select system_identifier from pg_control_system()").single(
        as: Int64.self)
      #expect(identity.systemIdentifier == String(identifier))
      #expect(try identity.flushed <= connection.currentWALInsertLSN())
    }
  }

  @Test func aSlotsSnapshotShowsWhatTheStreamDoesNot() async throws {
    let database = try await Database()
    try await blocking {
      let writer = try database.connect()
      try writer.script("create table t (x int); insert into t values (1); create publication p for table t")
      let replication = try ReplicationConnection(database.conninfo)
      let slot = try replication.createSlot("snapshot_slot")
      try writer.execute("insert into t values (2)")
      let reader = try database.connect()
      try reader.execute("begin isolation level repeatable read")
      try reader.script("set transaction snapshot \(literal: try #require(slot.snapshotName))")
      #expect(try reader.query("select x from t").single(as: Int.self) == 1)
      try reader.commit()
      try replication.start(slot.name, options: PgOutputOptions(publications: ["p"]))
      let stream = Stream(replication)
      #expect(try stream.rows(until: "commit") == [["2"]])
      try replication.finish()
      try replication.dropSlot(slot.name)
      let error = try #require(throws: PostgresError.self) { try replication.dropSlot(slot.name) }
      #expect(error.code == .server(.undefinedObject))
    }
  }

  @Test func everyChangeComesAsItWas() async throws {
    let database = try await Database()
    try await blocking {
      let writer = try database.connect()
      // PLAIN compression off: the long value must be stored out of line.
      try writer.script(
        """
        create table t (id int primary key, name text, long text);
        alter table t alter column long set storage external;
        create table f (a int, b text);
        alter table f replica identity full;
        create publication "p ""quoted"", '\\" for table t, f
        """)
      let replication = try ReplicationConnection(database.conninfo)
      let slot = try replication.createSlot("change_slot", isTemporary: true, snapshot: .none)
      #expect(slot.snapshotName == nil)
      try writer.script(
        """
        insert into t values (1, null, repeat('x', 10000));
        update t set name = 'ü' where id = 1;
        update t set id = 2 where id = 1;
        delete from t where id = 2;
        insert into f values (1, 'a');
        update f set b = 'b';
        delete from f;
        truncate t, f
        """)
      try writer.script(
        "alter table t drop column name, add column extra int default 5; insert into t values (3, 'y', 6)")
      try replication.start(slot.name, options: PgOutputOptions(publications: ["p \"quoted\", '\\"]))
      let stream = Stream(replication)
      let long = String(repeating: "x", count: 10000)
      let changes = try stream.changes(transactions: 2).map { $0.replacing(long, with: "LONG") }
      #expect(
        changes == [
          "begin", "relation public.t id*,name,long", "insert t 1,NULL,LONG", "update t 1,ü,unchanged",
          "update t key 1,NULL,NULL -> 2,ü,unchanged", "delete t key 2,NULL,NULL", "relation public.f a*,b*",
          "insert f 1,a", "update f row 1,a -> 1,b", "delete f row 1,b",
          // The truncation gave both tables new files, so the server describes them again.
          "relation public.t id*,name,long", "relation public.f a*,b*", "truncate t,f", "commit",
          "begin", "relation public.t id*,long,extra", "insert t 3,y,6", "commit",
        ])
      try replication.finish()
    }
  }

  @Test func aTransactionIsSentAgainUntilItIsConfirmed() async throws {
    let database = try await Database()
    try await blocking {
      let writer = try database.connect()
      try writer.script("create table t (x int); create publication p for table t")
      let first = try ReplicationConnection(database.conninfo)
      let slot = try first.createSlot("feedback_slot")
      try writer.execute("insert into t values (1)")
      try writer.execute("insert into t values (2)")
      let options = PgOutputOptions(publications: ["p"])
      try first.start(slot.name, options: options)
      let stream = Stream(first)
      #expect(try stream.rows(until: "commit") == [["1"]])
      let confirmed = try #require(stream.lastEnd)
      try first.sendFeedback(
        written: confirmed, flushed: confirmed, applied: confirmed, at: Timestamp(microseconds: 0))
      #expect(try stream.rows(until: "commit") == [["2"]])
      try first.finish()
      first.close()
      let second = try ReplicationConnection(database.conninfo)
      try second.start(slot.name, options: options)
      #expect(try Stream(second).rows(until: "commit") == [["2"]])
      let position = try writer.query(
        "select confirmed_flush_lsn from pg_replication_slots where slot_name = \(bind: slot.name)")
      #expect(try position.single(as: LSN.self) == confirmed)
      // The slot is in use.
      let third = try ReplicationConnection(database.conninfo)
      let busy = try #require(throws: PostgresError.self) { try third.start(slot.name, options: options) }
      #expect(busy.code == .server(.objectInUse))
      #expect(busy.isTransient)
      second.close()
      try writer.wait(for: "select not active from pg_replication_slots where slot_name = \(bind: slot.name)")
      try third.dropSlot(slot.name)
    }
  }

  @Test func aQuietStreamEndsItsWaitsInTime() async throws {
    let database = try await Database()
    let interrupt = try Interrupt()
    try await blocking {
      let writer = try database.connect()
      try writer.script("create table t (x int); create publication p for table t")
      let replication = try ReplicationConnection(
        database.conninfo, options: ConnectionOptions(interrupt: interrupt))
      let slot = try replication.createSlot("quiet_slot", isTemporary: true)
      try replication.start(slot.name, options: PgOutputOptions(publications: ["p"]))
      // The server greets with a keepalive.
      while case .messages = try replication.drain(until: .now + .milliseconds(50), { _, _ in }) {}
      #expect(try replication.drain(until: .now, { _, _ in }) == .deadlineReached)
      interrupt.wake()
      #expect(try replication.drain(until: nil, { _, _ in }) == .woken)
      // A reply can be asked for.
      let now = Timestamp(microseconds: 0)
      try replication.sendFeedback(
        written: .zero, flushed: .zero, applied: .zero, at: now, replyRequested: true)
      var answers: [ReplicationMessage] = []
      while answers.isEmpty {
        _ = try replication.drain(until: nil) { message, _ in answers.append(message) }
      }
      guard case .keepalive(let end, let time, _) = answers[0] else {
        Issue.record("no keepalive")
        return
      }
      #expect(end > .zero)
      #expect(time > Timestamp(microseconds: 1_700_000_000_000_000))
      interrupt.interrupt()
      let error = try #require(throws: PostgresError.self) {
        _ = try replication.drain(until: nil) { _, _ in }
      }
      #expect(error.code == .interrupted)
      #expect(!replication.isUsable)
    }
  }

  @Test func oneCallTakesManyMessages() async throws {
    let database = try await Database()
    let interrupt = try Interrupt()
    try await blocking {
      let writer = try database.connect()
      try writer.script("create table t (x int); create publication p for table t")
      let replication = try ReplicationConnection(
        database.conninfo, options: ConnectionOptions(interrupt: interrupt))
      let slot = try replication.createSlot("many_slot", isTemporary: true)
      try writer.execute("insert into t select generate_series(1, 1000)")
      try replication.start(slot.name, options: PgOutputOptions(publications: ["p"]))
      var messages = 0
      // Begin, relation, rows, commit; the wait after the first is as long as it takes.
      let first = try replication.drain(until: nil, limit: 500, linger: .seconds(600)) { message, _ in
        if case .xLogData = message { messages += 1 }
      }
      #expect(first == .messages(500))
      // A wake-up does not cut the messages short, and is not forgotten.
      interrupt.wake()
      while messages < 1003 {
        _ = try replication.drain(until: nil, limit: 1003 - messages, linger: .seconds(600)) { message, _ in
          if case .xLogData = message { messages += 1 }
        }
      }
      var outcome = DrainOutcome.messages(0)
      while case .messages = outcome {
        outcome = try replication.drain(until: nil, linger: .zero) { _, _ in }
      }
      #expect(outcome == .woken)
    }
  }

  @Test func whatTheReceiverThrowsComesOut() async throws {
    struct Failure: Error {}
    let database = try await Database()
    try await blocking {
      let writer = try database.connect()
      try writer.script("create table t (x int); create publication p for table t")
      let replication = try ReplicationConnection(database.conninfo)
      let slot = try replication.createSlot("throw_slot", isTemporary: true)
      try writer.execute("insert into t values (1)")
      try replication.start(slot.name, options: PgOutputOptions(publications: ["p"]))
      var kinds: [UInt8] = []
      while kinds.last != UInt8(ascii: "C") {
        do {
          _ = try replication.drain(until: nil) { message, payload in
            guard case .xLogData = message else { return }
            kinds.append(payload.unsafeLoad(fromByteOffset: 0, as: UInt8.self))
            throw Failure()
          }
        } catch is Failure {}
      }
      #expect(kinds == Array("BRIC".utf8))
    }
  }

  @Test func aLostStreamIsToldFromARefusedOne() async throws {
    let database = try await Database()
    try await blocking {
      let writer = try database.connect()
      try writer.script("create table t (x int); create publication p for table t")
      let replication = try ReplicationConnection(database.conninfo)
      let slot = try replication.createSlot("lost_slot")
      let missing = try #require(throws: PostgresError.self) {
        try replication.start("no_such_slot", options: PgOutputOptions(publications: ["p"]))
      }
      #expect(missing.code == .server(.undefinedObject))
      #expect(throws: PostgresError.self) { try replication.createSlot(slot.name) }
      // Publications are looked at only when there is a change to decode. PostgreSQL 18 passes over one that is
      // missing, and like 15 refuses two that want different columns of a table.
      let isForgiving = writer.serverVersion >= 180_000
      if isForgiving {
        try writer.script(
          "alter table t add y int; create publication one for table t (x); create publication two for table t (y)"
        )
      }
      try replication.start(
        slot.name,
        options: PgOutputOptions(publications: isForgiving ? ["one", "two"] : ["no_such_publication"]))
      try writer.execute("insert into t values (1)")
      let refused = try #require(throws: PostgresError.self) {
        while true { _ = try replication.drain(until: nil) { _, _ in } }
      }
      #expect(refused.code == .server(isForgiving ? .featureNotSupported : .undefinedObject))
      let next = try ReplicationConnection(database.conninfo)
      try next.start(slot.name, options: PgOutputOptions(publications: ["p"]))
      try writer.terminate(next.processID)
      let lost = try #require(throws: PostgresError.self) {
        while true { _ = try next.drain(until: nil) { _, _ in } }
      }
      #expect(lost.code == .connectionLost)
      #expect(lost.sqlState == .adminShutdown)
      try ReplicationConnection(database.conninfo).dropSlot(slot.name)
    }
  }

  @Test func largeTransactionsAreStreamedAndPreparedOnesAnnounced() async throws {
    let database = try await Database()
    try await blocking {
      let writer = try database.connect()
      try writer.script("create table t (x int, y text); create publication p for table t")
      // The stream begins to send a transaction once it is larger than this.
      let replication = try ReplicationConnection(
        database.conninfo,
        options: ConnectionOptions(settings: [.init(name: "logical_decoding_work_mem", value: "64kB")]))
      let slot = try replication.createSlot("stream_slot", isTemporary: true)
      try writer.execute("begin")
      try writer.execute("insert into t select n, 'before' from generate_series(1, 5000) n")
      try writer.script(
        "savepoint s; insert into t select n, 'undone' from generate_series(1, 5000) n; rollback to s")
      try writer.execute("commit")
      let options = PgOutputOptions(publications: ["p"], binary: true, messages: true, streaming: .on)
      try writer.query("select pg_logical_emit_message(true, 'canary', 'sings')")
      guard writer.serverVersion >= 140_000 else {
        // Binary values and streaming came with PostgreSQL 14.
        let refused = try #require(throws: PostgresError.self) {
          try replication.start(slot.name, options: options)
        }
        #expect(refused.sqlState?.rawValue == "XX000")
        return
      }
      try replication.start(slot.name, options: options)
      let stream = Stream(replication, streaming: .on)
      let changes = try stream.changes(transactions: 2)
      #expect(changes.first == "stream start")
      #expect(changes.filter { $0 == "stream start" }.count > 1)
      let commit = try #require(changes.firstIndex(of: "stream commit"))
      #expect(changes[commit...].contains("message canary"))
      #expect(changes.contains { $0.hasPrefix("stream abort") })
      #expect(changes.filter { $0.hasPrefix("insert t") }.count >= 5000)
      try replication.finish()
    }
  }

  @Test func aServerThatDoesNotDecodeItsWALIsNamedAsSuch() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let cluster = try await PostgresCluster.start(
      in: directory.path + "/pg", removing: directory.path, settings: ["wal_level": "replica"])
    let conninfo = cluster.conninfo()
    try await blocking {
      let replication = try ReplicationConnection(conninfo)
      let error = try #require(throws: PostgresError.self) { _ = try replication.createSlot("s") }
      #expect(error.code == .logicalDecodingOff)
      #expect(error.sqlState == .objectNotInPrerequisiteState)
      #expect(error.description.contains("wal_level is replica"))
      #expect(error.description.contains("rds.logical_replication = 1"))
      #expect(!error.isTransient)
    }
    await cluster.stop()
  }
}

/// Reads a stream into words.
private final class Stream {
  private let connection: ReplicationConnection
  private var decoder: PgOutputDecoder
  private(set) var lastEnd: LSN?

  init(_ connection: ReplicationConnection, streaming: PgOutputOptions.Streaming = .off) {
    self.connection = connection
    decoder = PgOutputDecoder(streaming: streaming)
  }

  /// The rows of inserts until a message of that kind.
  func rows(until last: String) throws -> [[String?]] {
    var rows: [[String?]] = []
    try read { message, payload in
      if case .insert(_, let new) = message { rows.append(text(of: new, in: payload)) }
      return words(message, payload) == last
    }
    return rows
  }

  /// All messages of the next transactions.
  func changes(transactions: Int) throws -> [String] {
    var changes: [String] = []
    var left = transactions
    try read { message, payload in
      let words = words(message, payload)
      changes.append(words)
      if words == "commit" || words == "stream commit" { left -= 1 }
      return left == 0
    }
    return changes
  }

  private func read(until isLast: (PgOutputMessage, RawSpan) throws -> Bool) throws {
    var isDone = false
    while !isDone {
      // One at a time: what comes after the last belongs to the next call.
      _ = try connection.drain(until: nil, limit: 1) { message, payload in
        guard case .xLogData = message else { return }
        let decoded = try decoder.decode(payload)
        if case .commit(_, let end, _) = decoded { lastEnd = end }
        isDone = try isLast(decoded, payload)
      }
    }
  }

  private func words(_ message: PgOutputMessage, _ payload: RawSpan) -> String {
    func row(_ tuple: Tuple) -> String {
      text(of: tuple, in: payload).map { $0 ?? "NULL" }.joined(separator: ",")
    }
    func old(_ tuple: OldTuple) -> String {
      switch tuple {
      case .key(let tuple): "key \(row(tuple))"
      case .row(let tuple): "row \(row(tuple))"
      }
    }
    func name(_ relation: UInt32) -> String { decoder.relations[relation]?.name ?? "?" }
    switch message {
    case .begin: return "begin"
    case .commit: return "commit"
    case .relation(let relation):
      let columns = relation.columns.map { $0.name + ($0.isKey ? "*" : "") }.joined(separator: ",")
      return "relation \(relation.schema).\(relation.name) \(columns)"
    case .insert(let relation, let new): return "insert \(name(relation)) \(row(new))"
    case .update(let relation, let before?, let new):
      return "update \(name(relation)) \(old(before)) -> \(row(new))"
    case .update(let relation, nil, let new): return "update \(name(relation)) \(row(new))"
    case .delete(let relation, let before): return "delete \(name(relation)) \(old(before))"
    case .truncate(let relations, _, _): return "truncate \(relations.map(name).joined(separator: ","))"
    case .message(_, _, let prefix, _): return "message \(prefix)"
    case .streamStart: return "stream start"
    case .streamCommit: return "stream commit"
    case .streamAbort(let xid, let subtransaction): return "stream abort \(xid) \(subtransaction)"
    default: return "other"
    }
  }
}
