import DMS
import Postgres
import Time

/// The source as its checks ask it.
struct Source {
  let connection: Connection
  let expectations: SourceExpectations
  let clock: any WallClock
  /// Whether it runs on RDS, where roles and parameters have other names.
  let isRDS: Bool
  /// Every permanent table that is replicated, as far as it is known, and the canary's own; sorted.
  let tables: [SelectedTable]

  struct SelectedTable {
    let oid: UInt32
    let name: QualifiedName
    /// `pg_class.relreplident`: d by the primary key, f the whole row, i an index, n nothing.
    let replicaIdentity: String
    let hasPrimaryKey: Bool
    /// Whether the canary writes to it.
    let isCanary: Bool
  }

  init(
    _ connection: Connection, _ expectations: SourceExpectations, _ clock: any WallClock
  ) throws(PostgresError) {
    (self.connection, self.expectations, self.clock) = (connection, expectations, clock)
    isRDS = try connection.query(
      "select exists (select from pg_roles where rolname = 'rds_superuser')"
    ).single()
    let found = try connection.query(
      """
      select c.oid, n.nspname::text, c.relname::text, c.relreplident::text,
        exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p'
        and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
      order by n.nspname collate "C", c.relname collate "C"
      """)
    var tables: [SelectedTable] = []
    for row in found {
      let name = QualifiedName(schema: try row.decode(1), name: try row.decode(2))
      let isCanary = expectations.tables.contains(name)
      guard isCanary || expectations.mappings?.selects(name) == true else { continue }
      tables.append(
        SelectedTable(
          oid: try row.decode(0), name: name, replicaIdentity: try row.decode(3),
          hasPrimaryKey: try row.decode(4), isCanary: isCanary))
    }
    self.tables = tables
  }

  /// A setting of the server; nil where it has no such.
  func setting(_ name: String) throws(PostgresError) -> String? { try connection.setting(name) }

  /// A setting in its own unit (milliseconds, megabytes ...), as `pg_settings` keeps it.
  func number(_ name: String) throws(PostgresError) -> Int64? {
    let found = try connection.query("select setting::bigint from pg_settings where name = \(bind: name)")
    return try found.first?.decode(0, as: Int64.self)
  }

  /// How a parameter of the server is changed.
  func mend(parameter: String, to value: String, restarts: Bool) -> String {
    isRDS
      ? "set \(parameter) = \(value) in the instance's parameter group"
        + (restarts ? " and reboot the instance" : "")
      : "alter system set \(parameter) = \(value), then "
        + (restarts ? "restart the server" : "select pg_reload_conf()")
  }

  /// `array['…']` of oids for a statement.
  func oids(_ tables: [SelectedTable]) -> String {
    "{" + tables.map { "\($0.oid)" }.joined(separator: ",") + "}"
  }
}

/// A rule about the source.
protocol SourceCheck: Check {
  /// Asks the server and judges its answer.
  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis]
}

extension SourceCheck {
  static var area: Diagnosis.Area { .source }
}

/// Names for a sentence: the first few, and how many more.
func shortList(_ names: [String], limit: Int = 5) -> String {
  names.count <= limit
    ? names.joined(separator: ", ")
    : names.prefix(limit).joined(separator: ", ") + " and \(names.count - limit) more"
}

/// Bytes and times in words, for sentences.
enum Measure {
  static func bytes(_ count: Int64) -> String {
    var value = Double(count)
    var units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"][...]
    while abs(value) >= 1_023.5, units.count > 1 {
      value /= 1_024
      units.removeFirst()
    }
    let rounded = (value * 10).rounded() / 10
    return (units.first == "B" ? "\(count)" : "\(rounded)") + " \(units.first ?? "")"
  }

  static func time(_ seconds: Double) -> String {
    switch abs(seconds) {
    case ..<0.9995: "\(Int((seconds * 1_000).rounded())) ms"
    case ..<120: "\((seconds * 10).rounded() / 10) s"
    case ..<7_200: "\(Int(seconds / 60)) minutes"
    case ..<172_800: "\(Int(seconds / 3_600)) hours"
    default: "\(Int(min(seconds / 86_400, 1e9))) days"
    }
  }
}
