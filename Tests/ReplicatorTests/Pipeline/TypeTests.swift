import Foundation
import Postgres
import Testing

@testable import Replicator

/// Every type of DMS.md section 5: the peers read from the files what PostgreSQL says the table holds.
@Suite struct TypeTests {
  /// Columns whose file values are PostgreSQL's own text.
  private static let plain: [(name: String, type: String)] = [
    ("c_smallint", "smallint"), ("c_integer", "integer"), ("c_bigint", "bigint"),
    ("c_numeric", "numeric(15,2)"),
    ("c_wide", "numeric(38,10)"), ("c_huge", "numeric(60,2)"), ("c_boolean", "boolean"),
    ("c_varchar", "varchar(20)"),
    ("c_text", "text"), ("c_uuid", "uuid"), ("c_json", "json"), ("c_jsonb", "jsonb"), ("c_bytea", "bytea"),
    ("c_date", "date"), ("c_array", "int[]"), ("c_mood", "mood"), ("c_range", "int4range"),
    ("c_point", "point"), ("c_xml", "xml"), ("c_tsvector", "tsvector"), ("c_composite", "pair"),
    ("c_bits", "bit(3)"),
  ]

  private static let rows = [
    """
    (1, -32768, -2147483648, -9223372036854775808, -9999999999999.99, -9999999999999999999999999999.9999999999,
    9999999999999999999999999999999999999999999999999999999999.99, true, 'ünï', 'text', \
    '123e4567-e89b-12d3-a456-426614174000', '{"a" :  1}', '{"b": [1, 2]}', '\\x00ff10', '2024-02-29', '10.0.0.1/8',
    '{1,NULL,3}', 'happy', '[1,5)', '(1,2)', '<a>b</a>', 'fat cat', '(1,"a b")', B'101',
    1.5, 3.141592653589793, 'abc', '23:59:59.999', '2024-02-29 12:34:56.789012', '2024-02-29 12:34:56.789012+02',
    12.3456789, 1234.56, '1 year 2 mons 3 days 04:05:06', 'domain',
    '23:59:59.999+02')
    """,
    """
    (2, 32767, 2147483647, 9223372036854775807, 9999999999999.99, 0.0000000001, 0, false, '', '', \
    '00000000-0000-0000-0000-000000000000', 'null', '{}', '', '0001-01-01', '::1', '{}', 'sad', 'empty', '(0,0)', '', \
    '', '(,)', B'000', 'NaN', 'NaN', '', '00:00:00', '1970-01-01', '1969-12-31 23:59:59.999999+00', 0, -0.01, '0', '',
    '00:00:00-03:30')
    """,
    """
    (3, 0, 0, 0, 0.01, 1, 1, null, null, E'tab\\t newline\\n back\\\\slash "quote"', null, null, null, null, null, null, \
    null, null, null, null, null, null, null, null, 'Infinity', '-Infinity', null, null, 'infinity', '-infinity', \
    null, null, null, null, null)
    """,
    "(4)",
  ]

  private static let setUp: [SQL] = [
    "create type mood as enum ('sad', 'happy')", "create type pair as (a int, b text)",
    "create domain word as varchar(10)",
    """
    create table types (id int primary key, c_smallint smallint, c_integer integer, c_bigint bigint,
    c_numeric numeric(15,2), c_wide numeric(38,10), c_huge numeric(60,2), c_boolean boolean, c_varchar varchar(20),
    c_text text, c_uuid uuid, c_json json, c_jsonb jsonb, c_bytea bytea, c_date date, c_inet inet, c_array int[],
    c_mood mood, c_range int4range, c_point point, c_xml xml, c_tsvector tsvector, c_composite pair, c_bits bit(3),
    c_real real, c_double double precision, c_char char(5), c_time time, c_timestamp timestamp,
    c_timestamptz timestamptz, c_unbounded numeric, c_money money, c_interval interval, c_domain word,
    c_timetz timetz, c_generated int generated always as (id * 2) stored)
    """,
  ]

  @Test(arguments: [Bucket.Peer.pyarrow, .duckdb])
  func peersAgreeWithPostgreSQL(peer: Bucket.Peer) async throws {
    let (source, bucket) = (try await Source(), try Bucket())
    let connection = try Connection(source.conninfo)
    defer { connection.close() }
    for statement in TypeTests.setUp { try connection.execute(statement) }
    if try source.lackingTypes().contains("xml") {
      try connection.execute("alter table types alter column c_xml type text")
    }
    for row in TypeTests.rows { try connection.script(SQL(stringLiteral: "insert into types values \(row)")) }
    let run = try Run(source, bucket)
    try await run.waitUntilStreaming()
    // The same rows again, through the stream this time.
    try connection.execute("update types set id = id + 10")
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()

    let files = try await bucket.files(peer)
    #expect(files.count == 2)
    for file in files {
      #expect(!file.columns.contains("c_generated"))
      for (name, type) in TypeTests.plain {
        let expected = try source.rows(SQL(stringLiteral: "select \(name)::text from types order by id")).map
        { $0[0] }
        #expect(file.values(name) == expected, "\(peer) \(file.key) \(name) \(type)")
      }
      try compareOthers(file, source, peer)
    }
  }

  private func compareOthers(_ file: Bucket.File, _ source: Source, _ peer: Bucket.Peer) throws {
    #expect(file.values("c_real").map { $0.flatMap(Float.init)?.description } == ["1.5", "nan", "inf", nil])
    #expect(
      file.values("c_double").map { $0.flatMap(Double.init)?.description } == [
        "3.141592653589793", "nan", "-inf", nil,
      ])
    #expect(file.values("c_char") == ["abc", "", nil, nil])
    #expect(file.values("c_inet") == ["10.0.0.1/8", "::1", nil, nil])
    #expect(file.values("c_domain") == ["domain", "", nil, nil])
    #expect(file.values("c_time") == ["23:59:59.999000", "00:00:00", nil, nil])
    #expect(file.values("c_timetz") == ["21:59:59.999000", "03:30:00", nil, nil])
    #expect(
      Array(file.values("c_timestamp").prefix(2)) == [
        "2024-02-29 12:34:56.789012", "1970-01-01 00:00:00.000000",
      ])
    #expect(
      Array(file.values("c_timestamptz").prefix(2)) == [
        "2024-02-29 10:34:56.789012", "1969-12-31 23:59:59.999999",
      ])
    #expect(file.values("c_timestamp")[2] == "9999-12-31 23:59:59.000000")
    #expect(file.values("c_unbounded") == ["12.345678", "0.000000", nil, nil])
    #expect(file.values("c_money") == ["1234.5600", "-0.0100", nil, nil])
    #expect(
      file.values("c_interval") == [
        "1 YEAR, 2 MONTHS, 3 DAYS, 4 HOURS, 5 MINUTES, 6 SECONDS", "0 SECONDS", nil, nil,
      ])
  }
}
