import DMS
import Postgres

/// The tables of the canary are there, or can be made.
struct CanaryTableCheck: SourceCheck {
  static let name = "canary-table"
  static let wanted = "each configured table, selected by the mappings"
  static let why = "a row in a table that is not replicated never arrives"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    var diagnoses: [Diagnosis] = []
    for name in source.expectations.tables {
      if let mappings = source.expectations.mappings, !mappings.selects(name) {
        diagnoses.append(
          diagnosis(
            .critical, "table_mappings do not select it", subject: name.description,
            mend: "add a selection rule that includes \(name) to the task's mappings and to table_mappings"))
      }
      if source.tables.contains(where: { $0.name == name }) {
        diagnoses.append(diagnosis(.ok, "it is there", subject: name.description))
      } else if source.expectations.createsTables {
        diagnoses.append(
          diagnosis(.note, "not there yet: the first run makes it", subject: name.description))
      } else {
        diagnoses.append(
          diagnosis(
            .critical, "it is not there, and create_tables is false", subject: name.description,
            mend: "create it, or set create_tables: true"))
      }
    }
    return diagnoses
  }
}

/// The log identifies the rows that are updated and deleted.
struct RowIdentityCheck: SourceCheck {
  static let name = "row-identity"
  static let wanted = "a primary key, or another replica identity, in each replicated table"
  static let why =
    "without it DMS ignores updates and deletes of the table; with the primary key alone, a delete carries the key and nothing else"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    var diagnoses: [Diagnosis] = []
    var plain = 0
    for table in source.tables {
      switch (table.replicaIdentity, table.hasPrimaryKey) {
      case ("d", true): plain += 1
      case ("f", let hasKey):
        diagnoses.append(
          diagnosis(
            hasKey ? .note : .warning,
            "replica identity full" + (hasKey ? "" : ", no primary key"),
            subject: table.name.description,
            why:
              "every update and delete carries the whole old row; DMS supports it with test_decoding, and not with pglogical"
          ))
      case ("i", _):
        diagnoses.append(diagnosis(.ok, "replica identity by an index", subject: table.name.description))
      default:
        diagnoses.append(
          diagnosis(
            .critical,
            table.hasPrimaryKey ? "replica identity nothing" : "no primary key and no replica identity",
            subject: table.name.description,
            mend: table.hasPrimaryKey
              ? "alter table \(table.name) replica identity default"
              : "add a primary key, or: alter table \(table.name) replica identity full"))
      }
    }
    if plain > 0 { diagnoses.append(diagnosis(.ok, "\(plain) with a primary key")) }
    return diagnoses
  }
}

/// A column with its type as DMS sees it.
struct TypedColumn {
  let table: QualifiedName
  let name: String
  /// The type of the column, or that beneath a domain: `numeric`, `timetz`.
  let typeName: String
  let modifier: Int32
  let dmsType: DMSType

  /// The columns of tables.
  static func all(of tables: [Source.SelectedTable], _ source: Source) throws(PostgresError) -> [TypedColumn]
  {
    let names = Dictionary(uniqueKeysWithValues: tables.map { ($0.oid, $0.name) })
    let found = try source.connection.query(
      """
      with recursive part (relation, number, name, type, modifier) as (
        select a.attrelid, a.attnum, a.attname::text, a.atttypid, a.atttypmod from pg_attribute a
        where a.attrelid = any (\(bind: source.oids(tables))::oid[]) and a.attnum > 0 and not a.attisdropped
        union all
        select p.relation, p.number, p.name, t.typbasetype, t.typtypmod
        from part p join pg_type t on t.oid = p.type where t.typtype = 'd'
      )
      select p.relation, p.name, t.oid, p.modifier, t.typname::text, t.typtype::text,
        t.typcategory = 'A' and t.typelem <> 0
      from part p join pg_type t on t.oid = p.type
      where t.typtype <> 'd' order by p.relation, p.number
      """)
    var columns: [TypedColumn] = []
    for row in found {
      let kind = try row.decode(5, as: String.self)
      let category: PostgresType.Category =
        try row.decode(6, as: Bool.self)
        ? .array
        : kind == "e" ? .enumeration : kind == "c" ? .composite : kind == "r" || kind == "m" ? .range : .base
      guard let table = names[try row.decode(0)] else { continue }
      let modifier = try row.decode(3, as: Int32.self)
      columns.append(
        TypedColumn(
          table: table, name: try row.decode(1), typeName: try row.decode(4), modifier: modifier,
          dmsType: DMSType(PostgresType(oid: try row.decode(2), modifier: modifier, category: category))))
    }
    return columns
  }

