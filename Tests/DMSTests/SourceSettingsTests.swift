import DMS
import Testing

@Suite struct SourceSettingsTests {
  @Test func namesAreTakenInAnyCase() throws {
    let settings = try SourceSettings(
      parsing: "captureDDLs=N;HeartbeatEnable=true;heartbeatfrequency=1;HeartbeatSchema=hb;SlotName=my_slot")
    #expect(!settings.capturesDDL && settings.heartbeatEnable && settings.heartbeatFrequency == .seconds(60))
    #expect(settings.heartbeatSchema == "hb" && settings.slotName == "my_slot")
    #expect(settings.ddlArtifactsSchema == "public" && settings.warnings.isEmpty)
    #expect(try SourceSettings(parsing: "").capturesDDL)
  }

  @Test func whatIsNamedApartMayHoldAnything() throws {
    let settings = try SourceSettings(
      parsing: "CaptureDdls=true;HeartbeatEnable=true",
      named: ["AfterConnectScript": "set a to 1; set b to 2;", "captureDdls": "false"])
    #expect(!settings.capturesDDL && settings.heartbeatEnable)
    let target = try EndpointSettings(
      parsing: "CsvDelimiter=,", named: ["CsvDelimiter": ";", "CsvRowDelimiter": "\\n"])
    #expect(target.csv.delimiter == ";" && target.csv.rowDelimiter == "\n")
  }

  @Test func whatIsUnknownOrIdleIsSaid() throws {
    let settings = try SourceSettings(parsing: "PluginName=pglogical;HartbeatEnable=true;Password=secret")
    #expect(
      settings.warnings.map(\.description) == [
        "endpoint setting PluginName has no effect: changes are read through pgoutput",
        "endpoint setting HartbeatEnable is unknown and ignored; is HeartbeatEnable meant?",
        "endpoint setting Password has no effect: the source is the one that the configuration names",
      ])
    #expect(SourceSettings.shown("SlotName=a;password=secret") == "SlotName=a;password=***")
  }

  @Test(arguments: [
    ("HeartbeatFrequency=0", "a whole number from 1 to 1440"), ("CaptureDdls=maybe", "true or false"),
    ("SlotName=Upper", "up to 63 of a-z, 0-9 and _"), ("DdlArtifactsSchema=a$$b", "without $$"),
  ])
  func valuesAreChecked(text: String, allowed: String) {
    let error = #expect(throws: DMSError.self) { try SourceSettings(parsing: text) }
    #expect(error?.code == .invalidValue && error?.description.contains(allowed) == true)
  }
}

@Suite struct TaskSettingsTests {
  /// As the console of DMS shows them, shortened.
  private let saved = """
    {"TargetMetadata": {"TargetSchema": "", "SupportLobs": true, "FullLobMode": false, "LobChunkSize": 0,
      "LimitedSizeLobMode": true, "LobMaxSize": 32}, "FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING",
      "CommitRate": 10000}, "Logging": {"EnableLogging": true}, "ControlTablesSettings": {"ControlSchema": "",
      "HistoryTimeslotInMinutes": 1, "HistoryTableEnabled": true, "SuspendedTablesTableEnabled": false,
      "StatusTableEnabled": "true"}, "ChangeProcessingDdlHandlingPolicy": {"HandleSourceTableDropped": false},
      "BeforeImageSettings": null}
    """

  @Test func whatDMSSavesIsRead() throws {
    let settings = try TaskSettings(json: saved)
    #expect(settings.tablePreparation == .doNothing && settings.lobMaxSizeKB == 32)
    #expect(settings.controlTables.status && settings.controlTables.history)
    #expect(!settings.controlTables.suspendedTables && settings.controlTables.historyTimeslot == .seconds(60))
    #expect(!settings.handlesSourceTableDropped)
    #expect(settings.warnings.contains("task settings Logging have no effect"))
    #expect(settings.warnings.contains("task setting FullLoadSettings.CommitRate has no effect"))
  }

  @Test func aLimitCountsInLimitedModeAlone() throws {
    let text = #"{"TargetMetadata": {"LobMaxSize": 8, "LimitedSizeLobMode": false}}"#
    #expect(try TaskSettings(json: text).lobMaxSizeKB == nil)
    #expect(try TaskSettings(json: #"{"TargetMetadata": {"LobMaxSize": 8}}"#).lobMaxSizeKB == 8)
  }

  @Test(arguments: [
    "", "[]", "{\"FullLoadSettings\": 1}", #"{"FullLoadSettings": {"TargetTablePrepMode": "DROP"}}"#,
    #"{"ControlTablesSettings": {"StatusTableEnabled": "perhaps"}}"#,
    #"{"ControlTablesSettings": {"ControlSchema": "../elsewhere"}}"#,
    #"{"TargetMetadata": {"LobMaxSize": -1}}"#,
  ])
  func othersAreRefused(json: String) {
    #expect(throws: DMSError.self) { try TaskSettings(json: json) }
  }

  @Test func namesThatAreUnknownAreSaid() throws {
    let settings = try TaskSettings(json: #"{"FullLoadSetting": {}}"#)
    #expect(
      settings.warnings == ["task setting FullLoadSetting is unknown and ignored; is FullLoadSettings meant?"]
    )
  }
}
