import DMS
import Foundation
import Postgres
import Testing
import Workload

@testable import Replicator

/// Random rows of every type, PostgreSQL itself being the oracle.
///
/// `LAKECANARY_TEST_SEED` replays a run, `LAKECANARY_TEST_ROWS` makes it longer.
@Suite struct RandomRowsTests {
  /// A column, a random literal for it, and what the files must hold, in SQL.
  private struct Kind: Sendable {
    let type: String
    let literal: @Sendable (inout Random) -> String
    let expected: String

    init(
      _ type: String, expected: String = "@::text", _ literal: @escaping @Sendable (inout Random) -> String
    ) {
      (self.type, self.literal, self.expected) = (type, literal, expected)
    }
  }

  /// Whole seconds and their fraction apart: before PostgreSQL 14 both are floating-point numbers.
  private static let micros = """
    case when @ = 'infinity' then 253402300799000000 when @ = '-infinity' then -210863520000000000
    else extract(epoch from date_trunc('second', @))::bigint * 1000000 + extract(microseconds from @)::bigint % 1000000
    end::text
    """

  /// 24:00:00 is the day's last millisecond.
  private static let millis = """
    case when @ is not null then least(extract(hour from @)::bigint * 3600000 + extract(minute from @)::bigint * 60000
      + extract(microseconds from @)::bigint / 1000, 86399999)::text end
    """

  /// DMS's form of an interval, by what the server says of its fields.
  private static let intervalFunction: SQL = """
    create function dms_interval(i interval) returns text language sql strict as $$
      select coalesce(nullif(concat_ws(', ', variadic array(
        select trim_scale(amount) || ' ' || unit || case when amount = one then '' else 'S' end
        from (values
          (extract(year from i)::numeric, 'YEAR', 1::numeric), (extract(month from i)::numeric, 'MONTH', 1),
          (extract(day from i)::numeric, 'DAY', 1),
          (extract(hour from i)::numeric, 'HOUR', sign(extract(hour from i)::numeric)),
          (extract(minute from i)::numeric, 'MINUTE', sign(extract(minute from i)::numeric)),
          (extract(microseconds from i)::bigint / 1000000.0, 'SECOND', sign(extract(microseconds from i)::bigint))
        ) fields (amount, unit, one) where amount <> 0)), ''), '0 SECONDS')
    $$
    """

