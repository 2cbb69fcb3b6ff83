import AWS
import DMS
import Foundation
import Ledger
import Logging
import ObjectStorage
import Reconciliation
import Replicator
import Workload

extension PipelineConfiguration {
  /// What surrounds the configuration: paths and variables that values may refer to.
  struct Surroundings {
    /// The configuration's file; nil where there is none.
    var file: String?
    /// The process's environment.
    var environment: [String: String]

    /// A path as it was given, from the directory of the configuration's file where it came from there.
    func path(_ text: String, _ origin: Origin?) -> String {
      guard case .file(let file, _, _) = origin, !text.hasPrefix("/") else { return text }
      return URL(filePath: file).deletingLastPathComponent().appending(path: text).relativePath
    }
  }

  /// The typed configuration that `settings` say; throws all that is wrong with them.
  static func make(
    _ settings: Settings, _ surroundings: Surroundings
  ) throws(InvalidConfiguration) -> PipelineConfiguration {
    var reader = SettingsReader(settings)
    let name = pipelineName(&reader, surroundings)
    var configuration = PipelineConfiguration(
      name: name,
      ledgerPath: reader.text(.ledger) ?? defaultLedgerPath(name, surroundings.environment))
    configuration.readSource(&reader, surroundings)
    configuration.readTables(&reader)
    configuration.readBucket(&reader, surroundings)
    configuration.readTask(&reader, surroundings)
    configuration.readTaskARN(&reader)
    configuration.readReplicator(&reader, surroundings)
    configuration.readWorkload(&reader)
    configuration.readJudgement(&reader)
    configuration.readEngines(&reader, surroundings)
    configuration.readLimits(&reader)
    configuration.readAlerts(&reader, surroundings)
    if !reader.problems.isEmpty { throw InvalidConfiguration(problems: reader.problems) }
    return configuration
  }

  private static func pipelineName(_ reader: inout SettingsReader, _ surroundings: Surroundings) -> String {
    let given = reader.value(.pipeline) { text throws(SettingsReader.InvalidValue) in
      guard text.count <= 100, text.allSatisfy({ $0.isLetter || $0.isNumber || "._-".contains($0) }) else {
        throw .init("'\(text)' is no name; use up to 100 letters, digits, '.', '_' and '-'")
      }
      return text
    }
    let stem = surroundings.file.map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
    return given ?? stem ?? "lakecanary"
  }

  private static func defaultLedgerPath(_ name: String, _ environment: [String: String]) -> String {
    func directory() -> String {
      if let state = environment["STATE_DIRECTORY"]?.split(separator: ":").first { return String(state) }
      if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/lakecanary" }
      if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.local/state/lakecanary" }
      return "/var/lib/lakecanary"
    }
    return "\(directory())/\(name).sqlite"
  }

  private mutating func readSource(_ reader: inout SettingsReader, _ surroundings: Surroundings) {
    let environment = surroundings.environment
    let isInEnvironment = ["PGHOST", "PGDATABASE", "PGSERVICE", "PGHOSTADDR"].contains {
      environment[$0] != nil
    }
    if let address = reader.text(.source) {
      source = SourceConfiguration(conninfo: address)
    } else if isInEnvironment {
      source = SourceConfiguration(conninfo: "")
    }
    if source?.holdsPassword == true, case .flag = reader.origin(.source) {
      reader.add(.secretOnCommandLine, reader.origin(.source))
    }
    let password = password(&reader, surroundings)
    source?.password = password
    passwordSecret = reader.text(.passwordSecret)
    sourceLogin = reader.choice(.sourceLogin, SourceLogin.allCases) ?? sourceLogin
    let ways = [ConfigurationKey.password, .passwordFile, .passwordSecret].filter(reader.isGiven)
    if passwordSecret != nil, ways.count > 1 || sourceLogin == .iam {
      reader.add(
        .invalidValue(
          .passwordSecret,
          reason: "it excludes \(sourceLogin == .iam ? "source_login: iam" : ways[0].path); keep one of them"),
        reader.origin(.passwordSecret))
    }
  }

