import ArgumentParser

/// Who reads the objects.
enum EngineName: String, CaseIterable, ExpressibleByArgument {
  /// This process.
  case native
  /// A cluster of Apache Spark.
  case spark
  /// Amazon Athena.
  case athena

  /// As people call it.
  var title: String {
    switch self {
    case .native: "native"
    case .spark: "Spark"
    case .athena: "Athena"
    }
  }
}

/// Who reads the objects in our place, and how it is reached.
struct EngineOptions: ParsableArguments {
  @Option(
    name: .long,
    help: .init("Who reads the objects: native, spark or athena. Default: native.", valueName: "engine"))
  var engine: EngineName?

  @Option(
    name: .long,
    help: .init(
      "Take what `observe` saved, a file or an engine's location, in place of the objects.",
      valueName: "location")
  )
  var observations: String?

  @Option(
    name: .long, help: .init("Where the engine writes; a new folder is made in it.", valueName: "location"))
  var engineOutput: String?

  @OptionGroup var spark: SparkOptions
  @OptionGroup var athena: AthenaOptions

  func validate() throws {
    if observations != nil, let engine, engine != .native {
      throw ValidationError("--observations and --engine exclude each other; give one of them")
    }
  }

  var flags: Settings {
    Settings.flags([(.engineOutput, "--engine-output", engineOutput)]).merging(spark.flags) { $1 }
      .merging(athena.flags) { $1 }
  }
}

/// How Spark is run.
struct SparkOptions: ParsableArguments {
  @Option(
    name: .long,
    help: .init("spark-sql, spark-submit, or Spark's folder. Default: $SPARK_HOME.", valueName: "path"))
  var spark: String?

  @Option(
    name: .long, help: .init("Spark's master: yarn, k8s://..., spark://..., local[*].", valueName: "master"))
  var master: String?

  @Option(name: .long, help: .init("A property for Spark; may be repeated.", valueName: "key=value"))
  var conf: [String] = []

  @Option(name: .long, help: .init("Where Spark's workers see the bucket.", valueName: "location"))
  var sparkBucket: String?

  var flags: Settings {
    var settings = Settings.flags([
      (.sparkProgram, "--spark", spark), (.sparkMaster, "--master", master),
      (.sparkBucket, "--spark-bucket", sparkBucket),
    ])
    if !conf.isEmpty {
      let origin = Origin.flag(name: "--conf")
      // A value may hold commas, so the list is not made of one text.
      settings[.sparkConf] = Setting(
        elements: conf.map { Setting.Element(text: $0, origin: origin) }, origin: origin)
    }
    return settings
  }
}

/// How Athena is asked.
struct AthenaOptions: ParsableArguments {
  @Option(name: .long, help: .init("Athena's workgroup.", valueName: "name"))
  var workgroup: String?

  @Flag(name: .shortAndLong, help: "Let Athena scan more than athena.scan_limit.")
  var yes = false

  var flags: Settings { Settings.flags([(.athenaWorkgroup, "--workgroup", workgroup)]) }
}
