import Postgres
import Testing

@Suite struct CopyTests {
  @Test(arguments: ["text", "csv", "binary"])
  func rowsGoOutAndIn(_ format: String) async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      try connection.script(
        """
        create table source (id bigint, name text, raw bytea, exact numeric);
        insert into source select n, case when n % 7 <> 0 then repeat('ü\t\\' || n, (n % 50)::int) end,
          decode(md5(n::text), 'hex'), n / 7.0 from generate_series(1, 20000) n;
        create table copied (like source)
        """)
      var chunks: [[UInt8]] = []
      let out = try connection.copyOut("copy source to stdout (format \(identifier: format))") { row in
        chunks.append(row.withUnsafeBytes { Array($0) })
      }
      #expect(out == 20000)
      var rest = chunks[...]
      let into = try connection.copyIn("copy copied from stdin (format \(identifier: format))") {
        rest.popFirst()
      }
      #expect(into == 20000)
      let difference = try connection.query(
        "select count(*) from (select * from source except all select * from copied) d"
      ).single(as: Int.self)
      #expect(difference == 0)
      #expect(try connection.query("select count(*) from copied").single(as: Int.self) == 20000)
    }
  }

  @Test func bytesMayBeCutAnywhere() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      try connection.execute("create table t (x int, y text)")
      let text = (0..<5000).map { "\($0)\tline \($0)\n" }.joined()
      var bytes = Array(text.utf8)[...]
      let rows = try connection.copyIn("copy t from stdin") {
        let chunk = Array(bytes.prefix(7))
        bytes = bytes.dropFirst(7)
        return chunk.isEmpty ? nil : chunk
      }
      #expect(rows == 5000)
      // More than libpq is given at once.
      let row = [UInt8](repeating: UInt8(ascii: "y"), count: 5_000_000)
      var chunks = [Array("1\t".utf8) + row + Array("\n".utf8)][...]
      #expect(try connection.copyIn("copy t from stdin") { chunks.popFirst() } == 1)
      #expect(try connection.query("select max(length(y)) from t").single(as: Int.self) == 5_000_000)
    }
  }

  @Test func aSenderThatFailsLeavesNothing() async throws {
    struct Failure: Error {}
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      try connection.execute("create table t (x int)")
      var sent = 0
      #expect(throws: Failure.self) {
        _ = try connection.copyIn("copy t from stdin") {
          sent += 1
          if sent == 3 { throw Failure() }
          return Array("1\n".utf8)
        }
      }
      #expect(try connection.query("select count(*) from t").single(as: Int.self) == 0)
    }
  }

  @Test func aReceiverThatFailsStopsTheServer() async throws {
    struct Failure: Error {}
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      var rows = 0
      #expect(throws: Failure.self) {
        _ = try connection.copyOut("copy (select generate_series(1, 100000000)) to stdout") { _ in
          rows += 1
          if rows == 10 { throw Failure() }
        }
      }
      #expect(rows == 10)
      #expect(try connection.query("select 1").single(as: Int.self) == 1)
    }
  }

  @Test func refusalsComeAsErrorsAndTheConnectionGoesOn() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      try connection.execute("create table t (x int check (x < 5))")
      var rows = [Array("1\n9\n".utf8)][...]
      let check = try #require(throws: PostgresError.self) {
        _ = try connection.copyIn("copy t from stdin") { rows.popFirst() }
      }
      #expect(check.sqlState?.rawValue == "23514")
      let missing = try #require(throws: PostgresError.self) {
        _ = try connection.copyOut("copy nowhere to stdout") { _ in }
      }
      #expect(missing.code == .server(.undefinedTable))
      let late = try #require(throws: PostgresError.self) {
        _ = try connection.copyOut("copy (select 1 / (5 - n) from generate_series(1, 9) n) to stdout") { _ in
        }
      }
      #expect(late.sqlState?.rawValue == "22012")
      let other = try #require(throws: PostgresError.self) { _ = try connection.copyOut("select 1") { _ in } }
      #expect(other.code == .invalidParameter)
      let empty = try #require(throws: PostgresError.self) { _ = try connection.copyOut("") { _ in } }
      #expect(empty.code == .invalidParameter)
      #expect(try connection.query("select count(*) from t").single(as: Int.self) == 0)
    }
  }

  @Test func aCopyIsNoQuery() async throws {
    let database = try await Database()
    try await blocking {
      let connection = try database.connect()
      let error = try #require(throws: PostgresError.self) { try connection.query("copy pg_class to stdout") }
      #expect(error.code == .notUsable)
      #expect(!connection.isUsable)
    }
  }
}
