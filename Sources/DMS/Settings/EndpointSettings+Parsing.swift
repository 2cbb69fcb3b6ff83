extension EndpointSettings {
  /// Reads the string that DMS takes: `name=value;name=value`, names in any case.
  ///
  /// Booleans are true, false, y, n, yes, no, 1 or 0. `\n`, `\r`, `\t` and `\\` in the values of csv settings
  /// stand for the characters. Unknown names, and names that change nothing here, become warnings.
  ///
  /// - Parameter named: settings as DMS's API gives them, each by its name; they win over those of the text, and
  ///   a `;` in a value is part of it.
  /// - Throws: `DMSError` with `malformedSettings`, `invalidValue` (naming the allowed range) or
  ///   `conflictingSettings`.
  public init(parsing text: String, named: [String: String] = [:]) throws(DMSError) {
    self.init()
    var partition = PartitionParts()
    var seen: Set<SettingName> = []
    for (spelled, value) in try SettingValue.pairs(of: text, named) {
      guard let name = SettingName(spelled: spelled) else {
        warnings.append(
          SettingsWarning(
            name: spelled,
            kind: .unknownName(nearest: nearest(to: spelled, among: SettingName.allCases.map(\.rawValue)))))
        continue
      }
      if !seen.insert(name).inserted {
        warnings.append(SettingsWarning(name: name.rawValue, kind: .repeated))
      }
      try set(name, SettingValue(setting: name.rawValue, raw: value), partition: &partition)
      if let reason = name.reasonWithoutEffect {
        withoutEffect[name.rawValue] = trimmed(value)
        warnings.append(SettingsWarning(name: name.rawValue, kind: .withoutEffect(reason: reason)))
      }
    }
    if partition.enabled {
      datePartition = DatePartition(sequence: partition.sequence, delimiter: partition.delimiter)
    }
    try checkConflicts()
  }

  private struct PartitionParts {
    var enabled = false
    var sequence = DatePartition.Sequence.yyyymmdd
    var delimiter = DatePartition.Delimiter.slash
  }

  private mutating func set(
    _ name: SettingName, _ value: SettingValue, partition: inout PartitionParts
  ) throws(DMSError) {
    switch name {
    case .dataFormat: dataFormat = try value.choice()
    case .parquetVersion: parquetVersion = try value.choice()
    case .encodingType: encodingType = try value.choice()
    case .compressionType: compressionType = try value.choice()
    case .enableStatistics: enableStatistics = try value.flag()
    // The cap of the UserGuide's RowGroupLength; the lower bounds are ours.
    case .rowGroupLength: rowGroupLength = try value.number(1...64 * 1_048_576)
    case .dataPageSize: dataPageSize = try value.number(1...1_073_741_824)
    case .dictPageSizeLimit: dictPageSizeLimit = try value.number(0...1_073_741_824)
    case .includeOpForFullLoad: includeOpForFullLoad = try value.flag()
    case .cdcInsertsOnly: cdcInsertsOnly = try value.flag()
    case .cdcInsertsAndUpdates: cdcInsertsAndUpdates = try value.flag()
    case .timestampColumnName: timestampColumnName = value.textOrNil
    case .parquetTimestampInMillisecond: parquetTimestampInMillisecond = try value.flag()
    case .useTaskStartTimeForFullLoadTimestamp: useTaskStartTimeForFullLoadTimestamp = try value.flag()
    case .cdcMaxBatchInterval: cdcMaxBatchInterval = .seconds(try value.number(1...86_400))
    case .cdcMinFileSize: cdcMinFileSizeKB = try value.number(1...1_048_576)
    case .maxFileSize: maxFileSizeKB = try value.number(1...1_048_576)
    case .bucketName: bucketName = value.textOrNil
    case .bucketFolder: bucketFolder = value.folderOrNil
    case .datePartitionEnabled: partition.enabled = try value.flag()
    case .datePartitionSequence: partition.sequence = try value.choice()
    case .datePartitionDelimiter: partition.delimiter = try value.choice()
    case .datePartitionTimezone: datePartitionTimezone = try value.timeZoneOrNil()
    case .preserveTransactions: preserveTransactions = try value.flag()
    case .cdcPath: cdcPath = value.folderOrNil
    case .csvDelimiter: csv.delimiter = try value.nonEmptyEscaped()
    case .csvRowDelimiter: csv.rowDelimiter = try value.nonEmptyEscaped()
    case .csvNullValue: csv.nullValue = value.escaped
    case .rfc4180: csv.rfc4180 = try value.flag()
    case .useCSVNoSupValue: csv.useNoSuppliedValue = try value.flag()
    case .csvNoSupValue: csv.noSuppliedValue = value.escaped
    case .addColumnName: csv.addColumnName = try value.flag()
    case .addTrailingPaddingCharacter: csv.addTrailingPaddingCharacter = try value.flag()
    case .serviceAccessRoleArn, .externalTableDefinition, .encryptionMode, .serverSideEncryptionKmsKeyID,
      .cannedACLForObjects, .ignoreHeaderRows, .expectedBucketOwner, .glueCatalogGeneration,
      .detachTargetOnLobLookupFailureParquet:
      break
    }
  }

  /// The pairs that AWS documents as exclusive (DMS.md sections 1 and 2).
  private func checkConflicts() throws(DMSError) {
    if cdcInsertsOnly && cdcInsertsAndUpdates {
      throw DMSError(.settingsExclude("CdcInsertsOnly", "CdcInsertsAndUpdates"))
    }
    if preserveTransactions && cdcPath == nil {
      throw DMSError(.settingNeeds("PreserveTransactions", "CdcPath"))
    }
    guard preserveTransactions else { return }
    if datePartition != nil {
      throw DMSError(.settingsExclude("DatePartitionEnabled", "PreserveTransactions"))
    }
    if csv.addColumnName { throw DMSError(.settingsExclude("AddColumnName", "PreserveTransactions")) }
  }
}
