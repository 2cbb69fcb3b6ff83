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
  public func differences(from other: EndpointSettings) -> [Difference] {
    zip(spelled, other.spelled).compactMap { ours, theirs in
      ours.value == theirs.value
        ? nil : Difference(name: ours.name.rawValue, ours: ours.value, theirs: theirs.value)
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
