import Foundation
import Ledger
import ObjectStorage
import Reconciliation
import Testing
import Workload

@testable import lakecanary

@Suite struct PipelineConfigurationTests {
  /// The configuration of a file with this text, of these variables and options.
  private func load(
    _ text: String = "", environment: [String: String] = [:], flags: Settings = [:]
  ) throws -> PipelineConfiguration {
    var settings = try ConfigurationFile(text: text, path: "/etc/lakecanary/shop.yaml").settings
    settings.merge(try ConfigurationEnvironment.settings(environment)) { $1 }
    settings.merge(flags) { $1 }
    return try PipelineConfiguration.make(
      settings, .init(file: "/etc/lakecanary/shop.yaml", environment: environment))
  }

  private func problems(_ text: String, flags: Settings = [:]) throws -> [String] {
    let error = try #require(throws: InvalidConfiguration.self) { try load(text, flags: flags) }
    return error.problems.map(\.text)
  }

  @Test func hasDefaults() throws {
    let configuration = try load(environment: ["HOME": "/home/ada"])
    #expect(configuration.name == "shop")
    #expect(configuration.ledgerPath == "/home/ada/.local/state/lakecanary/shop.sqlite")
    let table = ConfiguredTable(name: TableName(schema: "lakecanary", name: "customers"))
    #expect(configuration.tables == [table])
    #expect(configuration.source == nil)
    #expect(configuration.bucket == nil)
    #expect(configuration.failOn == [.warning, .critical, .unknown])
    #expect(configuration.taskName == "shop")
  }

