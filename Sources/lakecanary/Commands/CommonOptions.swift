import ArgumentParser

/// What every command takes that works on a configured pipeline.
struct CommonOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: .init("The pipeline's YAML file. Default: $LAKECANARY_CONFIG.", valueName: "file"))
  var config: String?

  @Option(
    name: .long,
    help: .init(
      "Least level of log lines: trace, debug, info, notice, warning, error, critical.", valueName: "level"))
  var logLevel: String?

  @Flag(name: [.short, .long], help: "Tell the causes of an error.")
  var verbose = false

  var flags: Settings { .flags([(.logLevel, "--log-level", logLevel)]) }
}

/// Where the pipeline is, for commands that work without a file.
struct PipelineOptions: ParsableArguments {
  @Option(
    name: .long,
    help: .init("PostgreSQL: a libpq connection string or URL without a password.", valueName: "conninfo"))
  var source: String?

  @Option(name: .long, help: .init("s3://bucket/prefix, file:///directory or a path.", valueName: "location"))
  var bucket: String?

  @Option(
    name: .long,
    help: .init("Tables, schema.table, apart by commas; ` shared` after one that is.", valueName: "tables"))
  var tables: String?

  @Option(name: .long, help: .init("The ledger's file.", valueName: "file"))
  var ledger: String?

  @Option(name: .long, help: .init("The DMS endpoint settings string.", valueName: "settings"))
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
  @Option(name: .long, help: .init("Rows to insert.", valueName: "rows"))
  var inserts: String?

  @Option(name: .long, help: .init("Rows of ours to update.", valueName: "rows"))
  var updates: String?

  @Option(name: .long, help: .init("Rows of ours to delete.", valueName: "rows"))
  var deletes: String?

  @Option(name: .long, help: .init("Rows in one transaction.", valueName: "rows"))
  var batchSize: String?

  @Option(name: .long, help: .init("Rows a second at most.", valueName: "rows"))
  var rate: String?

  @Option(name: .long, help: .init("Number that decides the made-up values.", valueName: "number"))
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
  @Option(
    name: .long, help: .init("Lag of one operation, commit to object, that is CRITICAL.", valueName: "time"))
  var maxLag: String?

  @Option(name: .long, help: .init("Lag that 95 % of the operations may not pass.", valueName: "time"))
  var p95Lag: String?

  @Option(name: .long, help: .init("Share of the due operations that must have arrived.", valueName: "share"))
  var minCompleteness: String?

  @Option(name: .long, help: .init("Rows that may arrive twice.", valueName: "rows"))
  var maxDuplicates: String?

  @Option(
    name: .long,
    help: .init(
      "Verdicts that fail: warning, critical, unknown, apart by commas; or none.", valueName: "verdicts"))
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

extension Settings {
  /// Settings from options, of those that were given.
  static func flags(_ options: [(key: ConfigurationKey, name: String, text: String?)]) -> Settings {
    var settings: Settings = [:]
    for option in options {
      guard let text = option.text else { continue }
      let origin = Origin.flag(name: option.name)
      let texts = option.key.shape == .list ? ConfigurationFile.list(text) : [text]
      settings[option.key] = Setting(
        elements: texts.map { Setting.Element(text: $0, origin: origin) }, origin: origin)
    }
    return settings
  }
}
