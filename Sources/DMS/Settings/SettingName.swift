/// Every name of S3Settings (botocore's service model 1.44.5, DMS.md section 4) and the ones that only the
/// settings string takes; the raw value is the documented spelling.
enum SettingName: String, CaseIterable, Sendable {
  case serviceAccessRoleArn = "ServiceAccessRoleArn"
  case externalTableDefinition = "ExternalTableDefinition"
  case csvRowDelimiter = "CsvRowDelimiter"
  case csvDelimiter = "CsvDelimiter"
  case bucketFolder = "BucketFolder"
  case bucketName = "BucketName"
  case compressionType = "CompressionType"
  case encryptionMode = "EncryptionMode"
  case serverSideEncryptionKmsKeyID = "ServerSideEncryptionKmsKeyId"
  case dataFormat = "DataFormat"
  case encodingType = "EncodingType"
  case dictPageSizeLimit = "DictPageSizeLimit"
  case rowGroupLength = "RowGroupLength"
  case dataPageSize = "DataPageSize"
  case parquetVersion = "ParquetVersion"
  case enableStatistics = "EnableStatistics"
  case includeOpForFullLoad = "IncludeOpForFullLoad"
  case cdcInsertsOnly = "CdcInsertsOnly"
  case timestampColumnName = "TimestampColumnName"
  case parquetTimestampInMillisecond = "ParquetTimestampInMillisecond"
  case cdcInsertsAndUpdates = "CdcInsertsAndUpdates"
  case datePartitionEnabled = "DatePartitionEnabled"
  case datePartitionSequence = "DatePartitionSequence"
  case datePartitionDelimiter = "DatePartitionDelimiter"
  case useCSVNoSupValue = "UseCsvNoSupValue"
  case csvNoSupValue = "CsvNoSupValue"
  case preserveTransactions = "PreserveTransactions"
  case cdcPath = "CdcPath"
  case useTaskStartTimeForFullLoadTimestamp = "UseTaskStartTimeForFullLoadTimestamp"
  case cannedACLForObjects = "CannedAclForObjects"
  case addColumnName = "AddColumnName"
  case cdcMaxBatchInterval = "CdcMaxBatchInterval"
  case cdcMinFileSize = "CdcMinFileSize"
  case csvNullValue = "CsvNullValue"
  case ignoreHeaderRows = "IgnoreHeaderRows"
  case maxFileSize = "MaxFileSize"
  case rfc4180 = "Rfc4180"
  case datePartitionTimezone = "DatePartitionTimezone"
  case addTrailingPaddingCharacter = "AddTrailingPaddingCharacter"
  case expectedBucketOwner = "ExpectedBucketOwner"
  case glueCatalogGeneration = "GlueCatalogGeneration"
  case detachTargetOnLobLookupFailureParquet = "detachTargetOnLobLookupFailureParquet"

  /// The setting of a name in any case; the documentation's own slip `DatePartitionedEnabled` is understood.
  init?(spelled name: String) {
    let lowered = name.lowercased()
    if lowered == "datepartitionedenabled" {
      self = .datePartitionEnabled
      return
    }
    guard let match = SettingName.byLowercase[lowered] else { return nil }
    self = match
  }

  /// Why a setting changes nothing about the files that are written; nil where it does.
  var reasonWithoutEffect: String? {
    switch self {
    case .serviceAccessRoleArn: "the bucket is reached with the credentials of this process"
    case .externalTableDefinition, .ignoreHeaderRows: "it is for S3 as a source"
    case .encryptionMode, .serverSideEncryptionKmsKeyID: "the bucket's default encryption applies"
    case .cannedACLForObjects: "objects keep the bucket's default access"
    case .expectedBucketOwner: "the bucket's owner is not asked for"
    case .glueCatalogGeneration: "no Glue catalog is written"
    case .detachTargetOnLobLookupFailureParquet: "it is undocumented"
    case .bucketName: "the bucket is the one that the configuration names"
    default: nil
    }
  }

  private static let byLowercase = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.rawValue.lowercased(), $0) })
}

/// The known name that is nearest to an unknown one, within a third of its length.
func nearest(to name: String, among known: [String]) -> String? {
  let lowered = Array(name.lowercased().utf8)
  let ranked = known.map { ($0, editDistance(lowered, Array($0.lowercased().utf8))) }
  guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= max(1, lowered.count / 3) else { return nil }
  return best.0
}

/// Insertions, removals and replacements that turn one text into the other (Levenshtein).
private func editDistance(_ one: [UInt8], _ other: [UInt8]) -> Int {
  var row = Array(0...other.count)
  for (i, left) in one.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, right) in other.enumerated() {
      let replaced = diagonal + (left == right ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
    }
  }
  return row[other.count]
}
