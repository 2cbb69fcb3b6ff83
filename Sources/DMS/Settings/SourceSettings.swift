/// The settings of DMS's PostgreSQL source endpoint (DMS.md section 8), as far as they matter here.
public struct SourceSettings: Hashable, Sendable {
  /// `CaptureDdls`: an event trigger at the source tells of tables that are made, changed and dropped.
  public var capturesDDL = true
  /// `DdlArtifactsSchema`: where the trigger's function and table lie.
  public var ddlArtifactsSchema = "public"
  /// `HeartbeatEnable`: a row at the source is updated now and then, so that a quiet database's log moves on.
  public var heartbeatEnable = false
  /// `HeartbeatFrequency`, which is given in minutes.
  public var heartbeatFrequency = Duration.seconds(300)
  /// `HeartbeatSchema`: where the heartbeat's table lies.
  public var heartbeatSchema = "public"
  /// `SlotName`: a slot that is there already, from which changes are read; nil lets the task make its own.
  public var slotName: String?
  /// `TrimSpaceInChar`: char(n) without the blanks at its end.
  public var trimsSpaceInChar = true
  /// What the one who wrote the settings should know.
  public var warnings: [SettingsWarning] = []

  /// DMS's defaults.
  public init() {}

  /// Reads the string that DMS takes as extra connection attributes: `name=value;name=value`, names in any case.
  ///
  /// Unknown names, and names that change nothing here, become warnings.
  ///
  /// - Parameter named: settings as DMS's API gives them, each by its name; they win over those of the text, and
  ///   a `;` in a value is part of it.
  /// - Throws: `DMSError` with `malformedSettings` or `invalidValue` (naming the allowed range).
  public init(parsing text: String, named: [String: String] = [:]) throws(DMSError) {
    self.init()
    var seen: Set<SourceSettingName> = []
    for (spelled, text) in try SettingValue.pairs(of: text, named) {
      guard let name = SourceSettingName(spelled: spelled) else {
        let known = nearest(to: spelled, among: SourceSettingName.allCases.map(\.rawValue))
        warnings.append(SettingsWarning(name: spelled, kind: .unknownName(nearest: known)))
        continue
      }
      if !seen.insert(name).inserted {
        warnings.append(SettingsWarning(name: name.rawValue, kind: .repeated))
      }
      try set(name, SettingValue(setting: name.rawValue, raw: text))
      if let reason = name.reasonWithoutEffect {
        warnings.append(SettingsWarning(name: name.rawValue, kind: .withoutEffect(reason: reason)))
      }
    }
  }

  /// A settings string for people: DMS takes a password in it, which is not shown.
  public static func shown(_ text: String) -> String {
    text.split(separator: ";", omittingEmptySubsequences: false).map { part in
      guard let equals = part.firstIndex(of: "="),
        SourceSettingName(spelled: trimmed(part[..<equals])) == .password
      else { return String(part) }
      return part[...equals] + "***"
    }.joined(separator: ";")
  }

  private mutating func set(_ name: SourceSettingName, _ value: SettingValue) throws(DMSError) {
    switch name {
    case .captureDDLs: capturesDDL = try value.flag()
    case .ddlArtifactsSchema:
      ddlArtifactsSchema = value.textOrNil ?? "public"
      // It stands within a function's body.
      guard !ddlArtifactsSchema.contains("$$") else { throw value.refused("a schema's name without $$") }
    case .heartbeatEnable: heartbeatEnable = try value.flag()
    // DMS documents no range; a day is longer than any server's patience (inferred).
    case .heartbeatFrequency: heartbeatFrequency = .seconds(60 * (try value.number(1...1_440)))
    case .heartbeatSchema: heartbeatSchema = value.textOrNil ?? "public"
    case .slotName:
      guard let slot = value.textOrNil else { return slotName = nil }
      let isNamed =
        slot.utf8.count <= 63
        && slot.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
      guard isNamed else { throw value.refused("a slot's name: up to 63 of a-z, 0-9 and _") }
      slotName = slot
    case .trimSpaceInChar: trimsSpaceInChar = try value.flag()
    default: break
    }
  }
}

