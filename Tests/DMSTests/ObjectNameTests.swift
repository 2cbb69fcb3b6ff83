import DMS
import Testing
import Time

@Suite struct ObjectNameTests {
  @Test(arguments: [
    "LOAD00000001.parquet", "LOAD0000000A.csv", "LOADFFFFFFFF.csv.gz", "SEGMENT12_LOAD00000010.parquet",
    "20240612-103125108.parquet", "20220125-000620654.csv.gz", "CDC_TXN-20201117153046033.csv",
  ])
  func readsAndWritesNamesSeenInBuckets(text: String) throws {
    #expect(try #require(ObjectName(text)).description == text)
  }

  @Test func readsWhatANameSays() throws {
    #expect(ObjectName("LOAD0000001F.parquet")?.kind == .fullLoad(number: 31, segment: nil))
    #expect(ObjectName("SEGMENT2_LOAD00000001.csv")?.kind == .fullLoad(number: 1, segment: 2))
    let time = try #require(
      CivilTime(year: 2024, month: 6, day: 12, hour: 10, minute: 31, second: 25, microsecond: 108_000))
    #expect(ObjectName("20240612-103125108.parquet") == ObjectName(.changes(time), .parquet))
    #expect(ObjectName("20240612-103125108.parquet")?.phase == .changes)
    #expect(ObjectName("LOAD00000001.csv")?.phase == .fullLoad)
  }

  @Test func readsTheTenDigitsOfTheDocumentation() {
    #expect(ObjectName("20141029-1134010000.csv") != nil)
    #expect(ObjectName("20141029-1134012345.csv")?.description == "20141029-113401234.csv")
  }

  @Test(arguments: [
    "", "LOAD", "LOAD00000000.parquet", "LOAD0000001f.parquet", "LOAD000000001.parquet", "LOAD00000001",
    "LOAD00000001.parquet.tmp", "load00000001.parquet", "20240612-1031251.parquet",
    "20241312-103125108.parquet",
    "20240612-253125108.parquet", "20240612_103125108.parquet", "part-0000.parquet",
    "SEGMENT_LOAD00000001.csv",
    "SEGMENT1LOAD00000001.csv", "CDC_TXN-2020111715304603.csv", ".parquet", "2024٠612-103125108.parquet",
  ])
  func refusesOtherNames(text: String) {
    #expect(ObjectName(text) == nil)
  }
}

@Suite struct TableLocationTests {
  let customers = QualifiedName(schema: "public", name: "customers")

  @Test func placesObjects() throws {
    var settings = EndpointSettings()
    settings.bucketFolder = "raw"
    let time = try #require(Timestamp("2021-11-23 01:38:30.913999"))
    let location = TableLocation(table: customers, settings: settings, prefix: "lake/")
    #expect(location.prefix == "lake/raw/public/customers/")
    let name = ObjectName(.changes(CivilTime(utc: time)), .parquet)
    #expect(location.key(name, partition: time) == "lake/raw/public/customers/20211123-013830913.parquet")

    settings.datePartition = .init()
    settings.datePartitionTimezone = "America/New_York"
    let partitioned = TableLocation(table: customers, settings: settings)
    let local = ObjectName(.changes(settings.civilTime(at: time)), .parquet)
    #expect(
      partitioned.key(local, partition: time) == "raw/public/customers/2021/11/22/20211122-203830913.parquet")
    let load = ObjectName(.fullLoad(number: 1, segment: nil), .parquet)
    #expect(partitioned.key(load, partition: time) == "raw/public/customers/LOAD00000001.parquet")
  }

  @Test func tellsKeysApart() throws {
    let location = TableLocation(table: customers, settings: EndpointSettings())
    let load = try #require(ObjectName("LOAD00000001.parquet"))
    #expect(location.classify("public/customers/LOAD00000001.parquet") == .object(load, folder: nil))
    #expect(location.classify("public/customers/p1/LOAD00000001.parquet") == .object(load, folder: "p1"))
    #expect(location.classify("public/customers/a/b/LOAD00000001.parquet") == .foreign)
    #expect(location.classify("public/customers/part-0.parquet") == .foreign)
    #expect(location.classify("public/customers/20240612/20240612-103125108.parquet") == .foreign)
    #expect(location.classify("public/customers/") == .ignored(.folderMarker))
    #expect(location.classify("public/customers/awsdms_x/LOAD00000001.parquet") == .ignored(.controlTable))
    #expect(location.classify("public/customers2/LOAD00000001.parquet") == .elsewhere)
    #expect(IgnoredKey(key: "x/awsdms_status/LOAD00000001.parquet") == .controlTable)
    #expect(IgnoredKey(key: "x/s3_validation_failures/a.csv") == .validationFailures)
    #expect(IgnoredKey(key: "public/customers/LOAD00000001.parquet") == nil)
  }

  @Test func passesOverNothingWhenListingOn() throws {
    let location = TableLocation(table: customers, settings: EndpointSettings())
    let point = try #require(Timestamp("2024-06-12 10:31:25.108"))
    let start = try #require(location.startAfter(changesNamedFrom: point))
    let named = location.key(ObjectName(.changes(CivilTime(utc: point)), .parquet))
    #expect(start < named)
    #expect(start > location.key(ObjectName(.changes(CivilTime(utc: point - .milliseconds(1))), .parquet)))
    var settings = EndpointSettings()
    settings.datePartition = .init(sequence: .ddmmyyyy, delimiter: .none)
    #expect(TableLocation(table: customers, settings: settings).startAfter(changesNamedFrom: point) == nil)
  }
}
