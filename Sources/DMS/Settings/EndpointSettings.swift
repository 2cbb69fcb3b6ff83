/// The settings of DMS's S3 target endpoint; the properties bear the names of DMS.md section 4.
public struct EndpointSettings: Hashable, Sendable {
  /// `DataFormat`.
  public enum DataFormat: String, Sendable, CaseIterable {
    /// Delimited text.
    case csv
    /// Apache Parquet.
    case parquet
  }

  /// `ParquetVersion`.
  public enum ParquetVersion: String, Sendable, CaseIterable {
    /// `FileMetaData.version` 1.
    case v1 = "parquet-1-0"
    /// `FileMetaData.version` 2; the pages are of version 1 none the less (DMS.md section 9).
    case v2 = "parquet-2-0"
  }

  /// `EncodingType`.
  public enum EncodingType: String, Sendable, CaseIterable {
    /// Values one after the other.
    case plain
    /// A dictionary under its name of Parquet 1.0.
    case plainDictionary = "plain-dictionary"
    /// A dictionary.
    case rleDictionary = "rle-dictionary"
  }

  /// `CompressionType`.
  public enum CompressionType: String, Sendable, CaseIterable {
    /// As it is.
    case none
    /// Whole files for csv, pages for Parquet.
    case gzip
  }

  /// `DataFormat`.
  public var dataFormat = DataFormat.csv
  /// `ParquetVersion`.
  public var parquetVersion = ParquetVersion.v1
  /// `EncodingType`.
  public var encodingType = EncodingType.rleDictionary
  /// `EnableStatistics`: of column chunks.
  public var enableStatistics = true
  /// `RowGroupLength`, in rows.
  public var rowGroupLength = 10_000
  /// `DataPageSize`, in bytes.
  public var dataPageSize = 1_048_576
  /// `DictPageSizeLimit`, in bytes; a larger dictionary gives way to plain values.
  public var dictPageSizeLimit = 1_048_576
  /// `CompressionType`.
  public var compressionType = CompressionType.none

  /// `IncludeOpForFullLoad`.
  public var includeOpForFullLoad = false
  /// `CdcInsertsOnly`.
  public var cdcInsertsOnly = false
  /// `CdcInsertsAndUpdates`.
  public var cdcInsertsAndUpdates = false
  /// `TimestampColumnName`; nil where there is no such column.
  public var timestampColumnName: String?
  /// `ParquetTimestampInMillisecond`: of TIMESTAMP columns; the timestamp column stays text.
  public var parquetTimestampInMillisecond = false
  /// `UseTaskStartTimeForFullLoadTimestamp`.
  public var useTaskStartTimeForFullLoadTimestamp = false

  /// `CdcMaxBatchInterval`: from the first change of a table's batch to the end of its file.
  public var cdcMaxBatchInterval = Duration.seconds(60)
  /// `CdcMinFileSize`, in KB before encoding: a batch that has grown to it is closed early.
  public var cdcMinFileSizeKB = 32_000
  /// `MaxFileSize`, in KB, of full-load files.
  public var maxFileSizeKB = 1_048_576

  /// `BucketName`.
  public var bucketName: String?
  /// `BucketFolder`, without slashes at its ends; nil where there is none.
  public var bucketFolder: String?
  /// `DatePartitionEnabled`, `DatePartitionSequence` and `DatePartitionDelimiter`; nil where not enabled.
  public var datePartition: DatePartition?
  /// `DatePartitionTimezone`, `Area/Location`; nil is UTC.
  ///
  /// It governs the names of CDC objects as well.
  public var datePartitionTimezone: String?
  /// `PreserveTransactions`: one csv file of all tables, in commit order, under `CdcPath`.
  public var preserveTransactions = false
  /// `CdcPath`, without slashes at its ends.
  public var cdcPath: String?
  /// The settings of csv files.
  public var csv = CSVSettings()

  /// Settings that were given and change nothing here, by their documented name.
  public var withoutEffect: [String: String] = [:]
  /// What the one who wrote the settings should know.
  public var warnings: [SettingsWarning] = []

  /// DMS's defaults.
  public init() {}

  /// The shape of the files.
  public var fileFormat: FileFormat {
    switch (dataFormat, compressionType) {
    case (.parquet, _): .parquet
    case (.csv, .none): .csv
    case (.csv, .gzip): .gzippedCSV
    }
  }

  /// Whether files of a phase have an `Op` column (the matrix of DMS.md section 2).
  ///
  /// For `CdcInsertsAndUpdates` without `IncludeOpForFullLoad` the documentation contradicts itself; the
  /// matrix of "InsertOps" is followed, which has the column.
  public func hasOpColumn(in phase: ObjectName.Phase) -> Bool {
    switch phase {
    case .fullLoad: includeOpForFullLoad
    case .changes: includeOpForFullLoad || !cdcInsertsOnly
    }
  }

  /// Whether a change is written at all; false where `CdcInsertsOnly` or `CdcInsertsAndUpdates` drops it.
  public func delivers(_ operation: ChangeOperation) -> Bool {
    switch operation {
    case .insert: true
    case .update: !cdcInsertsOnly
    case .delete: !cdcInsertsOnly && !cdcInsertsAndUpdates
    }
  }

  /// The columns before the table's own, in order: `Op` and the timestamp column, those that are there.
  public func headerColumns(in phase: ObjectName.Phase) -> [String] {
    (hasOpColumn(in: phase) ? [ChangeOperation.columnName] : []) + (timestampColumnName.map { [$0] } ?? [])
  }
}
