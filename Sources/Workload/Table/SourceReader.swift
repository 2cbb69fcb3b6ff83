public import Ledger
import Postgres
public import Time

/// A row of ours as the source has it.
public struct SourceRow: Hashable, Sendable {
  /// Its number: the sequence of its identity.
  public let sequence: Int64
  /// Its version; nil where somebody has emptied it.
  public let version: Timestamp?
  /// The digest of its values.
  public let digest: RowDigest
}

/// Reads the pipeline's rows from a table of the source, in one snapshot and without locks.
///
/// One PostgreSQL session on a thread of its own, since libpq blocks.
public actor SourceReader {
  private let conninfo: @Sendable () -> String
  private let tag: PipelineTag
  private let clock: any WallClock
  private let executor = ThreadExecutor(name: "source")

  private static let page = 10_000

  /// A reader of the rows that carry `tag`; it asks for the connection string and connects anew for each call.
  public init(conninfo: @escaping @Sendable () -> String, tag: PipelineTag, clock: any WallClock) {
    (self.conninfo, self.tag, self.clock) = (conninfo, tag, clock)
  }

  /// The thread on which this actor runs.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// All rows of ours in a table.
  ///
  /// - Throws: `WorkloadError`.
  public func rows(of table: TableName) throws(WorkloadError) -> [SourceRow] {
    do throws(PostgresError) {
      let session = try SourceSession(conninfo: conninfo(), table: table, tag: tag, limits: WriterLimits())
      defer { session.close() }
      try session.connection.execute("begin transaction isolation level repeatable read read only")
      var rows: [SourceRow] = []
      var lower = session.keys.lower(sequence: 0)
      while true {
        let found = try session.connection.query(
          """
          select customer_id, created_at, updated_at, name, region, country, lat, lng, email, phone
          from \(qualified: table.schema, table.name)
          where customer_id > \(bind: KeyText(lower).text)::uuid
            and customer_id <= \(bind: KeyText(session.keys.upper).text)::uuid
          order by customer_id limit \(bind: Int64(SourceReader.page))
          """)
        var count = 0
        for row in found {
          count += 1
          let key = try row.decode(0, as: [UInt8].self)
          lower = key
          if let identity = RowIdentity(bytes: key), identity.tag == tag {
            rows.append(try SourceReader.row(row, identity))
          }
        }
        if count < SourceReader.page { break }
      }
      try session.connection.execute("commit")
      return rows
    } catch { throw WorkloadError(error, table: table) }
  }

  /// PostgreSQL's clock against the reader's.
  ///
  /// - Throws: `WorkloadError`.
  public func clockOffset(table: TableName) throws(WorkloadError) -> ClockOffset {
    do throws(PostgresError) {
      let session = try SourceSession(conninfo: conninfo(), table: table, tag: tag, limits: WriterLimits())
      defer { session.close() }
      return try session.measureOffset(to: clock)
    } catch { throw WorkloadError(error, table: table) }
  }

  private static func row(_ row: Row, _ identity: RowIdentity) throws(PostgresError) -> SourceRow {
    func time(_ column: Int) throws(PostgresError) -> DigestedValue {
      try row.decode(column, as: Timestamp?.self).map(DigestedValue.timestamp) ?? .null
    }
    func text(_ column: Int) throws(PostgresError) -> DigestedValue {
      try row.decode(column, as: String?.self).map(DigestedValue.text) ?? .null
    }
    func number(_ column: Int) throws(PostgresError) -> DigestedValue {
      try row.decode(column, as: Double?.self).map(DigestedValue.double) ?? .null
    }
    let values: [DigestedValue] = [
      try time(1), try time(2), .text(identity.description), try text(3), try text(4), try text(5),
      try number(6), try number(7), try text(8), try text(9),
    ]
    return SourceRow(
      sequence: identity.sequence, version: try row.decode(2, as: Timestamp?.self),
      digest: RowDigest(of: values))
  }
}

/// The text of a uuid that need be no identity.
private struct KeyText {
  let text: String

  init(_ bytes: [UInt8]) {
    let digits = bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    text = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
  }
}
