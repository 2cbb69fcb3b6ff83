import Postgres
import Testing
import Time

@Suite struct QueryTests {
  @Test func valuesOfEveryTypeGoThereAndBack() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let moment = Timestamp(microseconds: 1_790_000_000_123_456)
      let uuid: [UInt8] = (0..<16).map { 0xA0 | $0 }
      let row = try connection.query(
        """
        select \(bind: true), \(bind: Int16.min), \(bind: Int32.max), \(bind: Int64.min), \(bind: 42),
          \(bind: Float(1.5)), \(bind: -0.1), \(bind: "naïve \u{1F40B}'\"\\")::text, \(bind: [0, 255, 92] as [UInt8]),
          \(bind: Parameter.uuid(uuid)), \(bind: moment), \(bind: Parameter.timestamptz(moment)),
          \(bind: LSN(rawValue: 0x16_B374D848)), \(bind: TransactionID(rawValue: 1 << 40)),
          \(bind: Int?.none)::bigint, \(bind: "")::varchar, \(bind: [] as [UInt8])
        """
      ).onlyRow()
      #expect(try row.decode(0, as: Bool.self))
      #expect(try row.decode(1, as: Int16.self) == .min)
      #expect(try row.decode(2, as: Int32.self) == .max)
      #expect(try row.decode(3, as: Int64.self) == .min)
      #expect(try row.decode(4, as: Int.self) == 42)
      #expect(try row.decode(5, as: Float.self) == 1.5)
      #expect(try row.decode(6, as: Double.self) == -0.1)
      #expect(try row.decode(7, as: String.self) == "naïve \u{1F40B}'\"\\")
      #expect(try row.decode(8, as: [UInt8].self) == [0, 255, 92])
      #expect(try row.decode(9, as: [UInt8].self) == uuid)
      #expect(try row.decode(9, as: String.self) == "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf")
      #expect(try row.decode(10, as: Timestamp.self) == moment)
      #expect(try row.decode(11, as: Timestamp.self) == moment)
      #expect(try row.decode(12, as: LSN.self) == LSN("16/B374D848"))
      #expect(try row.decode(13, as: TransactionID.self).rawValue == 1 << 40)
      #expect(try row.decode(14, as: Int?.self) == nil)
      #expect(try row.decode(15, as: String?.self) == "")
      #expect(try row.decode(16, as: [UInt8]?.self) == [])
    }
  }

  @Test func textFormIsReadAsWell() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let row = try connection.query(
        """
        select 7::int2 as small, 1.5::float8 as double, true as flag, '\\x00ff'::bytea as raw,
          '2026-11-23 22:54:01.5'::timestamp as moment, '12.340'::numeric as exact,
          'a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf'::uuid as id
        """, format: .text
      ).onlyRow()
      #expect(try row.decode("small", as: Int.self) == 7)
      #expect(try row.decode("double", as: Double.self) == 1.5)
      #expect(try row.decode("flag", as: Bool.self))
      #expect(try row.decode("raw", as: [UInt8].self) == [0, 255])
      #expect(try row.decode("moment", as: Timestamp.self) == Timestamp("2026-11-23 22:54:01.5"))
      #expect(try row.decode("exact", as: String.self) == "12.340")
      #expect(try row.decode("id", as: [UInt8].self).count == 16)
    }
  }

  @Test(arguments: ["infinity", "-infinity"])
  func infiniteTimestampsAreTheOutermostPoints(_ text: String) async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let point = try connection.query("select \(bind: text)::timestamp").single(as: Timestamp.self)
      #expect(point.microseconds == (text == "infinity" ? .max : .min))
      #expect(try connection.query("select \(bind: point)::text").single(as: String.self) == text)
    }
  }

  @Test(arguments: ["plain", "with \"quotes\"", "semi;colon--", "ünï \u{1F40B}", "back\\slash", "' or '1"])
  func namesAreQuoted(_ name: String) async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      try connection.execute("create schema \(identifier: name)")
      try connection.execute("create table \(qualified: name, name) (\(identifier: name) text)")
      try connection.execute("comment on table \(qualified: name, name) is \(literal: name)")
      try connection.execute(
        "insert into \(qualified: name, name) (\(identifiers: [name])) values (\(bind: name))")
      let result = try connection.query("select * from \(qualified: name, name)")
      #expect(result.columns.map(\.name) == [name])
      #expect(try result.single(as: String.self) == name)
      let comment = try connection.query(
        "select obj_description(c.oid) from pg_class c where relname = \(bind: name)")
      #expect(try comment.single(as: String.self) == name)
    }
  }

  @Test func partsOfStatementsKeepTheirParameters() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let values = [1, 2, 3].map { "(\(bind: $0))" as SQL }
      let condition: SQL = "where x > \(bind: 1)"
      let sum = try connection.query(
        "select sum(x)::int from (values \(joined: values, by: ", ")) v (x) \(condition)")
      #expect(try sum.single(as: Int.self) == 5)
    }
  }

  @Test func nulCharactersAreRefusedBeforeTheyAreSent() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      for sql: SQL in ["select \(bind: "a\0b")", "select 1 as \(identifier: "a\0b")", "select 'a\0b'"] {
        let error = try #require(throws: PostgresError.self) { try connection.query(sql) }
        #expect(error.code == .invalidParameter)
      }
      #expect(try connection.query("select 1").single(as: Int.self) == 1)
    }
  }

  @Test func wrongShapesAreErrors() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let shapes: [(SQL, (QueryResult) throws -> Void)] = [
        ("select 1 where false", { _ = try $0.single(as: Int.self) }),
        ("select 1, 2", { _ = try $0.single(as: Int.self) }),
        ("select null::int", { _ = try $0.single(as: Int.self) }),
        ("select 'x'::text", { _ = try $0.single(as: Int.self) }),
        ("select 40000::int", { _ = try $0.single(as: Int16.self) }),
        ("select 1.5::numeric", { _ = try $0.single(as: String.self) }),
        ("select 1", { _ = try $0.onlyRow().decode("other", as: Int.self) }),
        ("select 1", { _ = try $0.onlyRow().decode(1, as: Int.self) }),
        ("select now()", { _ = try $0.single(as: Double.self) }),
      ]
      for (sql, read) in shapes {
        let result = try connection.query(sql)
        let error = try #require(throws: PostgresError.self) { try read(result) }
        #expect(error.code == .unexpectedResult)
      }
    }
  }

  @Test func scriptsRunSeveralStatementsInOneTransaction() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let results = try connection.script(
        "create table t (x int); insert into t values (1), (2); select * from t")
      #expect(results.map(\.commandTag) == ["CREATE TABLE", "INSERT 0 2", "SELECT 2"])
      #expect(try results[2].map { try $0.decode(0, as: Int.self) } == [1, 2])
      let error = try #require(throws: PostgresError.self) {
        try connection.script("insert into t values (3); select 1/0; insert into t values (4)")
      }
      #expect(error.sqlState?.rawValue == "22012")
      #expect(try connection.query("select count(*) from t").single(as: Int.self) == 2)
    }
  }

  @Test func preparedStatementsTakeTheTypesThatTheServerInferred() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      try connection.execute(
        "create table t (a smallint, b integer, c double precision, d varchar(5), e timestamptz)")
      let insert = try connection.prepare("insert into t values ($1, $2, $3, $4, $5) returning c")
      let moment = Timestamp(microseconds: 5)
      for value in 0..<3 {
        let result = try connection.query(
          insert, [.int64(Int64(value)), .int64(7), .float(2.5), .text("x"), .timestamp(moment)])
        #expect(try result.single(as: Double.self) == 2.5)
      }
      for wrong: [Parameter] in [
        [], [.int64(70000), .null, .null, .null, .null], [.null, .double(1), .null, .null, .null],
        [.null, .null, .null, .bytes([1]), .null],
      ] {
        let error = try #require(throws: PostgresError.self) { try connection.query(insert, wrong) }
        #expect(error.code == .invalidParameter)
      }
      #expect(try connection.query("select count(*) from t").single(as: Int.self) == 3)
    }
  }

  @Test func pipelinesSendAllAndThenReadAll() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      try connection.execute("create table t (x int primary key)")
      let insert = try connection.prepare("insert into t values ($1) returning x")
      let results = try connection.pipeline { pipeline in
        try pipeline.append("begin")
        for value in 0..<1000 { try pipeline.append(insert, [.int64(Int64(value))]) }
        try pipeline.append("commit")
        try pipeline.append("select count(*) from t where x >= \(bind: 500)")
      }
      #expect(results.count == 1003)
      #expect(try results[500].single(as: Int.self) == 499)
      #expect(try results[1002].single(as: Int.self) == 500)
      #expect(connection.transactionState == .idle)
    }
  }

  @Test func aPipelineEndsAtItsFirstFailureAndTheConnectionGoesOn() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      try connection.execute("create table t (x int primary key)")
      let error = try #require(throws: PostgresError.self) {
        _ = try connection.pipeline { pipeline in
          for value in [1, 2, 1, 3] { try pipeline.append("insert into t values (\(bind: value))") }
        }
      }
      #expect(error.code == .server(.uniqueViolation))
      #expect(error.location == "table public.t, constraint t_pkey")
      #expect(try connection.query("select count(*) from t").single(as: Int.self) == 0)
      struct Stop: Error {}
      #expect(throws: Stop.self) {
        _ = try connection.pipeline { pipeline in
          try pipeline.append("insert into t values (9)")
          throw Stop()
        }
      }
      #expect(try connection.query("select count(*) from t").single(as: Int.self) == 1)
    }
  }

  @Test func transactionsCommitOrRollBack() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      try connection.execute("create table t (x int)")
      let id = try connection.transaction { connection in
        try connection.execute("insert into t values (1)")
        let id = try connection.currentTransactionID()
        #expect(try connection.status(of: id) == .inProgress)
        return id
      }
      #expect(try connection.status(of: id) == .committed)
      var aborted: TransactionID?
      #expect(throws: PostgresError.self) {
        try connection.transaction { connection in
          aborted = try connection.currentTransactionID()
          try connection.execute("insert into nowhere values (1)")
        }
      }
      #expect(try connection.status(of: try #require(aborted)) == .aborted)
      #expect(connection.transactionState == .idle)
      // A body that swallows the failure must not pass for committed.
      let error = try #require(throws: PostgresError.self) {
        try connection.transaction { connection in
          _ = try? connection.execute("insert into nowhere values (1)")
        }
      }
      #expect(error.code == .server(.inFailedTransaction))
      #expect(try connection.query("select count(*) from t").single(as: Int.self) == 1)
      #expect(try connection.currentWALInsertLSN() > .zero)
      #expect(try connection.setting("wal_level") == "logical")
      #expect(try connection.setting("no.such") == nil)
    }
  }
}
