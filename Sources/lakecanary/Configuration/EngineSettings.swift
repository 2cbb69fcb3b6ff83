import ObjectStorage

/// Who may read the bucket in our place, beyond one machine.
struct EngineSettings: Hashable, Sendable {
  /// Where an engine writes its tables of observations.
  var output: BucketLocation?
  var spark = Spark()

  struct Spark: Hashable, Sendable {
    var program: String?
    var master: String?
    var conf: [String] = []
    /// Where the workers see the bucket.
    var bucket: String?
  }
}

extension PipelineConfiguration {
  mutating func readEngines(_ reader: inout SettingsReader, _ surroundings: Surroundings) {
    listing.inventory = reader.value(.listingInventory, PipelineConfiguration.location)
    listing.inventoryMaxAge = reader.duration(.listingInventoryMaxAge) ?? listing.inventoryMaxAge
    engines.output = reader.value(.engineOutput, PipelineConfiguration.location)
    engines.spark.program = reader.text(.sparkProgram).map {
      surroundings.path($0, reader.origin(.sparkProgram))
    }
    engines.spark.master = reader.text(.sparkMaster)
    engines.spark.bucket = reader.text(.sparkBucket)
    engines.spark.conf =
      reader.values(.sparkConf) { text throws(SettingsReader.InvalidValue) in
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
          throw .init("'\(text)' is no property; write key=value")
        }
        return text
      } ?? []
  }

  private static func location(_ text: String) throws(SettingsReader.InvalidValue) -> BucketLocation {
    do throws(StorageError) { return try BucketLocation(text) } catch { throw .init(error.description) }
  }
}
