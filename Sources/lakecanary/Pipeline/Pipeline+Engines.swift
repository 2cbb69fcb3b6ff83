import Engines
import Foundation
import Ledger
import ObjectStorage
import Reconciliation
import Time

/// A place for tables of observations.
struct EnginePlace: Sendable {
  /// Where it is.
  let location: BucketLocation
  /// The tables in it.
  let output: ObservationOutput
}

/// How a reconciliation sees the bucket.
struct BucketView: Sendable {
  /// The bucket, as it is listed.
  var store: any ObjectStore
  /// Who observes the objects; nil for this process, which reads their bytes.
  var observer: (any ObservationSource)?
  /// Why an inventory or an engine is of no use: nobody has looked then.
  var failure: Failure?
}

extension Pipeline {
  /// The bucket by its inventory and an engine, as far as they are asked for.
  ///
  /// An inventory or an engine that fails is no error but a view of nothing, which a run is recorded with.
  ///
  /// - Throws: what ends the command: a wrong use, a wrong configuration, a ledger that fails, a cancellation.
  func view(
    by engine: EngineOptions? = nil, _ ledger: LedgerStore, _ console: Console
  ) async throws -> BucketView {
    var view = BucketView(store: try openStore())
    do {
      view.store = try await listedStore(ledger, view.store, console)
      if let engine { view.observer = try await observer(engine, ledger, view.store, console) }
    } catch let error
      where FailurePolicy.status(of: error) == .unknown && !FailurePolicy.isCancellation(error)
      && !(error is LedgerError)
    {
      console.progress.clear()
      view.failure = FailurePolicy.failure(for: error)
    }
    return view
  }

  /// Where an engine is to write: the configured place, or a folder of its own in it.
  func engineOutput(folder: String? = nil) throws -> EnginePlace {
    guard let configured = configuration.engines.output else {
      throw ConfigurationError(.missing(.engineOutput), nil)
    }
    return try enginePlace(configured, folder: folder, access: .write)
  }

  private func enginePlace(_ location: BucketLocation, folder: String?, access: StorageAccess) throws
    -> EnginePlace
  {
    var location = location
    if let folder {
      switch location.place {
      case .directory(let path): location.place = .directory(path: path + "/" + folder)
      case .s3: location.prefix += folder + "/"
      }
    }
    let store = try ObjectStores.open(location, storage(access))
    return EnginePlace(location: location, output: ObservationOutput(store: store, prefix: location.prefix))
  }

  /// The bucket, listed by its S3 Inventory where that is configured and the whole of it is to be listed.
  func listedStore(
    _ ledger: LedgerStore, _ store: any ObjectStore, _ console: Console
  ) async throws -> any ObjectStore {
    guard let location = configuration.listing.inventory else { return store }
    let tables = try reconciler(ledger, store).observedTables()
    guard tables.contains(where: \.isFullListingDue) else { return store }
    let manifest = try await InventoryManifest.find(
      in: try ObjectStores.open(location, storage(.read)), prefix: location.prefix)
    var name: String?
    if case .s3(let bucket) = try bucket.place { name = bucket }
    try manifest.require(bucket: name, maxAge: configuration.listing.inventoryMaxAge, now: clock.now())
    let listed = try await InventoryStore.open(store, by: manifest, tables: tables)
    console.progress.milestone(
      "Listing by the inventory of \(manifest.createdAt): \(listed.count) objects; live from a day before it")
    return listed
  }

  private func observer(
    _ options: EngineOptions, _ ledger: LedgerStore, _ store: any ObjectStore, _ console: Console
  ) async throws -> (any ObservationSource)? {
    if let observations = options.observations {
      let place = try enginePlace(try BucketLocation(observations), folder: nil, access: .read)
      return try await tableSource("the engine", place, ledger, store)
    }
    let engine = options.engine ?? .native
    guard engine != .native else { return nil }
    let stamp = clock.now().description.filter { $0.isNumber || $0 == "T" }.prefix(15)
    let place = try engineOutput(folder: "\(stamp)-\(UUID().uuidString.prefix(8).lowercased())")
    let tables: [ObservedTable]
    var cost: AthenaJob.Outcome?
    if engine == .spark {
      let statements = try await sparkStatements(ledger, store, place, isIncremental: true)
      if !statements.isEmpty { try await runSpark(try sparkScript(statements), statements, place, console) }
      tables = statements.map(\.table)
    } else {
      let outlooks = try await reconciler(ledger, store).outlook()
      if !options.athena.yes { try await requireScanLimit(outlooks, ledger, store, ofAll: false) }
      let statements = try await athenaStatements(ledger, store, place, reading: outlooks)
      cost = try await runAthena(statements, place, console)
      tables = statements.map(\.table)
    }
    return try await tableSource(engine.title, place, ledger, store, tables: tables, cost: cost)
  }

