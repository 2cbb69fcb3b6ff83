import DMS
import Testing
import Time

@Suite struct EndpointSettingsTests {
  @Test func readsTheStringOfTheExercise() throws {
    let settings = try EndpointSettings(
      parsing: "DataFormat=parquet;maxFileSize=131072;timestampColumnName=extracted_at;"
        + "includeOpForFullLoad=true;cdcMaxBatchinterval=120")
    #expect(settings.dataFormat == .parquet)
    #expect(settings.maxFileSizeKB == 131_072)
    #expect(settings.timestampColumnName == "extracted_at")
    #expect(settings.includeOpForFullLoad)
    #expect(settings.cdcMaxBatchInterval == .seconds(120))
    #expect(settings.warnings.isEmpty)
    #expect(settings.headerColumns(in: .fullLoad) == ["Op", "extracted_at"])
    #expect(settings.fileFormat == .parquet)
  }

  @Test func defaultsAreThoseOfDMS() throws {
    let settings = try EndpointSettings(parsing: "")
    #expect(settings == EndpointSettings())
    #expect(settings.dataFormat == .csv)
    #expect(settings.cdcMaxBatchInterval == .seconds(60))
    #expect(settings.cdcMinFileSizeKB == 32_000)
    #expect(settings.maxFileSizeKB == 1_048_576)
    #expect(settings.rowGroupLength == 10_000)
    #expect(settings.encodingType == .rleDictionary)
    #expect(settings.headerColumns(in: .fullLoad).isEmpty)
    #expect(settings.headerColumns(in: .changes) == ["Op"])
  }

  @Test func takesEverySpellingInUse() throws {
    let settings = try EndpointSettings(
      parsing: " dataformat = Parquet ; PARQUETVERSION=PARQUET_2_0;includeOpForFullLoad=True;"
        + "EnableStatistics=n;compressionType=GZIP;DatePartitionedEnabled=y;DatePartitionSequence=YYYYMMDDHH;"
        + "DatePartitionDelimiter=DASH;DatePartitionTimezone=Asia/Seoul;BucketFolder=/raw/dms/;;")
    #expect(settings.parquetVersion == .v2)
    #expect(settings.includeOpForFullLoad)
    #expect(!settings.enableStatistics)
    #expect(settings.compressionType == .gzip)
    #expect(settings.fileFormat == .parquet)
    #expect(settings.datePartition == .init(sequence: .yyyymmddhh, delimiter: .dash))
    #expect(settings.datePartitionTimezone == "Asia/Seoul")
    #expect(settings.bucketFolder == "raw/dms")
  }

  @Test func settingsOfAFormatThatNobodyWritesDoNotDiffer() throws {
    let parquet = try EndpointSettings(parsing: "DataFormat=parquet")
    let theirs = try EndpointSettings(parsing: "DataFormat=parquet;CsvNullValue=NULL;DataPageSize=5")
    #expect(parquet.differences(from: theirs).map(\.name) == ["DataPageSize"])
    let csv = try EndpointSettings(parsing: "CsvNullValue=NULL;DataPageSize=5")
    #expect(EndpointSettings().differences(from: csv).map(\.name) == ["CsvNullValue"])
    #expect(parquet.differences(from: csv).map(\.name) == ["DataFormat", "DataPageSize", "CsvNullValue"])
  }

  @Test func readsEscapesInCSVSettings() throws {
    let settings = try EndpointSettings(
      parsing: #"CsvDelimiter=\t;CsvRowDelimiter=\r\n;CsvNullValue= NULL;Rfc4180=false;AddColumnName=true"#)
    #expect(settings.csv.delimiter == "\t")
    #expect(settings.csv.rowDelimiter == "\r\n")
    #expect(settings.csv.nullValue == " NULL")
    #expect(!settings.csv.rfc4180)
    #expect(settings.csv.addColumnName)
    #expect(try EndpointSettings(parsing: "CompressionType=gzip").fileFormat == .gzippedCSV)
  }

  @Test func warnsByName() throws {
    let settings = try EndpointSettings(
      parsing: "cdcMaxBatchIntervall=5;zzz=1;EncryptionMode=SSE_KMS;MaxFileSize=1;MaxFileSize=2")
    #expect(
      settings.warnings == [
        SettingsWarning(name: "cdcMaxBatchIntervall", kind: .unknownName(nearest: "CdcMaxBatchInterval")),
        SettingsWarning(name: "zzz", kind: .unknownName(nearest: nil)),
        SettingsWarning(
          name: "EncryptionMode", kind: .withoutEffect(reason: "the bucket's default encryption applies")),
        SettingsWarning(name: "MaxFileSize", kind: .repeated),
      ])
    #expect(settings.withoutEffect == ["EncryptionMode": "SSE_KMS"])
    #expect(settings.maxFileSizeKB == 2)
  }

