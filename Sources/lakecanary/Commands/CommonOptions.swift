import ArgumentParser

/// What every command takes that works on a configured pipeline.
struct CommonOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: .init("The pipeline's YAML file. Default: $LAKECANARY_CONFIG.", valueName: "file"))
  var config: String?

  @Option(
    name: .long,
    help: .key(.logLevel, "level"))
  var logLevel: String?

  @Flag(name: [.short, .long], help: "Tell the causes of an error.")
  var verbose = false

  var flags: Settings { .flags([(.logLevel, "--log-level", logLevel)]) }
}

/// Where the pipeline is, for commands that work without a file.
struct PipelineOptions: ParsableArguments {
  @Option(name: .long, help: .key(.source, "conninfo"))
  var source: String?

  @Option(name: .long, help: .key(.bucket, "location"))
  var bucket: String?

  @Option(name: .long, help: .key(.tables, "tables"))
  var tables: String?

  @Option(name: .long, help: .key(.ledger, "file"))
  var ledger: String?

  @Option(name: .long, help: .key(.endpointSettings, "settings"))
  var endpointSettings: String?

  var flags: Settings {
    .flags([
      (.source, "--source", source), (.bucket, "--bucket", bucket), (.tables, "--tables", tables),
      (.ledger, "--ledger", ledger), (.endpointSettings, "--endpoint-settings", endpointSettings),
    ])
  }
}

/// What is written.
struct WorkloadOptions: ParsableArguments {
  @Option(name: .long, help: .key(.workloadInserts, "rows"))
  var inserts: String?

  @Option(name: .long, help: .key(.workloadUpdates, "rows"))
  var updates: String?

  @Option(name: .long, help: .key(.workloadDeletes, "rows"))
  var deletes: String?

  @Option(name: .long, help: .key(.workloadBatchSize, "rows"))
  var batchSize: String?

  @Option(name: .long, help: .key(.workloadRate, "rows"))
  var rate: String?

  @Option(name: .long, help: .key(.workloadSeed, "number"))
  var seed: String?

  var flags: Settings {
    .flags([
      (.workloadInserts, "--inserts", inserts), (.workloadUpdates, "--updates", updates),
      (.workloadDeletes, "--deletes", deletes), (.workloadBatchSize, "--batch-size", batchSize),
      (.workloadRate, "--rate", rate), (.workloadSeed, "--seed", seed),
    ])
  }
}

/// What the verdict is held to.
struct LimitOptions: ParsableArguments {
  @Option(name: .long, help: .key(.limitMaxLag, "time"))
  var maxLag: String?

  @Option(name: .long, help: .key(.limitP95Lag, "time"))
  var p95Lag: String?

  @Option(name: .long, help: .key(.limitMinCompleteness, "share"))
  var minCompleteness: String?

  @Option(name: .long, help: .key(.limitMaxDuplicates, "rows"))
  var maxDuplicates: String?

  @Option(name: .long, help: .key(.failOn, "verdicts"))
  var failOn: String?

  var flags: Settings {
    .flags([
      (.limitMaxLag, "--max-lag", maxLag), (.limitP95Lag, "--p95-lag", p95Lag),
      (.limitMinCompleteness, "--min-completeness", minCompleteness),
      (.limitMaxDuplicates, "--max-duplicates", maxDuplicates), (.failOn, "--fail-on", failOn),
    ])
  }
}

/// How a result is printed.
struct ResultOptions: ParsableArguments {
  @Flag(name: .long, help: "Print the result as JSON.")
  var json = false
}

extension ArgumentHelp {
  /// What the key's own documentation says, with its name in the configuration.
  static func key(_ key: ConfigurationKey, _ valueName: String) -> ArgumentHelp {
    ArgumentHelp(
      "\(key.documentation.summary.replacing("\n", with: " ")) Key \(key.path).", valueName: valueName)
  }
}

extension Settings {
  /// Settings from options, of those that were given.
  static func flags(_ options: [(key: ConfigurationKey, name: String, text: String?)]) -> Settings {
    var settings: Settings = [:]
    for option in options {
      guard let text = option.text else { continue }
      let origin = Origin.flag(name: option.name)
      let texts = option.key.elements(of: text)
      settings[option.key] = Setting(
        elements: texts.map { Setting.Element(text: $0, origin: origin) }, origin: origin)
    }
    return settings
  }
}
