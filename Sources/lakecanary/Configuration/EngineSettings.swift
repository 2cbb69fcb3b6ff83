import ObjectStorage

/// Who may read the bucket in our place, beyond one machine.
struct EngineSettings: Hashable, Sendable {
  /// Where an engine writes its tables of observations.
  var output: BucketLocation?
  /// How long it may wait for its first worker, or in a queue.
  var startTimeout = Duration.seconds(900)
  var spark = Spark()
  var athena = Athena()

  struct Spark: Hashable, Sendable {
    var program: String?
    var master: String?
    var conf: [String] = []
    /// Where the workers see the bucket.
    var bucket: String?
  }

  struct Athena: Hashable, Sendable {
    var workgroup = "primary"
    var database = "default"
    var results: BucketLocation?
    /// Nil for the bucket's.
    var region: String?
    /// Bytes that may be scanned without a yes.
    var scanLimit: Int64 = 100_000_000_000
  }
}

extension PipelineConfiguration {
  mutating func readEngines(_ reader: inout SettingsReader, _ surroundings: Surroundings) {
    listing.inventory = reader.value(.listingInventory, PipelineConfiguration.location)
    listing.inventoryMaxAge = reader.duration(.listingInventoryMaxAge) ?? listing.inventoryMaxAge
    engines.output = reader.value(.engineOutput, PipelineConfiguration.location)
    engines.startTimeout = reader.duration(.engineStartTimeout) ?? engines.startTimeout
    engines.spark.program = reader.text(.sparkProgram).map {
      surroundings.path($0, reader.origin(.sparkProgram))
    }
    engines.spark.master = reader.text(.sparkMaster)
    engines.spark.bucket = reader.value(.sparkBucket) { text throws(SettingsReader.InvalidValue) in
      // Without a scheme, no key could be told from the paths that Spark gives.
      guard let scheme = text.firstRange(of: "://"), scheme.lowerBound > text.startIndex else {
        throw .init("'\(text)' is no location for Spark; write s3a://bucket/ or file:///directory/")
      }
      return text
    }
    engines.spark.conf =
      reader.values(.sparkConf) { text throws(SettingsReader.InvalidValue) in
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
          throw .init("'\(text)' is no property; write key=value")
        }
        return text
      } ?? []
    readAthena(&reader)
  }

  private mutating func readAthena(_ reader: inout SettingsReader) {
    engines.athena.workgroup = reader.text(.athenaWorkgroup) ?? engines.athena.workgroup
    engines.athena.database = reader.text(.athenaDatabase) ?? engines.athena.database
    engines.athena.region = reader.text(.athenaRegion)
    engines.athena.results = reader.value(.athenaResults) { text throws(SettingsReader.InvalidValue) in
      let location = try PipelineConfiguration.location(text)
      guard case .s3 = location.place else {
        throw .init("'\(text)' is not in S3; Athena writes nowhere else")
      }
      return location
    }
    engines.athena.scanLimit =
      reader.value(.athenaScanLimit) { text throws(SettingsReader.InvalidValue) in
        guard let bytes = ByteCountText.bytes(text) else {
          throw .init("'\(text)' is no number of bytes; write for example 500MB, 100GB or 2TB")
        }
        return bytes
      } ?? engines.athena.scanLimit
  }

  private static func location(_ text: String) throws(SettingsReader.InvalidValue) -> BucketLocation {
    do throws(StorageError) { return try BucketLocation(text) } catch { throw .init(error.description) }
  }
}

/// Numbers of bytes as people write them, in decimal units.
enum ByteCountText {
  private static let units: [(name: String, bytes: Int64)] = [
    ("PB", 1_000_000_000_000_000), ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000),
    ("KB", 1_000), ("B", 1),
  ]

  /// The bytes in `100GB`, `5 MB`, `1024`; nil where it is none.
  static func bytes(_ text: String) -> Int64? {
    let trimmed = text.filter { $0 != " " }.uppercased()
    let digits = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let name = trimmed.dropFirst(digits.count)
    guard let number = Double(digits), number > 0,
      let unit = name.isEmpty ? 1 : units.first(where: { $0.name == name })?.bytes,
      number * Double(unit) < 9e18
    else { return nil }
    return Int64(number * Double(unit))
  }

  /// The text that is read as so many bytes.
  static func text(_ bytes: Int64) -> String {
    let unit = units.first { bytes % $0.bytes == 0 && bytes >= $0.bytes }
    return unit.map { "\(bytes / $0.bytes)\($0.name)" } ?? "\(bytes)"
  }
}
