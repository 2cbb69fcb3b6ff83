import DMS
import Ledger
public import ObjectStorage
import Parquet
public import Reconciliation
public import Time

/// The SQL by which Spark writes the table of observations of one source table.
///
/// Needs Spark 3.5: `_metadata.row_index`, `url_decode`, `try_cast`.
public struct SparkStatements: Sendable {
  /// The source table.
  public let table: ObservedTable
  /// Where the cluster sees the bucket, ending in `/`: `s3a://bucket/`.
  let bucket: String
  /// Where the table is written, as the cluster sees it.
  let output: String
  /// Objects that were last written before this are left out; nil for all.
  let since: Timestamp?
  private let sample: BucketSample
  private let number: Int

  /// The statements for `table`; nil where it has no objects yet.
  ///
  /// - Parameters:
  ///   - store: the bucket, from which one object's columns are read.
  ///   - bucket: where the cluster sees the bucket: `s3a://bucket/`, `file:///directory/`.
  ///   - output: where the cluster is to write.
  ///   - number: the table's number among those of one run.
  /// - Throws: `StorageError`; `EngineError` where the table cannot be observed by Spark.
  public static func make(
    _ table: ObservedTable, store: any ObjectStore, bucket: String, output: String, since: Timestamp?,
    number: Int
  ) async throws -> SparkStatements? {
    guard table.format == .parquet else {
      throw EngineError(
        .unsupported, table.name.description,
        "its objects are csv, and Spark is asked to read Parquet alone",
        mend: "reconcile without an engine")
    }
    guard let sample = try await BucketSample.take(of: table, from: store) else { return nil }
    let statements = SparkStatements(
      table: table, bucket: bucket.hasSuffix("/") ? bucket : bucket + "/", output: output, since: since,
      sample: sample, number: number)
    _ = try statements.columns()
    return statements
  }

  private var level: ObservationLevel { table.request.level }
  private var view: String { "lakecanary_\(table.request.tag.hexadecimal)_\(number)" }

  /// The settings that the statements need, for the session.
  public static let settings = """
    SET spark.sql.session.timeZone=UTC;
    SET spark.sql.caseSensitive=true;
    SET spark.sql.files.ignoreCorruptFiles=true;
    SET spark.sql.files.ignoreMissingFiles=true;
    SET spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS;
    SET spark.sql.parquet.datetimeRebaseModeInRead=CORRECTED;
    SET spark.sql.parquet.datetimeRebaseModeInWrite=CORRECTED;
    """

  /// The statements, each ended by a semicolon.
  public func sql() throws(EngineError) -> String {
    let columns = try columns()
    var declared: [String] = []
    for (name, type) in columns.needed { declared.append("\(SparkText.identifier(name)) \(type)") }
    // A table without any column is not allowed; the header's first column is never read for it.
    if declared.isEmpty { declared = ["`Op` STRING"] }
    var options = [
      "recursiveFileLookup 'true'", "pathGlobFilter '*.parquet'",
      "'parquet.page.verify-checksum.enabled' 'true'",
    ]
    if let since {
      let seconds = String(since.dmsText.prefix(19))
      options.append("modifiedAfter '\(seconds.split(separator: " ").joined(separator: "T"))'")
    }
    return """
      CREATE TABLE \(view) (\(declared.joined(separator: ", ")))
      USING parquet OPTIONS (\(options.joined(separator: ", ")))
      LOCATION \(SparkText.literal(bucket + table.prefix));

      INSERT OVERWRITE DIRECTORY \(SparkText.literal(output))
      USING parquet OPTIONS ('parquet.block.size' '33554432')
      \(select(columns));

      DROP TABLE \(view);
      """
  }

  private func columns() throws(EngineError) -> ObservedColumns {
    let columns = try ObservedColumns(of: table, sample, engine: "Spark", typeName: SparkType.name)
    if let name = columns.needed.map(\.name).first(where: { !SparkText.isIdentifier($0) }) {
      throw EngineError(
        .unsupported, table.name.description,
        "Spark's command line cannot take the name of its column \(name): it would cut the statement there",
        mend: "reconcile without an engine")
    }
    return columns
  }

