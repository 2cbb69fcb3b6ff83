import AWS
import Engines
import Foundation
import Ledger
import ObjectStorage
import Reconciliation

extension Pipeline {
  /// What Athena is to run for each table that has objects.
  ///
  /// - Parameter outlooks: what is to be read; nil for all that is there.
  func athenaStatements(
    _ ledger: LedgerStore, _ store: any ObjectStore, _ place: EnginePlace, reading outlooks: [ReadingOutlook]?
  ) async throws -> [AthenaStatements] {
    guard case .s3(let bucketName) = try bucket.place, case .s3(let outputName) = place.location.place else {
      throw EngineError(
        .invalidOutput, "Athena", "it reads and writes S3 alone",
        mend: "give s3:// locations for the bucket and the output, or reconcile without an engine")
    }
    var statements: [AthenaStatements] = []
    for table in try reconciler(ledger, store).observedTables() {
      let span = outlooks?.first { $0.table == table.name }?.span
      if outlooks != nil, span == nil { continue }
      try await place.output.requireEmpty(table.name)
      try requireOutside(place.location, table)
      // No other run has the name, whatever a run that was killed has left.
      let name =
        "lakecanary_\(table.request.tag.hexadecimal)_"
        + UUID().uuidString.filter { $0 != "-" }.lowercased()
      let made = try await AthenaStatements.make(
        table, store: store, bucket: "s3://\(bucketName)/",
        output: "s3://\(outputName)/\(place.output.prefix(of: table.name))",
        database: configuration.engines.athena.database, span: span, name: name)
      if let made { statements.append(made) }
    }
    return statements
  }

  /// What people must know who run the statements themselves: Athena leaves no mark of success.
  func athenaHeading(_ statements: [AthenaStatements], _ place: EnginePlace) -> String {
    guard case .s3(let bucket) = place.location.place else { return "" }
    let marks = statements.map { statement in
      let key = place.output.prefix(of: statement.table.name) + ObservationTableFormat.successMarker
      return "--   aws s3api put-object --bucket \(bucket) --key \(ShellText.quoted(key))\n"
    }
    return "-- For Athena's engine 3, one statement after the other. Once all have succeeded:\n"
      + marks.joined()
      + "--   lakecanary reconcile --observations \(ShellText.quoted(place.location.description))\n\n"
  }

  /// All statements, for people.
  func athenaScript(_ statements: [AthenaStatements]) -> String {
    statements.flatMap { [$0.create, $0.unload, $0.drop] }.map { $0 + ";\n" }.joined(separator: "\n")
  }

  /// Sees to it that Athena would not scan more than may be scanned without a yes.
  ///
  /// - Parameter ofAll: whether all objects are read, rather than those from the first new one to the last.
  /// - Throws: `EngineError` `.needsConsent`; `StorageError`.
  func requireScanLimit(
    _ outlooks: [ReadingOutlook], _ ledger: LedgerStore, _ store: any ObjectStore, ofAll: Bool
  ) async throws {
    let limit = configuration.engines.athena.scanLimit
    let basis = try await basis(outlooks, try reconciler(ledger, store), store)
    let bytes =
      ofAll
      ? outlooks.reduce(0) { $0 + $1.listedBytes } : ReadingPlan.scannedBytes(of: outlooks, basis)
    guard bytes > limit else { return }
    let cost = AthenaOutcomeText.cost(ReadingPlan.scanCost(of: bytes))
    throw EngineError(
      .needsConsent, "Athena",
      "it would scan about \(PlanText.bytes(bytes)) for \(cost), more than \(PlanText.bytes(limit))",
      mend: "give --yes, or raise athena.scan_limit")
  }

  /// Has Athena write a table of observations for each of `statements`, and marks each as whole.
  ///
  /// - Throws: `EngineError`; `AWSError`; `StorageError`.
  func runAthena(
    _ statements: [AthenaStatements], _ place: EnginePlace, _ console: Console
  ) async throws -> AthenaJob.Outcome {
    let settings = configuration.engines.athena
    let job = AthenaJob(
      service: try AWSServices(self).queries(region: settings.region), clock: clock,
      database: settings.database, workgroup: settings.workgroup, results: settings.results?.description,
      queueLimit: configuration.engines.startTimeout)
    var total = AthenaJob.Outcome()
    for statement in statements {
      console.progress.milestone("Athena reads \(statement.table.name)")
      total += try await job.run(statement) { execution in
        console.progress.show(
          "athena: \(execution.state.rawValue.lowercased()), \(PlanText.bytes(execution.scannedBytes)) scanned"
        )
      }
      // Athena itself leaves no mark, and what a query that failed has written stays.
      try await place.output.store.put(
        place.output.prefix(of: statement.table.name) + ObservationTableFormat.successMarker, [])
    }
    console.progress.clear()
    return total
  }
}

enum AthenaOutcomeText {
  static func cost(_ dollars: Double) -> String {
    dollars < 0.01 ? "less than $0.01" : "$\((dollars * 100).rounded() / 100)"
  }
}

extension AthenaJob.Outcome {
  /// What it took: one sentence.
  var text: String {
    guard queries > 0 else { return "Athena was asked for nothing: no object is new" }
    let left = left.isEmpty ? "" : "; it could not remove the name \(left.joined(separator: ", ")) again"
    return
      "Athena scanned \(PlanText.bytes(scannedBytes)) in \(queries) \(queries == 1 ? "query" : "queries"): "
      + "\(AthenaOutcomeText.cost(dollars)) at the list price\(left)"
  }
}