/// Every name of PostgreSQLSettings (botocore's service model 1.44.5) and the ones that only the string takes (DMS.md
/// section 8); the raw value is the documented spelling.
enum SourceSettingName: String, CaseIterable, Sendable {
  case captureDDLs = "CaptureDdls"
  case ddlArtifactsSchema = "DdlArtifactsSchema"
  case heartbeatEnable = "HeartbeatEnable"
  case heartbeatFrequency = "HeartbeatFrequency"
  case heartbeatSchema = "HeartbeatSchema"
  case slotName = "SlotName"
  case trimSpaceInChar = "TrimSpaceInChar"
  case pluginName = "PluginName"
  case executeTimeout = "ExecuteTimeout"
  case fetchCacheSize = "FetchCacheSize"
  case failTasksOnLOBTruncation = "FailTasksOnLobTruncation"
  case maxFileSize = "MaxFileSize"
  case afterConnectScript = "AfterConnectScript"
  case serverName = "ServerName"
  case port = "Port"
  case databaseName = "DatabaseName"
  case username = "Username"
  case password = "Password"
  case secretsManagerAccessRoleARN = "SecretsManagerAccessRoleArn"
  case secretsManagerSecretID = "SecretsManagerSecretId"
  case serviceAccessRoleARN = "ServiceAccessRoleArn"
  case authenticationMethod = "AuthenticationMethod"
  case mapBooleanAsBoolean = "MapBooleanAsBoolean"
  case mapJSONBAsCLOB = "MapJsonbAsClob"
  case mapLongVarcharAs = "MapLongVarcharAs"
  case mapUnboundedNumericAsString = "MapUnboundedNumericAsString"
  case unboundedVarcharMaxSize = "UnboundedVarcharMaxSize"
  case databaseMode = "DatabaseMode"
  case babelfishDatabaseName = "BabelfishDatabaseName"
  case disableUnicodeSourceFilter = "DisableUnicodeSourceFilter"
  case consumeMonotonicEvents = "ConsumeMonotonicEvents"

  init?(spelled name: String) {
    guard let match = SourceSettingName.byLowercase[name.lowercased()] else { return nil }
    self = match
  }

  /// Why a setting changes nothing here; nil where it does.
  var reasonWithoutEffect: String? {
    switch self {
    case .captureDDLs, .ddlArtifactsSchema, .heartbeatEnable, .heartbeatFrequency, .heartbeatSchema,
      .slotName,
      .trimSpaceInChar:
      nil
    case .pluginName: "changes are read through pgoutput"
    case .executeTimeout, .fetchCacheSize: "the source is read as a stream"
    case .failTasksOnLOBTruncation: "large values are cut only where the task settings limit them"
    case .maxFileSize: "it is for PostgreSQL as a target"
    case .afterConnectScript: "it is for PostgreSQL as a target"
    case .serverName, .port, .databaseName, .username, .password, .secretsManagerAccessRoleARN,
      .secretsManagerSecretID, .serviceAccessRoleARN, .authenticationMethod:
      "the source is the one that the configuration names"
    case .mapBooleanAsBoolean: "Parquet has booleans, and csv their words"
    case .mapJSONBAsCLOB, .mapLongVarcharAs, .unboundedVarcharMaxSize: "text is text in the files"
    case .mapUnboundedNumericAsString: "it is for PostgreSQL as a target"
    case .databaseMode, .babelfishDatabaseName: "the source is PostgreSQL itself"
    case .disableUnicodeSourceFilter: "filters are evaluated here"
    case .consumeMonotonicEvents: "transactions with savepoints are always read in order"
    }
  }

  private static let byLowercase = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.rawValue.lowercased(), $0) })
}