  @Test func takesSystemdsStateDirectory() throws {
    #expect(
      try load(environment: ["STATE_DIRECTORY": "/var/lib/lakecanary:/x"]).ledgerPath
        == "/var/lib/lakecanary/shop.sqlite")
  }

  @Test func optionsWinOverTheEnvironmentWhichWinsOverTheFile() throws {
    let text = "workload: {inserts: 1, updates: 1, deletes: 1}\n"
    let environment = ["LAKECANARY_WORKLOAD_UPDATES": "2", "LAKECANARY_WORKLOAD_DELETES": "2"]
    let flags = Settings.flags([(.workloadDeletes, "--deletes", "3")])
    let plan = try load(text, environment: environment, flags: flags).workload
    #expect(plan.inserts == 1)
    #expect(plan.updates == 2)
    #expect(plan.deletes == 3)
  }

  @Test func anUnknownVariableIsAnError() {
    let error = #expect(throws: ConfigurationError.self) {
      try load(environment: ["LAKECANARY_LIMITS_MAXLAG": "5m"])
    }
    #expect(
      error?.text
        == "no key has the environment variable 'LAKECANARY_LIMITS_MAXLAG': environment variable "
        + "LAKECANARY_LIMITS_MAXLAG; did you mean 'LAKECANARY_LIMITS_MAX_LAG'?")
    let far = #expect(throws: ConfigurationError.self) { try load(environment: ["LAKECANARY_NAME": "shop"]) }
    #expect(
      far?.text
        == "no key has the environment variable 'LAKECANARY_NAME': environment variable LAKECANARY_NAME; "
        + "`lakecanary config init` names every key")
  }

  @Test func readsTables() throws {
    let text = "tables:\n  - public.customers shared\n  - lakecanary.canaries: exclusive\n"
    #expect(
      try load(text).tables == [
        ConfiguredTable(name: TableName(schema: "public", name: "customers"), isShared: true),
        ConfiguredTable(name: TableName(schema: "lakecanary", name: "canaries")),
      ])
    let environment = ["LAKECANARY_TABLES": "public.customers shared, lakecanary.canaries"]
    let areShared = try load(environment: environment).tables.map(\.isShared)
    #expect(areShared == [true, false])
  }

  /// Limits are whole lags; the judge's begin at the end of the batch interval.
  @Test func limitsAreWholeLags() throws {
    let text = """
      endpoint_settings: DataFormat=parquet;cdcMaxBatchInterval=120
      limits: {warn_lag: 3m, max_lag: 10m, p95_lag: 5m, min_completeness: 99.5%, max_duplicates: 0}
      """
    let limits = try load(text).limits
    #expect(limits.warningLag == .seconds(60))
    #expect(limits.criticalLag == .seconds(480))
    #expect(limits.criticalP95Lag == .seconds(300))
    #expect(limits.minimumCompleteness == 0.995)
    #expect(limits.maximumDuplicates == 0)
    #expect(try load("limits: {max_lag: 30s}").limits.criticalLag == .zero)
    #expect(try load("limits: {warn_lag: 10h}").limits.criticalLag == .seconds(36_000 - 60))
  }

  @Test func tellsAllThatIsWrong() throws {
    let text = """
      tables: [customers, public.orders mine]
      endpoint_settings: DataFormat=parquet
      workload: {inserts: -1, rate: fast}
      limits: {max_lag: 5, min_completeness: 101%}
      fail_on: [warn]
      level: value
      """
    #expect(
      try problems(text) == [
        "tables: 'customers' is no table; write schema.table, or schema.table shared, and a part with a space in double "
          + "quotes: /etc/lakecanary/shop.yaml:1:10",
        "tables: 'mine' is neither shared nor exclusive: /etc/lakecanary/shop.yaml:1:21",
        "workload.inserts: '-1' is no whole number from 0 to 1000000000: /etc/lakecanary/shop.yaml:3:21",
        "workload.rate: 'fast' is no number of rows a second above 0, up to 1000000: /etc/lakecanary/shop.yaml:3:31",
        "level: 'value' is none of counts, ops, keys, values; did you mean 'values'?: /etc/lakecanary/shop.yaml:6:8",
        "fail_on: 'warn' is none of warning, critical, unknown; did you mean 'warning'?: /etc/lakecanary/shop.yaml:5:11",
        "limits.max_lag: '5' is no length of time; write 90s, 5m, 1h30m or 2d: /etc/lakecanary/shop.yaml:4:19",
        "limits.min_completeness: '101%' is no share; write 99.5% or 0.995: /etc/lakecanary/shop.yaml:4:40",
      ])
  }

  @Test func checksWhatDMSTakes() throws {
    let problem = try problems("endpoint_settings: DataFormat=orc\n").first
    #expect(problem?.hasPrefix("endpoint_settings: ") == true)
    #expect(problem?.hasSuffix(": /etc/lakecanary/shop.yaml:1:20") == true)
    #expect(try problems("table_mappings: '{\"rules\": 1}'\n").first?.hasPrefix("table_mappings: ") == true)
    #expect(
      try problems("table_mappings: nowhere.json\n") == [
        "table_mappings: there is no readable file /etc/lakecanary/nowhere.json; give its path or the JSON itself: "
          + "/etc/lakecanary/shop.yaml:1:17"
      ])
  }

  @Test func aWarnLagAboveTheMaximumIsAnError() throws {
    #expect(
      try problems("limits: {warn_lag: 10m, max_lag: 5m}\n") == [
        "limits.warn_lag: it is above limits.max_lag: /etc/lakecanary/shop.yaml:1:20"
      ])
  }

  @Test func refusesAPasswordAmongTheArguments() throws {
    let flags = Settings.flags([(.source, "--source", "postgresql://u:hunter2@h/d")])
    #expect(
      try problems("", flags: flags) == [
        "a password on the command line is seen by every user of the machine: option --source; "
          + "set LAKECANARY_PASSWORD, or name a file with password_file"
      ])
  }

  @Test func takesThePasswordFromAFileOrTheCredentials() throws {
    let directory = try TestDirectory()
    try directory.write("hunter2\n", to: "password")
    let file = try load("source: host=h\npassword_file: \(directory.path)/password\n")
    #expect(file.source?.conninfo() == "host=h password='hunter2'")
    let credentials = try load("source: host=h\n", environment: ["CREDENTIALS_DIRECTORY": directory.path])
    #expect(credentials.source?.password?.reveal() == "hunter2")
    let variable = try load("source: host=h\n", environment: ["LAKECANARY_PASSWORD": "x"])
    #expect(variable.source?.password?.reveal() == "x")
    #expect(
      try problems("source: host=h\npassword_file: nowhere\n") == [
        "cannot read the password file /etc/lakecanary/nowhere: No such file or directory: /etc/lakecanary/nowhere; "
          + "correct password_file, or the file's rights"
      ])
    try directory.write("\n", to: "password")
    #expect(try problems("source: host=h\npassword_file: \(directory.path)/password\n").count == 1)
  }

  @Test func findsTheCredentialsOfAWS() throws {
    let directory = try TestDirectory()
    try directory.write("[default]\n", to: "aws-credentials")
    let configuration = try load(environment: ["CREDENTIALS_DIRECTORY": directory.path])
    #expect(configuration.s3.credentialsFile == directory.path + "/aws-credentials")
  }

  @Test func theTemplateIsValidAndNamesEveryKey() throws {
    let text = ConfigurationTemplate.text()
    let configuration = try load(text)
    #expect(configuration.tables.first?.name.description == "lakecanary.customers")
    #expect(configuration.bucket?.description == "s3://my-lake/replication/")
    // Switched on, every key is known; the files that three of them name are not there, and two ways
    // to a password exclude each other.
    let all = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix("#") && (!line.hasPrefix("# ") || line.hasPrefix("#  "))
        ? String(line.dropFirst()) : String(line)
    }.joined(separator: "\n")
    let settings = try ConfigurationFile(text: all, path: "all.yaml").settings
    #expect(Set(settings.keys) == Set(ConfigurationKey.allCases.filter { !$0.isSecret }))
    let error = #expect(throws: InvalidConfiguration.self) { try load(all) }
    #expect(error?.problems.count == 4)
  }
}

/// A directory that goes when the test ends.
final class TestDirectory {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/lakecanary-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws {
    try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
  }
}
