import ArgumentParser
import DMS
import Foundation
import ObjectStorage
import Reporting

/// Looks into objects.
struct Inspect: PipelineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look into one object, a prefix or a file: footer, columns, operations, commit times.",
    discussion: """
      Takes a path, a file:// or s3:// URL, or with --config a key of the configured bucket. Reads a small \
      object whole; of a large one its footer and the two columns that say what was done and when.

      EXAMPLES
        lakecanary inspect bucket/public/customers/LOAD00000001.parquet
        lakecanary inspect s3://my-lake/replication/public/customers/ --json
        lakecanary inspect public/customers/20260102-030405678.parquet --config customers.yaml

      The exit code is 2 where an object cannot be read.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup var result: ResultOptions

  @Argument(help: .init("A file, a directory, an object or the beginning of keys.", valueName: "location"))
  var location: String

  @Option(
    name: .long,
    help: .init(
      "The column of DMS's timestamps. Default: of endpoint_settings, else told from the schema.",
      valueName: "name"))
  var timestampColumn: String?

  @Option(name: .long, help: .init("How many objects of a prefix at most.", valueName: "number"))
  var limit = 1_000

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit must be 1 or more") }
  }

  mutating func run() async throws {
    let session = try Session.begin(common, flags: pipeline.flags)
    let console = session.console
    let target = try InspectionTarget(location, bucket: session.configuration.bucket)
    let store = try ObjectStores.open(target.location, session.pipeline.storage(.read))
    let (objects, isOne) = try await target.objects(store, limit: limit)
    if objects.isEmpty, !target.key.isEmpty {
      throw ConfigurationError(.nothingThere(location), nil)
    }
    let inspector = ObjectInspector(
      store: store,
      timestampColumn: timestampColumn ?? session.configuration.endpointSettings.timestampColumnName)
    var inspected: [InspectedObject] = []
    for object in objects {
      console.progress.show("\(inspected.count) of \(objects.count) objects read")
      inspected.append(try await inspector.inspect(object))
    }
    if isOne, let object = inspected.first {
      try console.write(
        result.json
          ? try JSONText.text(of: object) : InspectionText.object(object, style: console.outputStyle))
    } else {
      let listing = InspectedObjects(location: location, inspected)
      try console.write(
        result.json
          ? try JSONText.text(of: listing) : InspectionText.objects(listing, style: console.outputStyle))
    }
    if inspected.contains(where: { $0.error != nil }) { throw ExitStatus.critical }
  }
}
