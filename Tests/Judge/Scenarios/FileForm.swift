import Replicator

/// A form that a bucket's files have: an endpoint's settings and a task's mappings.
struct FileForm: Sendable {
  let name: String
  let settings: String
  /// Transformation rules, each without its braces and number.
  var rules: [String] = []
  /// Whether the table has REPLICA IDENTITY FULL, so that deletes bring whole rows.
  var isReplicaIdentityFull = false
  /// Whether rows of others are in the table.
  var isShared = false
  /// Whether the table is empty when the task begins, so that there is no full load.
  var isEmptyAtLoad = false
  /// Kinds of fault that leave no trace in this form, or that it does not have.
  var without: Set<Fault.Kind> = []

  func allows(_ kind: Fault.Kind) -> Bool { !without.contains(kind) }

  /// Of a table that is not ours alone, values are not looked at by default.
  private static let values: Set<Fault.Kind> = [
    .alterValue, .truncateValue, .roundValue, .nullValue, .swapValues,
  ]
  /// Cut text is text.
  private static let footers: Set<Fault.Kind> = [.truncateObject, .corruptFooter]

  private static let everything =
    #""object-locator":{"schema-name":"%","table-name":"%","column-name":"%"}"#

  /// Images of every column, and header columns with names that are nearly DMS's own.
  private static let beforeImages =
    [
      #""rule-type":"transformation","rule-target":"column","rule-action":"add-before-image-columns","#
        + #""before-image-def":{"column-prefix":"BI_","column-suffix":"_old","column-filter":"all"},"#
        + #""object-locator":{"schema-name":"%","table-name":"%"}"#
    ]
    + [("op", "AR_H_OPERATION"), ("TS", "AR_H_COMMIT_TIMESTAMP"), ("Customer_Id", "AR_H_USER")].map {
      #""rule-type":"transformation","rule-target":"column","rule-action":"add-column","value":"\#($0.0)","#
        + #""expression":"$\#($0.1)","data-type":{"type":"string","length":50},"#
        + #""object-locator":{"schema-name":"%","table-name":"%"}"#
    }

  static let all = [
    FileForm(
      name: "parquet",
      settings: "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true;maxFileSize=8"),
    FileForm(
      name: "milliseconds",
      settings: "DataFormat=parquet;timestampColumnName=ts;"
        + "parquetTimestampInMillisecond=true;CompressionType=gzip;EncodingType=plain;maxFileSize=8"),
    FileForm(
      name: "headers",
      settings: "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true;"
        + "useTaskStartTimeForFullLoadTimestamp=true;maxFileSize=8",
      rules: [
        #""rule-type":"transformation","rule-target":"column","rule-action":"add-before-image-columns","#
          + #""before-image-def":{"column-prefix":"before_","column-suffix":"","column-filter":"pk-only"},"#
          + #""object-locator":{"schema-name":"%","table-name":"%"}"#,
        #""rule-type":"transformation","rule-target":"column","rule-action":"add-column","value":"seq","#
          + #""expression":"$AR_H_CHANGE_SEQ","data-type":{"type":"string","length":50},"#
          + #""object-locator":{"schema-name":"%","table-name":"%"}"#,
      ]),
    FileForm(
      name: "before-images",
      settings: "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true;maxFileSize=8",
      rules: beforeImages),
    FileForm(
      name: "csv-before-images",
      settings: "timestampColumnName=ts;includeOpForFullLoad=true;maxFileSize=8",
      rules: beforeImages, without: footers.union([.schemaChange, .dropColumn])),
    FileForm(
      name: "numeric",
      settings: "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true;maxFileSize=8",
      rules: ["lat", "lng"].map { column in
        #""rule-type":"transformation","rule-target":"column","rule-action":"change-data-type","#
          + #""data-type":{"type":"numeric","precision":38,"scale":20},"#
          + #""object-locator":{"schema-name":"%","table-name":"%","column-name":"\#(column)"}"#
      }),
    FileForm(
      name: "renamed",
      settings:
        "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true;BucketFolder=raw;maxFileSize=8",
      rules: [
        #""rule-type":"transformation","rule-target":"schema","rule-action":"rename","value":"lake","#
          + #""object-locator":{"schema-name":"%"}"#,
        #""rule-type":"transformation","rule-target":"table","rule-action":"add-prefix","value":"t_","#
          + #""object-locator":{"schema-name":"%","table-name":"%"}"#,
        #""rule-type":"transformation","rule-target":"column","rule-action":"convert-uppercase","#
          + everything,
      ]),
    FileForm(
      name: "inserts-and-updates",
      settings:
        "DataFormat=parquet;timestampColumnName=ts;cdcInsertsAndUpdates=true;includeOpForFullLoad=true;"
        + "maxFileSize=8",
      without: [.loseDelete, .flipDelete]),
    FileForm(
      name: "inserts-only",
      settings: "DataFormat=parquet;timestampColumnName=ts;cdcInsertsOnly=true;includeOpForFullLoad=true;"
        + "maxFileSize=8",
      without: [.loseDelete, .flipDelete, .loseUpdate]),
    FileForm(
      name: "no-op",
      settings: "DataFormat=parquet;timestampColumnName=ts;cdcInsertsOnly=true;maxFileSize=8",
      without: [.loseDelete, .flipDelete, .loseUpdate, .flipOp]),
    FileForm(
      name: "partitions",
      settings:
        "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true;datePartitionEnabled=true;"
        + "datePartitionSequence=DDMMYYYY;datePartitionDelimiter=DASH;datePartitionTimezone=Asia/Tokyo;maxFileSize=8"
    ),
    FileForm(
      name: "hours",
      settings:
        "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true;datePartitionEnabled=true;"
        + "datePartitionSequence=YYYYMMDDHH;datePartitionTimezone=America/New_York;maxFileSize=8"),
    FileForm(
      name: "identity-full",
      settings: "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true;maxFileSize=8",
      isReplicaIdentityFull: true),
    FileForm(
      name: "empty-at-load",
      settings: "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true",
      isEmptyAtLoad: true, without: [.gapInLoad, .doubleLoad, .loseLoadRow]),
    // Without times, a delete that says U and brings the row as it was is a row that comes again, to the letter; that the
    // delete itself is lost is told all the same.
    FileForm(
      name: "no-timestamp", settings: "DataFormat=parquet;includeOpForFullLoad=true;maxFileSize=8",
      isReplicaIdentityFull: true, without: [.wrongTimestamp, .flipDelete]),
    FileForm(
      name: "shared",
      settings: "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true;maxFileSize=8",
      isShared: true, without: values.union([.emptyObject])),
    FileForm(
      name: "csv", settings: "timestampColumnName=ts;includeOpForFullLoad=true;maxFileSize=8",
      without: footers.union([.schemaChange, .dropColumn])),
    FileForm(
      name: "csv-gzip",
      settings:
        "DataFormat=csv;CompressionType=gzip;timestampColumnName=ts;AddColumnName=true;CsvDelimiter=|;"
        + "maxFileSize=8",
      without: [.corruptFooter]),
  ]
}

/// One scenario, before it is played.
struct ScenarioPlan: Sendable {
  let number: Int
  let seed: UInt64
  let faults: [Fault.Kind]
  let form: FileForm

  /// `7 lose-row, delay (csv)`.
  var name: String {
    let kinds = faults.isEmpty ? "healthy" : faults.map(\.rawValue).joined(separator: ", ")
    return "\(number) \(kinds) (\(form.name))"
  }
}