  private func select(_ columns: ObservedColumns) -> String {
    let values = columns.values.indices.map(ObservationTableFormat.valueColumn)
    let own = (level >= .keys ? ["place", "op", "row_key", "row_version"] : []) + values
    let groups = ["object", "size", "last_modified"] + own
    var sums = ["object_rows", "rows"]
    if level >= .ops { sums += ["inserts", "updates", "deletes"] }
    if level >= .keys { sums.append("keyless") }
    let constants = [
      "CAST(\(ObservationTableFormat.version) AS INT) AS format",
      "\(SparkText.literal(table.request.tag.hexadecimal)) AS pipeline",
      "\(SparkText.literal(table.name.description)) AS source_table",
      "'\(level.rawValue)' AS level",
    ]
    let outer =
      constants + groups + sums.map { "sum(\($0)) AS \($0)" }
      + ["min(first_commit) AS first_commit", "max(last_commit) AS last_commit"]
    return """
      SELECT \(outer.joined(separator: ",\n  "))
      FROM (
        \(data(columns).joined(separator: ",\n    "))
        UNION ALL
        \(footers(columns).joined(separator: ",\n    "))
      )
      GROUP BY \(groups.joined(separator: ", "))
      ORDER BY \((level >= .keys ? ["object", "place"] : ["object"]).joined(separator: ", "))
      """
  }

  /// The object's key: the path without the scheme and what comes before the bucket's own.
  private var objectColumns: [String] {
    let base = bucket.drop { $0 != ":" }.drop { $0 == ":" || $0 == "/" }
    let path =
      "url_decode(replace(regexp_replace(_metadata.file_path, '^[A-Za-z0-9]+:/+', ''), '+', '%2B'))"
    return [
      "SELECT substr(\(path), \(base.unicodeScalars.count + 1)) AS object",
      "_metadata.file_size AS size", "_metadata.file_modification_time AS last_modified",
    ]
  }

  private func data(_ columns: ObservedColumns) -> [String] {
    var list = objectColumns
    if level >= .keys, let key = columns.key, let version = columns.version {
      let name = SparkText.identifier(key.name)
      let tag = table.request.tag.hexadecimal
      // Told by the beginning of the key; the reader looks at all of it.
      let ours =
        key.isBinary
        ? "hex(\(name)) LIKE '\(tag.uppercased())8%'"
        : "lower(\(name)) LIKE '\(tag.prefix(8))-\(tag.suffix(4))-8%'"
      func own(_ expression: String, _ name: String) -> String {
        "CASE WHEN \(ours) THEN \(expression) END AS \(name)"
      }
      list.append(own("_metadata.row_index", "place"))
      list.append(own(columns.op.map(SparkText.identifier) ?? "CAST(NULL AS STRING)", "op"))
      list.append(own(name, "row_key"))
      list.append(own(SparkText.identifier(version.name), "row_version"))
      for (index, value) in columns.values.enumerated() {
        let expression = value.map { SparkText.identifier($0.name) } ?? "CAST(NULL AS STRING)"
        list.append(own(expression, ObservationTableFormat.valueColumn(index)))
      }
    }
    list += ["0L AS object_rows", "1L AS rows"]
    if level >= .ops {
      for (kind, name) in [("I", "inserts"), ("U", "updates"), ("D", "deletes")] {
        let count = columns.op.map { "CAST(\(SparkText.identifier($0)) <=> '\(kind)' AS BIGINT)" } ?? "0L"
        list.append("\(count) AS \(name)")
      }
    }
    if level >= .keys, let key = columns.key {
      list.append("CAST(\(SparkText.identifier(key.name)) IS NULL AS BIGINT) AS keyless")
    }
    let time =
      columns.time.map { "try_cast(\(SparkText.identifier($0)) AS TIMESTAMP)" } ?? "CAST(NULL AS TIMESTAMP)"
    list += ["\(time) AS first_commit", "\(time) AS last_commit FROM \(view)"]
    return list
  }

  /// The rows by the footers alone: a file that was given up in its midst has fewer in the data.
  private func footers(_ columns: ObservedColumns) -> [String] {
    var list = objectColumns
    let own = (level >= .keys ? 4 : 0) + columns.values.count
    list += Array(repeating: "NULL", count: own)
    list += ["1L", "0L"]
    if level >= .ops { list += ["0L", "0L", "0L"] }
    if level >= .keys { list.append("0L") }
    list += ["NULL", "NULL FROM \(view)"]
    return list
  }
}
