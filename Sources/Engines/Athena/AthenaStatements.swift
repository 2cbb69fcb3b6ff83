import DMS
import Ledger
public import ObjectStorage
import Parquet
public import Reconciliation

/// The SQL by which Athena writes the table of observations of one source table.
///
/// Athena fails on a broken object rather than skip it, so there is no count by the footer; and it tells no row's
/// place. It writes timestamps of milliseconds alone, so that times are written as text.
/// Source: Amazon Athena User Guide, "UNLOAD", "CREATE TABLE", and Trino's Hive connector, "Metadata columns".
public struct AthenaStatements: Sendable {
  /// The source table.
  public let table: ObservedTable
  /// The name of the table over the bucket, for people.
  public let name: String
  /// Makes a table over the bucket.
  public let create: String
  /// Writes the table of observations.
  public let unload: String
  /// Removes the table's name; the objects stay.
  public let drop: String

  /// The statements for `table`; nil where it has no objects yet.
  ///
  /// - Parameters:
  ///   - store: the bucket, from which one object's columns are read.
  ///   - bucket: the bucket, `s3://bucket/`.
  ///   - output: where the table is written, an empty place: `s3://bucket/prefix/`.
  ///   - database: the database in which the table over the bucket is made.
  ///   - span: the objects that are read, by their keys; nil for all.
  ///   - name: the name of the table over the bucket, which no other has.
  /// - Throws: `StorageError`; `EngineError` where the table cannot be observed by Athena.
  public static func make(
    _ table: ObservedTable, store: any ObjectStore, bucket: String, output: String, database: String,
    span: KeySpan?, name: String
  ) async throws -> AthenaStatements? {
    guard table.format == .parquet else {
      throw EngineError(
        .unsupported, table.name.description,
        "its objects are csv, and Athena is asked to read Parquet alone",
        mend: "reconcile without an engine")
    }
    guard !(bucket + table.prefix).dropFirst(5).contains("//") else {
      throw EngineError(
        .failed, table.name.description, "Athena reads no folder without a name, as in \(table.prefix)",
        mend: "reconcile without an engine")
    }
    guard let sample = try await BucketSample.take(of: table, from: store) else { return nil }
    let columns = try ObservedColumns(of: table, sample, engine: "Athena", typeName: AthenaType.name)
    return AthenaStatements(
      table, columns, bucket: bucket, output: output, database: database, span: span, name: name)
  }

  private init(
    _ table: ObservedTable, _ columns: ObservedColumns, bucket: String, output: String, database: String,
    span: KeySpan?, name: String
  ) {
    self.table = table
    self.name = "\(database).\(name)"
    var declared = columns.needed.map { (AthenaText.definitionIdentifier($0.name), $0.type.lowercased()) }
    // A table without any column is not allowed; the header's first column is never read for it.
    if declared.isEmpty { declared = [("`op`", "string")] }
    let defined = "\(AthenaText.definitionIdentifier(database)).\(AthenaText.definitionIdentifier(name))"
    create = """
      CREATE EXTERNAL TABLE \(defined) (\(declared.map { "\($0) \($1)" }.joined(separator: ", ")))
      STORED AS PARQUET
      LOCATION \(AthenaText.definitionLiteral(bucket + table.prefix))
      """
    drop = "DROP TABLE IF EXISTS \(defined)"
    let source = "\(AthenaText.identifier(database)).\(AthenaText.identifier(name))"
    let level = table.request.level
    let groups = ["object", "size", "last_modified"] + AthenaStatements.own(columns, level).map(\.name)
    let constants = [
      "CAST(\(ObservationTableFormat.version) AS integer) AS format",
      "\(AthenaText.literal(table.request.tag.hexadecimal)) AS pipeline",
      "\(AthenaText.literal(table.name.description)) AS source_table",
      "'\(level.rawValue)' AS level",
    ]
    let unknown =
      ["CAST(NULL AS bigint) AS object_rows"] + (level >= .keys ? ["CAST(NULL AS bigint) AS place"] : [])
    let sums =
      (level >= .ops ? ["inserts", "updates", "deletes"] : []) + (level >= .keys ? ["keyless"] : [])
    let outer =
      constants + groups + unknown + ["count(*) AS rows"]
      + sums.map { "CAST(sum(\($0)) AS bigint) AS \($0)" }
      + [
        "CAST(min(commit_time) AS varchar) AS first_commit",
        "CAST(max(commit_time) AS varchar) AS last_commit",
      ]
    // Bounds on the path leave objects unopened, so that they cost nothing.
    let bound = span.map { span in
      "\n  WHERE \"$path\" BETWEEN \(AthenaText.literal(bucket + span.first))"
        + " AND \(AthenaText.literal(bucket + span.last))"
    }
    unload = """
      UNLOAD (
      SELECT \(outer.joined(separator: ",\n  "))
      FROM (
        SELECT \(AthenaStatements.inner(columns, table).joined(separator: ",\n    "))
        FROM \(source)\(bound ?? "")
      )
      GROUP BY \(groups.joined(separator: ", "))
      ORDER BY object
      )
      TO \(AthenaText.literal(output))
      WITH (format = 'PARQUET', compression = 'SNAPPY')
      """
  }