  private func tableSource(
    _ engine: String, _ place: EnginePlace, _ ledger: LedgerStore, _ store: any ObjectStore,
    tables given: [ObservedTable]? = nil, cost: AthenaJob.Outcome? = nil
  ) async throws -> TableObservationSource {
    var tables: [TableName: ObservationTable] = [:]
    for table in try given ?? reconciler(ledger, store).observedTables() {
      tables[table.name] = try await ObservationTable(
        store: place.output.store, prefix: place.output.prefix(of: table.name), identity: table.identity)
    }
    return TableObservationSource(
      engine: engine, tables: tables, native: BucketObservationSource(store: store),
      cost: cost?.text, scannedBytes: cost?.scannedBytes)
  }

  /// What Spark is to run, a statement for each table that has objects.
  func sparkStatements(
    _ ledger: LedgerStore, _ store: any ObjectStore, _ place: EnginePlace, isIncremental: Bool
  ) async throws -> [SparkStatements] {
    let bucket = try bucket
    let seen = configuration.engines.spark.bucket ?? Pipeline.seenBySpark(bucket)
    var statements: [SparkStatements] = []
    for (number, table) in try reconciler(ledger, store).observedTables().enumerated() {
      try await place.output.requireEmpty(table.name)
      try requireOutside(place.location, table)
      let since = isIncremental ? newSince(table) : nil
      let made = try await SparkStatements.make(
        table, store: store, bucket: seen, output: outputSeenBySpark(place, of: table.name, bucketSeen: seen),
        since: since, number: number)
      if let made { statements.append(made) }
    }
    return statements
  }

  /// Since when objects may be new; nil where all may be.
  func newSince(_ table: ObservedTable) -> Timestamp? {
    // Names are given in the settings' time zone, and objects are written after the time in their names.
    table.newestPlace.map { $0 - configuration.listing.overlap - .seconds(86_400) }
  }

  /// A table of observations among a table's own objects would be taken for some of them.
  func requireOutside(_ output: BucketLocation, _ table: ObservedTable) throws {
    let bucket = try bucket
    let key: String
    switch (output.place, bucket.place) {
    case (.s3(let one), .s3(let other)):
      guard one == other else { return }
      key = output.prefix
    case (.directory(let path), .directory(let root)):
      let (path, root) = (Pipeline.absolute(path) + "/", Pipeline.absolute(root) + "/")
      guard path.hasPrefix(root) else { return }
      key = String(path.dropFirst(root.count))
    default: return
    }
    guard key.hasPrefix(table.prefix) else { return }
    throw EngineError(
      .invalidOutput, output.description, "it lies among the objects of \(table.name)",
      mend: "give another output")
  }

  /// All statements, with the settings that they need.
  func sparkScript(_ statements: [SparkStatements]) throws -> String {
    try ([SparkStatements.settings] + statements.map { try $0.sql() }).joined(separator: "\n\n")
  }

  /// What people must know who run the statements themselves.
  func sparkHeading(_ place: EnginePlace) -> String {
    """
    -- For Spark 3.5 or later: one statement after the other, in one session. Then:
    --   lakecanary reconcile --observations \(ShellText.quoted(place.location.description))

    """
  }

  func runSpark(
    _ sql: String, _ statements: [SparkStatements], _ place: EnginePlace, _ console: Console
  ) async throws {
    let spark = configuration.engines.spark
    var environment = ProcessInfo.processInfo.environment
    let installation = try SparkInstallation.find(spark.program, environment: environment)
    if spark.program != nil { environment["SPARK_HOME"] = nil }
    var job = SparkJob(
      installation: installation, master: spark.master, properties: spark.conf, environment: environment,
      name: "lakecanary observe \(configuration.name)", clock: clock)
    job.startLimit = configuration.engines.startTimeout
    console.progress.milestone(
      "Spark reads \(statements.map { $0.table.name.description }.joined(separator: ", ")), once a worker is free; "
        + "it waits for one up to \(DurationText.text(job.startLimit))")
    try await job.run(sql) { line in console.progress.show("spark: \(line)") }
    console.progress.clear()
    for statement in statements { try await place.output.requireMark(statement.table.name, of: "Spark") }
  }

  /// Where Spark's workers see a bucket, where nothing else is said.
  private static func seenBySpark(_ bucket: BucketLocation) -> String {
    switch bucket.place {
    case .s3(let name): "s3a://\(name)/"
    case .directory(let path): "file://\(absolute(path))/"
    }
  }

  private static func absolute(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.path
  }

  private func outputSeenBySpark(_ place: EnginePlace, of table: TableName, bucketSeen: String) throws
    -> String
  {
    let prefix = place.output.prefix(of: table)
    let base: String
    switch place.location.place {
    case .directory: base = Pipeline.seenBySpark(place.location)
    case .s3(let name):
      if case .s3(let own) = try bucket.place, own == name {
        base = bucketSeen
      } else {
        let scheme = bucketSeen.prefix { $0 != ":" }
        base = scheme.hasPrefix("s3") ? "\(scheme)://\(name)/" : "s3a://\(name)/"
      }
    }
    return (base.hasSuffix("/") ? base : base + "/") + prefix
  }
}

extension ObservedTable {
  /// What its table of observations must be of.
  var identity: ObservationTable.Identity {
    ObservationTable.Identity(
      table: name, tag: request.tag, level: request.level, digestColumns: request.digestColumns.count,
      digestKinds: request.digestKinds)
  }
}