  /// What DMS does not bring over of such values; nil where it brings all.
  var loss: String? {
    switch typeName {
    case "numeric" where modifier < 4:
      "numeric without precision becomes NUMERIC(28,6): further decimals are cut"
    case "timetz": "time with time zone loses its zone"
    case "varchar" where modifier < 4:
      "varchar without a length is cut at 8,000 bytes (unboundedVarcharMaxSize)"
    case "oid", "lo": "large objects (OID) are not migrated"
    case "geometry", "geography", "raster": "PostGIS types are migrated to PostgreSQL alone"
    default: nil
    }
  }

  /// Whether DMS takes it for a large object, which limited LOB mode cuts.
  var isLarge: Bool {
    switch dmsType {
    case .clob, .nclob, .blob: true
    default: false
    }
  }
}

/// Types whose values change on their way.
struct ColumnTypeCheck: SourceCheck {
  static let name = "lossy-types"
  static let wanted = "types that DMS maps without loss"
  static let why = "DMS cuts or drops such values without an error (User Guide, PostgreSQL source data types)"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let columns = try TypedColumn.all(of: source.tables, source)
    let lossy = columns.filter { $0.loss != nil }
    guard !lossy.isEmpty else { return [diagnosis(.ok, "\(columns.count) columns, none with loss")] }
    return Dictionary(grouping: lossy) { [$0.table.description, $0.loss ?? ""] }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, columns in
        diagnosis(
          .warning, "\(shortList(columns.map(\.name))): \(key[1])", subject: key[0],
          mend: key[1].hasPrefix("numeric")
            ? "give the columns a precision and scale, or read them from the source"
            : "do not rely on these columns in the lake, or give them another type")
      }
  }
}

/// Columns that DMS takes for large objects.
struct LargeObjectCheck: SourceCheck {
  static let name = "lob-columns"
  static let wanted = "no LOB columns, or no value above the task's LobMaxSize (32 KB by default)"
  static let why =
    "an S3 target has limited LOB mode alone, which cuts longer values with a line in the task's log; text, json, bytea and arrays are LOBs"

  func diagnose(_ source: Source) throws(PostgresError) -> [Diagnosis] {
    let large = try TypedColumn.all(of: source.tables, source).filter(\.isLarge)
    guard !large.isEmpty else { return [diagnosis(.ok, "none")] }
    // What lies beside the rows costs nothing to ask: an average above the limit, compressed, is proof of more.
    let tables = try source.connection.query(
      """
      select n.nspname::text, c.relname::text, (pg_relation_size(c.reltoastrelid) / c.reltuples)::int8
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.oid = any (\(bind: source.oids(source.tables))::oid[]) and c.reltoastrelid <> 0 and c.reltuples > 0
      """)
    var beside: [QualifiedName: Int64] = [:]
    for row in tables {
      beside[QualifiedName(schema: try row.decode(0), name: try row.decode(1))] = try row.decode(2)
    }
    let limit = source.expectations.replication.lobMaxSizeKB.map { "LobMaxSize is \($0) KB" }
    let bytes = Int64(source.expectations.replication.lobMaxSizeKB ?? 32) * 1_024
    return Dictionary(grouping: large, by: \.table).sorted { $0.key < $1.key }.map { table, columns in
      let found = shortList(columns.map(\.name)) + (limit.map { "; \($0)" } ?? "")
      let mend = "set LobMaxSize of the task above the longest value"
      guard let average = beside[table], average > bytes else {
        return diagnosis(.note, found, subject: table.description, mend: mend)
      }
      return diagnosis(
        .warning, "\(found), and a row has \(Measure.bytes(average)) of large values on average",
        subject: table.description, mend: mend)
    }
  }
}