  /// The microseconds, days and bytes are what `Bucket` reads in raw form.
  private static let kinds: [Kind] = [
    Kind("smallint") { String($0.edge(in: -32_768...32_767)) },
    Kind("integer") { String($0.edge(in: -2_147_483_648...2_147_483_647)) },
    Kind("bigint") { String($0.edge(in: .min...Int.max)) },
    Kind("numeric(5,5)") { "0.\($0.digits(5))" },
    Kind("numeric(18,4)") { "\($0.sign())\($0.digits(14)).\($0.digits(4))" },
    Kind("numeric(38,0)") { "\($0.sign())\($0.digits(38))" },
    Kind("numeric(50,3)") { "\($0.sign())\($0.digits(47)).\($0.digits(3))" },
    Kind("numeric(12,2)", expected: "case when @ <> 'NaN' then @::text end") { random in
      random.oneIn(4) ? "'NaN'" : "\(random.digits(10)).\(random.digits(2))"
    },
    Kind("numeric", expected: "case when abs(@) < 1e22 then trunc(@, 6)::text end") { random in
      "\(random.sign())\(random.digits(random.number(1...30))).\(random.digits(random.number(1...20)))"
    },
    Kind("boolean") { $0.oneIn(2) ? "true" : "false" },
    Kind("varchar(40)") { $0.text() }, Kind("text") { $0.text() },
    Kind("char(40)", expected: "@::text") { $0.text() },
    Kind("bytea") { random in "'\\x\((0..<random.number(0...40)).map { _ in random.hex() }.joined())'" },
    Kind("uuid") { random in "'\((0..<16).map { _ in random.hex() }.joined())'" },
    Kind("json") { random in "'{\"k\":  \(random.number(0...9))}'" },
    Kind("jsonb") { "'[\($0.number(0...9)), null]'" },
    Kind("int[]") { "'{\($0.number(0...9)),NULL}'" }, Kind("text[]") { "array[\($0.text())]" },
    Kind("mood") { $0.oneIn(2) ? "'it''s'" : "'ünder'" }, Kind("word") { $0.text() },
    Kind("int4range") { random in
      let low = random.number(-9...9)
      return "'[\(low),\(low + random.number(0...5)))'"
    },
    Kind("daterange") { random in "daterange(\(random.date()), null)" },
    Kind("money", expected: "@::numeric(38,4)::text") { "'\($0.sign())\($0.digits(13)).\($0.digits(2))'" },
    Kind("inet") { "'10.\($0.number(0...255)).0.1/\($0.number(8...31))'" },
    Kind("cidr") { "'10.\($0.number(0...255)).0.0/16'" },
    Kind("macaddr") { random in "'\((0..<6).map { _ in random.hex() }.joined(separator: ":"))'" },
    Kind("xml") { "'<a b=\"é\">\($0.number(0...9))</a>'" },
    Kind("tsvector") { "'b:\($0.number(1...9)) ''a c'':1'" },
    Kind("point") { "point(\($0.number(-9...9)), 0.1)" }, Kind("varbit(9)") { "b'\($0.number(0...1))01'" },
    Kind("pair") { "row(\($0.number(0...9)), \($0.text()))" },
    Kind("hstore") { "hstore(array['k', 'l'], array[\($0.text()), null])" }, Kind("citext") { $0.text() },
    Kind("double precision", expected: "float8send(@)::text") { $0.float() },
    Kind("real", expected: "float4send(@)::text") { $0.float() },
    Kind(
      "date",
      expected:
        "case when @ = 'infinity' then 2932896 when @ = '-infinity' then -2440550 else @ - '1970-01-01'::date end::text"
    ) { $0.date() },
    Kind("timestamp", expected: micros) { random in random.timestamp() },
    Kind("timestamptz", expected: micros) { random in random.timestamp() },
    Kind("time", expected: millis) { random in random.oneIn(9) ? "'24:00:00'" : "'\(random.time())'" },
    Kind("timetz", expected: millis.replacing("@", with: "(@ at time zone 'UTC')::time")) { random in
      "'\(random.time())\(random.oneIn(2) ? "+" : "-")\(random.two(0...15)):\(random.two(0...59))'"
    },
    Kind("interval", expected: "dms_interval(@)") { random in
      guard !random.oneIn(9) else { return "interval '0'" }
      let amounts = ["year", "month", "day"].map { "\(random.sign())\(random.number(0...14)) \($0)" }
      let time = random.oneIn(3) ? "01:01:01" : random.time()
      return "interval '\(amounts.joined(separator: " ")) \(random.sign())\(time)'"
    },
  ]

  /// Kinds of which a full load reads the text: one of them in a table, and the whole table is read so.
  private static let textOnly = [
    "numeric(50,3)", "int[]", "text[]", "int4range", "daterange", "money", "inet", "cidr", "macaddr", "xml",
    "tsvector", "point", "varbit(9)", "pair", "hstore", "citext", "timetz", "interval",
  ]