  /// What is told of a row of ours.
  private static func own(
    _ columns: ObservedColumns, _ level: ObservationLevel
  ) -> [(name: String, expression: String)] {
    guard level >= .keys, let key = columns.key else { return [] }
    // A value that Athena would round is not told: the object is then read natively.
    func exact(_ column: Column?) -> String {
      guard let column, AthenaType.isExact(column) else { return "CAST(NULL AS varchar)" }
      return AthenaText.identifier(column.name)
    }
    let known = [
      ("op", columns.op.map(AthenaText.identifier) ?? "CAST(NULL AS varchar)"),
      ("row_key", AthenaText.identifier(key.name)), ("row_version", exact(columns.version)),
    ]
    return known
      + columns.values.enumerated().map { (ObservationTableFormat.valueColumn($0.offset), exact($0.element)) }
  }

  /// What is told of each row.
  private static func inner(_ columns: ObservedColumns, _ table: ObservedTable) -> [String] {
    let level = table.request.level
    var list = [
      "regexp_replace(\"$path\", '^[^:]*://[^/]*/', '') AS object", "\"$file_size\" AS size",
      "CAST(CAST(\"$file_modified_time\" AT TIME ZONE 'UTC' AS timestamp(3)) AS varchar) AS last_modified",
    ]
    if let key = columns.key {
      let (name, tag) = (AthenaText.identifier(key.name), table.request.tag.hexadecimal)
      // Told by the beginning of the key; the reader looks at all of it.
      let ours =
        key.isBinary
        ? "to_hex(\(name)) LIKE '\(tag.uppercased())8%'"
        : "lower(\(name)) LIKE '\(tag.prefix(8))-\(tag.suffix(4))-8%'"
      list += own(columns, level).map { "CASE WHEN \(ours) THEN \($0.expression) END AS \($0.name)" }
      list.append("CASE WHEN \(name) IS NULL THEN 1 ELSE 0 END AS keyless")
    }
    if level >= .ops {
      for (kind, name) in [("I", "inserts"), ("U", "updates"), ("D", "deletes")] {
        let count = columns.op.map { "CASE WHEN \(AthenaText.identifier($0)) = '\(kind)' THEN 1 ELSE 0 END" }
        list.append("\(count ?? "0") AS \(name)")
      }
    }
    let time = columns.time.map { "TRY_CAST(\(AthenaText.identifier($0)) AS timestamp(6))" }
    list.append("\(time ?? "CAST(NULL AS timestamp(6))") AS commit_time")
    return list
  }
}
