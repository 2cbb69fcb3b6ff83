extension EndpointSettings {
  /// A setting that two endpoints have differently, each value as DMS spells it.
  public struct Difference: Hashable, Sendable {
    /// The documented name: `CdcMaxBatchInterval`.
    public var name: String
    /// The value here; `(none)` where there is none.
    public var ours: String
    /// The value there.
    public var theirs: String
  }

  /// The settings that differ, in the order of DMS's documentation.
  ///
  /// Those of a format that neither writes are left out: DMS's API gives the ones of csv for Parquet as well.
  public func differences(from other: EndpointSettings) -> [Difference] {
    zip(spelled, other.spelled).compactMap { ours, theirs in
      guard ours.value != theirs.value,
        ours.name.format.map({ $0 == dataFormat || $0 == other.dataFormat }) ?? true
      else { return nil }
      return Difference(name: ours.name.rawValue, ours: ours.value, theirs: theirs.value)
    }
  }

  /// Every setting that shapes the objects, with its value.
  private var spelled: [(name: SettingName, value: String)] {
    let none = "(none)"
    return [
      (.dataFormat, dataFormat.rawValue), (.parquetVersion, parquetVersion.rawValue),
      (.encodingType, encodingType.rawValue), (.enableStatistics, "\(enableStatistics)"),
      (.rowGroupLength, "\(rowGroupLength)"), (.dataPageSize, "\(dataPageSize)"),
      (.dictPageSizeLimit, "\(dictPageSizeLimit)"), (.compressionType, compressionType.rawValue),
      (.includeOpForFullLoad, "\(includeOpForFullLoad)"), (.cdcInsertsOnly, "\(cdcInsertsOnly)"),
      (.cdcInsertsAndUpdates, "\(cdcInsertsAndUpdates)"), (.timestampColumnName, timestampColumnName ?? none),
      (.parquetTimestampInMillisecond, "\(parquetTimestampInMillisecond)"),
      (.useTaskStartTimeForFullLoadTimestamp, "\(useTaskStartTimeForFullLoadTimestamp)"),
      (.cdcMaxBatchInterval, "\(cdcMaxBatchInterval.components.seconds)"),
      (.cdcMinFileSize, "\(cdcMinFileSizeKB)"), (.maxFileSize, "\(maxFileSizeKB)"),
      (.datePartitionEnabled, "\(datePartition != nil)"),
      (.datePartitionSequence, datePartition?.sequence.rawValue ?? none),
      (.datePartitionDelimiter, datePartition?.delimiter.rawValue ?? none),
      (.datePartitionTimezone, datePartitionTimezone ?? none),
      (.preserveTransactions, "\(preserveTransactions)"), (.cdcPath, cdcPath ?? none),
      (.csvDelimiter, csv.delimiter), (.csvRowDelimiter, csv.rowDelimiter), (.csvNullValue, csv.nullValue),
      (.rfc4180, "\(csv.rfc4180)"), (.useCSVNoSupValue, "\(csv.useNoSuppliedValue)"),
      (.csvNoSupValue, csv.noSuppliedValue), (.addColumnName, "\(csv.addColumnName)"),
      (.addTrailingPaddingCharacter, "\(csv.addTrailingPaddingCharacter)"),
    ]
  }
}

extension SettingName {
  /// The format whose files alone it shapes; nil where it shapes those of both.
  fileprivate var format: EndpointSettings.DataFormat? {
    switch self {
    case .csvDelimiter, .csvRowDelimiter, .csvNullValue, .rfc4180, .useCSVNoSupValue, .csvNoSupValue,
      .addColumnName, .addTrailingPaddingCharacter:
      .csv
    case .parquetVersion, .encodingType, .enableStatistics, .rowGroupLength, .dataPageSize,
      .dictPageSizeLimit, .parquetTimestampInMillisecond:
      .parquet
    default: nil
    }
  }
}