  private mutating func password(_ reader: inout SettingsReader, _ surroundings: Surroundings) -> Secret? {
    if let password = reader.text(.password) { return Secret(password) }
    if let given = reader.text(.passwordFile) {
      return readPassword(surroundings.path(given, reader.origin(.passwordFile)), &reader)
    }
    guard let directory = surroundings.environment["CREDENTIALS_DIRECTORY"],
      FileManager.default.fileExists(atPath: directory + "/password")
    else { return nil }
    return readPassword(directory + "/password", &reader)
  }

  private mutating func readPassword(_ path: String, _ reader: inout SettingsReader) -> Secret? {
    do throws(ConfigurationError) {
      let file = try SecretFile(path: path)
      if file.isReadableByOthers {
        warnings.append("the password file \(path) can be read by every user; chmod 600 it")
      }
      return file.secret
    } catch {
      reader.add(error)
      return nil
    }
  }

  private mutating func readTables(_ reader: inout SettingsReader) {
    let given = reader.values(.tables) { text throws(SettingsReader.InvalidValue) in
      let parsed = TableText.parse(text)
      let words = parsed?.rest.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init) ?? []
      guard let name = parsed?.name, words.count <= 1 else {
        throw .init(
          "'\(text)' is no table; write schema.table, or schema.table shared, and a part with a space in double quotes"
        )
      }
      switch words.first {
      case nil, "exclusive": return ConfiguredTable(name: name)
      case "shared": return ConfiguredTable(name: name, isShared: true)
      case let word?: throw .init("'\(word)' is neither shared nor exclusive")
      }
    }
    if let given {
      if given.isEmpty, reader.problems.isEmpty {
        reader.add(.invalidValue(.tables, reason: "the list is empty; name a table"), reader.origin(.tables))
      }
      let repeated = Dictionary(grouping: given, by: \.name).filter { $1.count > 1 }.keys.min()
      if let repeated {
        reader.add(.invalidValue(.tables, reason: "\(repeated) stands twice"), reader.origin(.tables))
      }
      tables = given
    }
    createsTables = reader.boolean(.createTables) ?? createsTables
  }

  private mutating func readBucket(_ reader: inout SettingsReader, _ surroundings: Surroundings) {
    bucket = reader.value(.bucket) { text throws(SettingsReader.InvalidValue) in
      do throws(StorageError) {
        return try BucketLocation(text)
      } catch {
        throw .init(error.description)
      }
    }
    s3.endpoint = reader.text(.s3Endpoint)
    s3.region = reader.text(.s3Region)
    s3.profile = reader.text(.s3Profile)
    s3.caFile = reader.text(.s3CAFile).map { surroundings.path($0, reader.origin(.s3CAFile)) }
    s3.addressing = reader.choice(.s3Addressing, StorageConfiguration.Addressing.allCases) ?? s3.addressing
    if let directory = surroundings.environment["CREDENTIALS_DIRECTORY"] {
      let file = directory + "/aws-credentials"
      if FileManager.default.fileExists(atPath: file) { s3.credentialsFile = file }
    }
  }

  private mutating func readTask(_ reader: inout SettingsReader, _ surroundings: Surroundings) {
    if let settings = reader.value(.endpointSettings, PipelineConfiguration.endpointSettings) {
      endpointSettings = settings
      endpointSettingsText = reader.text(.endpointSettings)
      warnings += settings.warnings.map { "endpoint_settings: \($0)" }
    }
    let origin = reader.origin(.tableMappings)
    tableMappingsText = reader.value(.tableMappings) { text throws(SettingsReader.InvalidValue) in
      try PipelineConfiguration.json(text, surroundings, origin)
    }
    if let json = tableMappingsText {
      do throws(DMSError) {
        tableMappings = try TableMappings(json: json)
        warnings += tableMappings?.warnings.map { "table_mappings: \($0)" } ?? []
      } catch {
        reader.add(.invalidValue(.tableMappings, reason: error.description), origin)
      }
    }
  }

  private mutating func readTaskARN(_ reader: inout SettingsReader) {
    task = reader.value(.taskARN) { text throws(SettingsReader.InvalidValue) in
      guard let name = ResourceName(text), name.service == "dms", name.resource.hasPrefix("task:") else {
        throw .init("'\(text)' is no ARN of a DMS task; write arn:aws:dms:REGION:ACCOUNT:task:ID")
      }
      return name
    }
  }

  private mutating func readReplicator(_ reader: inout SettingsReader, _ surroundings: Surroundings) {
    replicator.task = reader.value(.replicatorTask) { text throws(SettingsReader.InvalidValue) in
      guard (1...40).contains(text.utf8.count), text.utf8.allSatisfy(PipelineConfiguration.isTaskByte) else {
        throw .init("'\(text)' is no task name; use up to 40 of a-z, 0-9 and _")
      }
      return text
    }
    replicator.migrationType =
      reader.choice(.replicatorMigrationType, ReplicationTask.MigrationType.allCases)
      ?? replicator.migrationType
    replicator.tablePreparation = reader.choice(
      .replicatorTablePreparation, TaskSettings.TablePreparation.allCases)
    replicator.publications =
      reader.values(.replicatorPublications) { text throws(SettingsReader.InvalidValue) in text } ?? []
    replicator.statisticsFile = reader.text(.replicatorStatistics).map {
      surroundings.path($0, reader.origin(.replicatorStatistics))
    }
    if let settings = reader.value(.replicatorSourceSettings, PipelineConfiguration.sourceSettings) {
      replicator.sourceSettings = settings
      warnings += settings.warnings.map { "replicator.source_settings: \($0)" }
    }
    let origin = reader.origin(.replicatorTaskSettings)
    let taskSettings = reader.value(.replicatorTaskSettings) { text throws(SettingsReader.InvalidValue) in
      try PipelineConfiguration.taskSettings(try PipelineConfiguration.json(text, surroundings, origin))
    }
    if let taskSettings {
      replicator.taskSettings = taskSettings
      warnings += taskSettings.warnings.map { "replicator.task_settings: \($0)" }
    }
  }

  /// Whether a byte may stand in the name of a task, which names a replication slot.
  private static func isTaskByte(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
  }

  /// The name of the replicator's task: the configured one, or the pipeline's with `_` for what may not stand in it.
  var taskName: String {
    if let task = replicator.task { return task }
    let bytes = name.lowercased().utf8.map { PipelineConfiguration.isTaskByte($0) ? $0 : UInt8(ascii: "_") }
    return String(decoding: bytes.prefix(40), as: UTF8.self)
  }

  /// JSON that was given as such, or as the path of its file.
  private static func json(
    _ text: String, _ surroundings: Surroundings, _ origin: Origin?
  ) throws(SettingsReader.InvalidValue) -> String {
    if text.drop(while: \.isWhitespace).first == "{" { return text }
    let path = surroundings.path(text, origin)
    guard let json = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw .init("there is no readable file \(path); give its path or the JSON itself")
    }
    return json
  }

  private static func sourceSettings(_ text: String) throws(SettingsReader.InvalidValue) -> SourceSettings {
    do throws(DMSError) {
      return try SourceSettings(parsing: text)
    } catch {
      throw .init(error.description)
    }
  }

  private static func taskSettings(_ json: String) throws(SettingsReader.InvalidValue) -> TaskSettings {
    do throws(DMSError) {
      return try TaskSettings(json: json)
    } catch {
      throw .init(error.description)
    }
  }

  private static func endpointSettings(
    _ text: String
  ) throws(SettingsReader.InvalidValue) -> EndpointSettings {
    do throws(DMSError) {
      return try EndpointSettings(parsing: text)
    } catch {
      throw .init(error.description)
    }
  }
}

/// All that is wrong with a configuration; never empty.
struct InvalidConfiguration: Error {
  var problems: [ConfigurationError]
}
