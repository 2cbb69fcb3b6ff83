import Postgres
import Testing
import Time

/// A connection that breaks is told apart from a statement that is refused.
@Suite struct LostConnectionTests {
  @Test func aRefusedStatementLeavesTheConnection() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let error = try #require(throws: PostgresError.self) { try connection.query("select * from nowhere") }
      #expect(error.code == .server(.undefinedTable))
      #expect(error.description.contains("relation \"nowhere\" does not exist [42P01]"))
      #expect(!error.isTransient)
      #expect(try connection.query("select 1").single(as: Int.self) == 1)
    }
  }

  @Test func anIdleSessionThatWasEnded() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let other = try database.connect()
      try other.terminate(connection.processID)
      let error = try #require(throws: PostgresError.self) { try connection.query("select 1") }
      #expect(error.code == .connectionLost)
      #expect(error.sqlState == .adminShutdown)
      #expect(error.isTransient)
      #expect(!connection.isUsable)
      #expect(connection.transactionState == .unknown)
      let next = try #require(throws: PostgresError.self) { try connection.query("select 1") }
      #expect(next.code == .notUsable)
    }
  }

  @Test func aSessionThatIsEndedWhileItsStatementRuns() async throws {
    let database = try await Database()
    let processID = AsyncStream<Int32>.makeStream()
    async let lost = blocking {
      let connection = try database.connect()
      processID.continuation.yield(connection.processID)
      return try #require(throws: PostgresError.self) { try connection.query("select pg_sleep(600)") }
    }
    let running = try #require(await processID.stream.first { _ in true })
    try await blocking {
      let other = try database.connect()
      try other.waitUntilActive(running)
      try other.terminate(running)
    }
    let error = try await lost
    #expect(error.code == .connectionLost)
    #expect(error.sqlState == .adminShutdown)
  }

  @Test func aSessionThatIsEndedWithinACopy() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let other = try database.connect()
      try connection.execute("create table t (x text)")
      var isEnded = false
      let into = try #require(throws: PostgresError.self) {
        _ = try connection.copyIn("copy t from stdin") {
          if !isEnded {
            isEnded = true
            try other.terminate(connection.processID)
          }
          return Array("x\n".utf8)
        }
      }
      #expect(into.code == .connectionLost)
      let reader = try database.connect()
      var rows = 0
      let out = try #require(throws: PostgresError.self) {
        _ = try reader.copyOut("copy (select repeat('x', 1000) from generate_series(1, 1000000)) to stdout") {
          _ in
          rows += 1
          if rows == 1 { try other.terminate(reader.processID) }
        }
      }
      // A server that waits for a reader as it is ended cannot say why.
      #expect(out.code == .connectionLost)
    }
  }

  @Test func aPipelineWhoseSessionIsEnded() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let error = try #require(throws: PostgresError.self) {
        _ = try connection.pipeline { pipeline in
          for _ in 0..<200 { try pipeline.append("select 1") }
          try pipeline.append("select pg_terminate_backend(pg_backend_pid())")
          for _ in 0..<200 { try pipeline.append("select 1") }
        }
      }
      #expect(error.code == .connectionLost)
    }
  }

  @Test func aStatementIsCancelledFromAnotherThread() async throws {
    let database = try await Database()
    let handles = AsyncStream<(CancelHandle, Int32)>.makeStream()
    async let cancelled = blocking {
      let connection = try database.connect()
      handles.continuation.yield((try connection.cancelHandle(), connection.processID))
      let error = try #require(throws: PostgresError.self) { try connection.query("select pg_sleep(600)") }
      #expect(try connection.query("select 1").single(as: Int.self) == 1)
      return error
    }
    let (handle, running) = try #require(await handles.stream.first { _ in true })
    try await blocking { try database.connect().waitUntilActive(running) }
    #expect(handle.cancel())
    #expect(try await cancelled.code == .server(.queryCanceled))
  }

  @Test func anInterruptEndsTheStatementAndTheConnection() async throws {
    let database = try await Database()
    let interrupt = try Interrupt()
    let processID = AsyncStream<Int32>.makeStream()
    async let interrupted = blocking {
      let connection = try database.connect(ConnectionOptions(interrupt: interrupt))
      processID.continuation.yield(connection.processID)
      let error = try #require(throws: PostgresError.self) { try connection.query("select pg_sleep(600)") }
      #expect(!connection.isUsable)
      return error
    }
    let running = try #require(await processID.stream.first { _ in true })
    try await blocking { try database.connect().waitUntilActive(running) }
    interrupt.interrupt()
    #expect(try await interrupted.code == .interrupted)
    try await blocking {
      let other = try database.connect()
      // The server has let go of it: nothing of it runs on.
      try other.waitUntilGone(running)
      let error = try #require(throws: PostgresError.self) {
        _ = try database.connect(ConnectionOptions(interrupt: interrupt))
      }
      #expect(error.code == .interrupted)
    }
  }

  @Test func aServerThatStaysSilentTooLong() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect(ConnectionOptions(answerTimeout: .milliseconds(200)))
      #expect(try connection.query("select 1").single(as: Int.self) == 1)
      let processID = connection.processID
      let error = try #require(throws: PostgresError.self) { try connection.query("select pg_sleep(600)") }
      #expect(error.code == .timedOut)
      #expect(!connection.isUsable)
      try database.connect().waitUntilGone(processID)
    }
  }

  @Test func errorsHoldNoValues() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      try connection.execute("create table t (x text primary key)")
      try connection.execute("insert into t values (\(bind: "s3cret"))")
      let double = try #require(throws: PostgresError.self) {
        try connection.execute("insert into t values (\(bind: "s3cret"))")
      }
      #expect(double.detail?.contains("s3cret") == true)
      #expect(!double.description.contains("s3cret"))
      #expect(double.description.contains("constraint t_pkey"))
      let wrong = try #require(throws: PostgresError.self) {
        try connection.query("select \(bind: "s3cret")::int")
      }
      #expect(wrong.code == .server(.invalidTextRepresentation))
      #expect(!wrong.description.contains("s3cret"))
    }
  }

  @Test func noticesGoToTheirClosure() async throws {
    let database = try await Database()
    let notices = AsyncStream<Notice>.makeStream()
    try await blocking {
      let connection = try database.connect(ConnectionOptions(onNotice: { notices.continuation.yield($0) }))
      try connection.execute("drop table if exists nowhere")
      try connection.script(
        "do $$ begin raise warning 'mind' using hint = 'the gap', errcode = '01234'; end $$")
    }
    notices.continuation.finish()
    let received = await notices.stream.reduce(into: []) { $0.append($1) }
    #expect(received.map(\.severity) == ["NOTICE", "WARNING"])
    #expect(received.last?.message == "mind")
    #expect(received.last?.hint == "the gap")
    #expect(received.last?.sqlState?.rawValue == "01234")
  }

  @Test func sessionSettingsAndTheApplicationsNameAreSent() async throws {
    let database = try await Database()
    try await blocking {
      let settings = [
        ConnectionOptions.Setting(name: "timezone", value: "Asia/Tokyo"),
        ConnectionOptions.Setting(name: "search_path", value: "\"a b\", \"c\\d\""),
      ]
      let connection = try database.connect(ConnectionOptions(applicationName: "named", settings: settings))
      #expect(try connection.setting("timezone") == "Asia/Tokyo")
      #expect(try connection.setting("search_path") == "\"a b\", \"c\\d\"")
      #expect(try connection.setting("application_name") == "named")
      let other = try Connection(
        database.conninfo + " application_name=its_own options='-c work_mem=1MB'",
        options: ConnectionOptions(settings: settings))
      #expect(try other.setting("application_name") == "its_own")
      #expect(try other.setting("work_mem") == "1MB")
      #expect(try other.setting("timezone") == "Asia/Tokyo")
    }
  }

  @Test func urlsAreTaken() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let host = try #require(database.conninfo.split(separator: " ").first).dropFirst("host=".count)
      let url =
        "postgresql://postgres@/\(connection.database)?host=\(host.replacing("/", with: "%2F"))&port=5432"
      #expect(try Connection(url).database == connection.database)
    }
  }
}

extension Connection {
  /// Ends another session, and returns once it is gone.
  func terminate(_ processID: Int32) throws {
    try execute("select pg_terminate_backend(\(bind: processID))")
    try waitUntilGone(processID)
  }

  func waitUntilGone(_ processID: Int32) throws {
    try wait(for: "select not exists (select from pg_stat_activity where pid = \(bind: processID))")
  }

  /// Returns once another session runs a statement.
  func waitUntilActive(_ processID: Int32) throws {
    try wait(
      for:
        "select exists (select from pg_stat_activity where pid = \(bind: processID) and wait_event = 'PgSleep')"
    )
  }

  /// Asks until the answer is yes.
  func wait(for condition: SQL) throws {
    while try !query(condition).single(as: Bool.self) {}
  }
}