  @Test(arguments: ["rle-dictionary", "plain"], [false, true])
  func filesHoldWhatTheTableHolds(encoding: String, readsBinary: Bool) async throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["LAKECANARY_TEST_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...(.max))
    let count = environment["LAKECANARY_TEST_ROWS"].flatMap(Int.init) ?? 200
    var random = Random(seed: seed)
    let (source, bucket) = (try await Source(), try Bucket())
    let connection = try Connection(source.conninfo)
    defer { connection.close() }
    let lacking = try source.lackingTypes()
    let kinds = RandomRowsTests.kinds.filter {
      !lacking.contains($0.type) && (!readsBinary || !RandomRowsTests.textOnly.contains($0.type))
    }
    let columns = kinds.enumerated().map { "c\($0.offset) \($0.element.type)" }.joined(
      separator: ", ")
    try connection.execute("create type mood as enum ('it''s', 'ünder')")
    try connection.execute("create domain word as varchar(40)")
    try connection.execute("create type pair as (a int, b text)")
    for name in ["hstore", "citext"] where !lacking.contains(name) {
      try connection.execute("create extension \(identifier: name)")
    }
    try connection.execute(RandomRowsTests.intervalFunction)
    try connection.execute(SQL(stringLiteral: "create table t (id int primary key, \(columns))"))
    func insert(_ ids: Range<Int>) throws {
      for id in ids {
        let values = kinds.map { random.oneIn(10) ? "null" : $0.literal(&random) }
        try connection.script(
          SQL(
            stringLiteral:
              "set bytea_output = hex; insert into t values (\(id), \(values.joined(separator: ", ")))"))
      }
    }
    try insert(0..<count)
    let settings = "DataFormat=parquet;cdcMaxBatchInterval=1;RowGroupLength=64;EncodingType=\(encoding)"
    let run = try Run(source, bucket, settings: settings)
    var catalog = SourceCatalog(connection: connection)
    let entry = try #require(try catalog.tables().first)
    let table = try #require(try catalog.table(entry))
    let layout = try FileLayout(
      table: table, phase: .fullLoad, mappings: TableMappings(including: [table.name]),
      settings: EndpointSettings(parsing: settings))
    #expect(layout.canReadBinary == readsBinary)
    try await run.waitUntilStreaming()
    try insert(count..<2 * count)
    try await run.waitUntilConfirmed(try source.position())
    try await run.stop()

    let files = try await bucket.files(.raw).sorted { $0.key.contains("/LOAD") && !$1.key.contains("/LOAD") }
    #expect(files.reduce(0) { $0 + $1.rows.count } == 2 * count)
    // A full load has the order of the heap, which puts a row wherever there is room.
    let ids = files.flatMap { $0.values("id") }.compactMap { $0.flatMap(Int.init) }
    #expect(ids.sorted() == Array(0..<2 * count))
    #expect(
      Array(ids.suffix(count)) == Array(count..<2 * count), "changes come in the order of their commits")
    let places = ids.indices.sorted { ids[$0] < ids[$1] }
    for (index, kind) in kinds.enumerated() {
      let expected = try source.rows(
        SQL(stringLiteral: "select \(kind.expected.replacing("@", with: "c\(index)")) from t order by id")
      ).map { $0[0] }
      let column = files.flatMap { $0.values("c\(index)") }
      let found = places.map { column[$0] }
      let differing = zip(expected, found).enumerated().filter { $0.element.0 != $0.element.1 }
      #expect(
        differing.isEmpty && found.count == expected.count,
        "seed \(seed), \(kind.type): \(differing.prefix(3).map { "\($0.element.1 ?? "NULL") for \($0.element.0 ?? "NULL")" })"
      )
    }
  }
}

/// Random literals from a seed.
private struct Random: RandomNumberGenerator, Sendable {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func next() -> UInt64 { generator.next() }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
  mutating func oneIn(_ count: Int) -> Bool { number(1...count) == 1 }
  mutating func sign() -> String { oneIn(2) ? "-" : "" }
  mutating func hex() -> String { String(format: "%02x", number(0...255)) }
  mutating func two(_ range: ClosedRange<Int>) -> String { String(format: "%02d", number(range)) }

  mutating func edge(in range: ClosedRange<Int>) -> Int {
    switch number(0...5) {
    case 0: range.lowerBound
    case 1: range.upperBound
    case 2: 0
    default: number(range)
    }
  }

  mutating func digits(_ count: Int) -> String {
    String((0..<count).map { _ in Character(String(number(0...9))) })
  }

  /// Up to 40 characters of many kinds, none of which a char(40) would lose at its end.
  mutating func text() -> String {
    let alphabet = Array("aZ09 \t\n\\\"'%_,;|é漢😀\u{7f}\u{1}")
    let text = String((0..<number(0...12)).map { _ in alphabet[number(0...alphabet.count - 1)] })
    let kept = text.last == " " ? text + "." : text
    return "'" + kept.replacing("'", with: "''") + "'"
  }

  mutating func float() -> String {
    switch number(0...6) {
    case 0: "'NaN'"
    case 1: oneIn(2) ? "'Infinity'" : "'-Infinity'"
    case 2: oneIn(2) ? "0" : "'-0'"
    default: "\(sign())\(digits(1)).\(digits(number(1...17)))e\(number(-30...30))"
    }
  }

  mutating func date() -> String {
    switch number(0...9) {
    case 0: "'infinity'"
    case 1: "'-infinity'"
    case 2: "'\(String(format: "%04d", number(1...4712)))-\(two(1...12))-\(two(1...28)) BC'"
    default: "'\(String(format: "%04d", number(1...9999)))-\(two(1...12))-\(two(1...28))'"
    }
  }

  mutating func time() -> String { "\(two(0...23)):\(two(0...59)):\(two(0...59)).\(digits(6))" }

  mutating func timestamp() -> String {
    let date = date()
    guard !date.contains("infinity") else { return date }
    let time = time()
    return date.hasSuffix(" BC'") ? date.dropLast(4) + " \(time) BC'" : date.dropLast() + " \(time)'"
  }
}
