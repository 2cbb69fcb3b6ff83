import Foundation

/// Every key of the configuration, by its path in the YAML file.
enum ConfigurationKey: String, CaseIterable {
  case pipeline
  case source
  case password
  case passwordFile = "password_file"
  case passwordSecret = "password_secret"
  case sourceLogin = "source_login"
  case tables
  case createTables = "create_tables"
  case bucket
  case s3Endpoint = "s3.endpoint"
  case s3Region = "s3.region"
  case s3Profile = "s3.profile"
  case s3Addressing = "s3.addressing"
  case s3CAFile = "s3.ca_file"
  case endpointSettings = "endpoint_settings"
  case tableMappings = "table_mappings"
  case taskARN = "dms.task_arn"
  case replicatorTask = "replicator.task"
  case replicatorMigrationType = "replicator.migration_type"
  case replicatorTablePreparation = "replicator.table_preparation"
  case replicatorSourceSettings = "replicator.source_settings"
  case replicatorTaskSettings = "replicator.task_settings"
  case replicatorPublications = "replicator.publications"
  case replicatorStatistics = "replicator.statistics"
  case ledger
  case retention
  case workloadInserts = "workload.inserts"
  case workloadUpdates = "workload.updates"
  case workloadDeletes = "workload.deletes"
  case workloadBatchSize = "workload.batch_size"
  case workloadRate = "workload.rate"
  case workloadSeed = "workload.seed"
  case level
  case listingFullEvery = "listing.full_every"
  case listingOverlap = "listing.overlap"
  case listingObjectsMayVanish = "listing.objects_may_vanish"
  case listingInventory = "listing.inventory"
  case listingInventoryMaxAge = "listing.inventory_max_age"
  case engineOutput = "engine.output"
  case engineStartTimeout = "engine.start_timeout"
  case sparkProgram = "spark.program"
  case sparkMaster = "spark.master"
  case sparkConf = "spark.conf"
  case sparkBucket = "spark.bucket"
  case athenaWorkgroup = "athena.workgroup"
  case athenaDatabase = "athena.database"
  case athenaResults = "athena.results"
  case athenaRegion = "athena.region"
  case athenaScanLimit = "athena.scan_limit"
  case failOn = "fail_on"
  case limitWarnLag = "limits.warn_lag"
  case limitMaxLag = "limits.max_lag"
  case limitWarnP95Lag = "limits.warn_p95_lag"
  case limitP95Lag = "limits.p95_lag"
  case limitMinCompleteness = "limits.min_completeness"
  case limitMaxDuplicates = "limits.max_duplicates"
  case limitMaxAltered = "limits.max_altered"
  case limitMaxOutOfOrder = "limits.max_out_of_order"
  case limitLossAfter = "limits.loss_after"
  case limitIdleAfter = "limits.idle_after"
  case limitSilenceAfter = "limits.silence_after"
  case limitStaleAfter = "limits.stale_after"
  case limitForeignMargin = "limits.foreign_margin"
  case alertChannels = "alerts.channels"
  case alertVerdicts = "alerts.verdicts"
  case alertAfter = "alerts.after"
  case alertRepeatEvery = "alerts.repeat_every"
  case alertTemplate = "alerts.template"
  case alertPing = "alerts.ping"
  case logLevel = "log_level"

  /// The key's path in the YAML file: `limits.max_lag`.
  var path: String { rawValue }

  /// The key's environment variable: `LAKECANARY_LIMITS_MAX_LAG`.
  var variable: String {
    "LAKECANARY_" + path.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
  }

  /// What a value of the key looks like.
  var shape: Shape {
    switch self {
    case .tables, .failOn, .replicatorPublications, .alertChannels, .alertVerdicts, .sparkConf: .list
    default: .scalar
    }
  }

  enum Shape { case scalar, list }

  /// The elements of a value that is one text: those of a list are apart by commas.
  func elements(of text: String) -> [String] {
    guard shape == .list else { return [text] }
    if self == .tables { return TableText.list(text) }
    return text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// Whether the key is taken from the environment alone, since its value is a secret.
  var isSecret: Bool { self == .password }

  /// What may stand in the file where `path` stands: the keys of its group, or those without one and the groups.
  static func names(beside path: String) -> [String] {
    let parts = path.split(separator: ".", maxSplits: 1)
    let group = parts.count == 2 && groups.contains(String(parts[0])) ? parts[0] + "." : ""
    var names: [String] = []
    for key in allCases where !key.isSecret && key.path.hasPrefix(group) {
      let name = String(key.path.dropFirst(group.count).prefix { $0 != "." })
      if names.last != name { names.append(name) }
    }
    return names
  }

  /// The maps that group keys: `s3`, `workload`, `limits`.
  static let groups = Set(
    allCases.compactMap { key in key.path.contains(".") ? String(key.path.prefix { $0 != "." }) : nil })
}