  @Test(arguments: [
    ("DataFormat", DMSError.Code.malformedSettings),
    ("DataFormat=orc", .invalidValue),
    ("MaxFileSize=0", .invalidValue),
    ("MaxFileSize=1048577", .invalidValue),
    ("CdcMaxBatchInterval=1.5", .invalidValue),
    ("IncludeOpForFullLoad=maybe", .invalidValue),
    ("DatePartitionTimezone=GMT+2", .invalidValue),
    ("CsvDelimiter=", .invalidValue),
    ("CdcInsertsOnly=true;CdcInsertsAndUpdates=true", .conflictingSettings),
    ("PreserveTransactions=true", .conflictingSettings),
    ("PreserveTransactions=true;CdcPath=x;DatePartitionEnabled=true", .conflictingSettings),
  ])
  func refusesWhatDMSRefuses(text: String, code: DMSError.Code) {
    let error = #expect(throws: DMSError.self) { try EndpointSettings(parsing: text) }
    #expect(error?.code == code)
  }

  @Test func anErrorNamesTheAllowedRange() {
    let error = #expect(throws: DMSError.self) { try EndpointSettings(parsing: "maxfilesize=9999999") }
    #expect(
      error?.description
        == "setting MaxFileSize cannot be \"9999999\"; it takes a whole number from 1 to 1048576")
  }

  /// The matrix of DMS.md section 2.
  @Test(arguments: [
    (true, true, true, true), (false, false, false, true), (false, true, false, false),
    (true, false, true, true),
  ])
  func followsTheMatrixOfTheOpColumn(include: Bool, insertsOnly: Bool, load: Bool, changes: Bool) {
    var settings = EndpointSettings()
    settings.includeOpForFullLoad = include
    settings.cdcInsertsOnly = insertsOnly
    #expect(settings.hasOpColumn(in: .fullLoad) == load)
    #expect(settings.hasOpColumn(in: .changes) == changes)
    #expect(settings.delivers(.insert))
    #expect(settings.delivers(.update) == !insertsOnly)
    #expect(settings.delivers(.delete) == !insertsOnly)
  }

  @Test func insertsAndUpdatesDropDeletesOnly() {
    var settings = EndpointSettings()
    settings.cdcInsertsAndUpdates = true
    #expect(settings.delivers(.update))
    #expect(!settings.delivers(.delete))
    #expect(settings.hasOpColumn(in: .changes))
  }
}

@Suite struct DatePartitionTests {
  @Test(arguments: [
    ("yyyymmdd", "slash", "2021/11/03"), ("yyyymmdd", "dash", "2021-11-03"), ("yyyymmdd", "none", "20211103"),
    ("yyyymmddhh", "underscore", "2021_11_03_07"), ("yyyymm", "slash", "2021/11"),
    ("mmyyyydd", "slash", "11/2021/03"), ("ddmmyyyy", "none", "03112021"),
  ])
  func namesFolders(sequence: String, delimiter: String, folder: String) throws {
    let partition = EndpointSettings.DatePartition(
      sequence: try #require(.init(rawValue: sequence)), delimiter: try #require(.init(rawValue: delimiter)))
    let civil = try #require(CivilTime(year: 2021, month: 11, day: 3, hour: 7, minute: 59))
    #expect(partition.folder(for: civil) == folder)
    let range = try #require(partition.range(ofFolder: folder))
    #expect(range.contains(civil.utc))
    #expect(partition.range(ofFolder: folder + "/") == nil)
    #expect(partition.range(ofFolder: String(folder.dropLast())) == nil)
  }

  @Test func knowsTheHourThatComesTwice() throws {
    var settings = EndpointSettings()
    settings.datePartitionTimezone = "America/New_York"
    // 2024-11-03: clocks go back from 02:00 EDT to 01:00 EST at 06:00 UTC.
    let civil = try #require(CivilTime(year: 2024, month: 11, day: 3, hour: 1, minute: 30))
    #expect(
      settings.timestamps(of: civil) == [Timestamp("2024-11-03 05:30:00"), Timestamp("2024-11-03 06:30:00")])
    // 2024-03-10: clocks go forward from 02:00 to 03:00.
    let gap = try #require(CivilTime(year: 2024, month: 3, day: 10, hour: 2, minute: 30))
    #expect(settings.timestamps(of: gap).isEmpty)
    let point = try #require(Timestamp("2024-03-10 07:00:00"))
    #expect(settings.civilTime(at: point).hour == 3)
  }
}
