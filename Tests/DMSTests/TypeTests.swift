import DMS
import Testing

@Suite struct TypeTests {
  @Test(
    arguments: [
      (21, -1, DMSType.int2, ParquetColumnType.int16), (23, -1, .int4, .int32), (20, -1, .int8, .int64),
      (700, -1, .real4, .float), (701, -1, .real8, .double), (16, -1, .boolean, .boolean),
      (1700, 983_046, .numeric(precision: 15, scale: 2), .decimal(precision: 15, scale: 2)),
      (1700, -1, .numeric(precision: 28, scale: 6), .decimal(precision: 28, scale: 6)),
      (1700, 39 << 16 | 4, .string(42), .utf8),
      (790, -1, .numeric(precision: 38, scale: 4), .decimal(precision: 38, scale: 4)),
      (1042, 14, .wstring(10), .utf8), (1043, 204, .wstring(200), .utf8), (1043, -1, .wstring(nil), .utf8),
      (25, -1, .nclob, .utf8), (114, -1, .nclob, .utf8), (3802, -1, .nclob, .utf8),
      (2950, -1, .string(36), .utf8),
      (17, -1, .blob, .bytes), (1082, -1, .date, .date), (1083, -1, .time, .timeMillis),
      (1114, -1, .datetime, .timestampMicros), (1184, -1, .datetime, .timestampMicros),
      (1186, -1, .string(128), .utf8), (869, -1, .string(50), .utf8), (142, -1, .clob, .utf8),
      (99_999, -1, .nclob, .utf8),
    ] as [(UInt32, Int32, DMSType, ParquetColumnType)])
  func mapsTypesOfPostgreSQL(oid: UInt32, modifier: Int32, type: DMSType, column: ParquetColumnType) {
    let mapped = DMSType(PostgresType(oid: oid, modifier: modifier))
    #expect(mapped == type)
    #expect(mapped.parquetColumn(EndpointSettings()) == column)
  }

  @Test func mapsWhatIsNoBaseType() {
    #expect(DMSType(PostgresType(oid: 1007, category: .array)) == .nclob)
    #expect(DMSType(PostgresType(oid: 70_000, category: .enumeration)) == .string(64))
    #expect(DMSType(PostgresType(oid: 3904, category: .range)) == .string(255))
    #expect(DMSType(PostgresType(oid: 70_000, category: .composite)) == .nclob)
  }

  /// numeric(2,-3) holds up to 99,000; numeric(3,5) up to 0.00999 (PostgreSQL 15 and later).
  @Test func holdsEveryValueOfOddScales() {
    let negative = Int32(2 << 16 | (-3 & 0x7ff)) + 4
    #expect(DMSType(PostgresType(oid: 1700, modifier: negative)) == .numeric(precision: 5, scale: 0))
    let small = Int32(3 << 16 | 5) + 4
    #expect(DMSType(PostgresType(oid: 1700, modifier: small)) == .numeric(precision: 5, scale: 5))
  }

  @Test func timestampsAreInMillisecondsOnDemand() {
    var settings = EndpointSettings()
    settings.parquetTimestampInMillisecond = true
    #expect(DMSType.datetime.parquetColumn(settings) == .timestampMillis)
  }

  @Test(arguments: [(1, 1), (2, 1), (3, 2), (9, 4), (10, 5), (15, 7), (18, 8), (19, 9), (28, 12), (38, 16)])
  func decimalsTakeTheFewestBytes(precision: Int, bytes: Int) {
    #expect(ParquetColumnType.decimalByteCount(precision: precision) == bytes)
  }
}
