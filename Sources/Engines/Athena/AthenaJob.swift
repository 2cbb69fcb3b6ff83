public import AWS
import Foundation
public import Time

/// Statements that Athena runs one after the other.
public struct AthenaJob: Sendable {
  private let service: QueryService
  private let clock: any WallClock
  private let database: String
  private let workgroup: String
  private let results: String?
  private let queueLimit: Duration

  /// A job of `service`, which is asked for its state by `clock`.
  ///
  /// - Parameters:
  ///   - results: where Athena writes what belongs to the queries; nil for the workgroup's own place.
  ///   - queueLimit: how long a query may be queued.
  public init(
    service: QueryService, clock: any WallClock, database: String, workgroup: String, results: String?,
    queueLimit: Duration
  ) {
    (self.service, self.clock, self.database) = (service, clock, database)
    (self.workgroup, self.results, self.queueLimit) = (workgroup, results, queueLimit)
  }

  /// What statements came to.
  public struct Outcome: Sendable, Hashable {
    /// Queries that scanned anything.
    public var queries = 0
    /// Bytes that they scanned.
    public var scannedBytes: Int64 = 0
    /// What that costs at the list price, in US dollars.
    public var dollars = 0.0
    /// Tables over the bucket whose names could not be removed again.
    public var left: [String] = []

    /// Nothing yet.
    public init() {}

    /// What two came to together.
    public static func += (left: inout Outcome, right: Outcome) {
      left.queries += right.queries
      left.scannedBytes += right.scannedBytes
      left.dollars += right.dollars
      left.left += right.left
    }

    mutating func add(_ execution: QueryExecution) {
      // Statements that define tables scan nothing and cost nothing.
      guard execution.scannedBytes > 0 else { return }
      queries += 1
      scannedBytes += execution.scannedBytes
      dollars += ReadingPlan.scanCost(of: execution.scannedBytes)
    }
  }

  /// Makes the table, writes the table of observations, and removes the table again, whatever comes; cancelling
  /// the task stops the query at hand.
  ///
  /// - Throws: `EngineError`: `.failed`, `.notStarted`, `.overBudget`; `AWSError`; `CancellationError`.
  public func run(
    _ statements: AthenaStatements, onState: @Sendable (QueryExecution) -> Void = { _ in }
  ) async throws -> Outcome {
    var outcome = Outcome()
    do {
      outcome.add(try await run(statements.create, onState))
      outcome.add(try await run(statements.unload, onState))
    } catch {
      // In a task of its own, since this one may be cancelled. A name that stays does no harm: none takes it again.
      _ = await Task { try await run(statements.drop) { _ in } }.result
      throw error
    }
    do { outcome.add(try await run(statements.drop, onState)) } catch {
      try Task.checkCancellation()
      // What was asked for is there, and paid.
      outcome.left.append(statements.name)
    }
    return outcome
  }

  private func run(_ sql: String, _ onState: @Sendable (QueryExecution) -> Void) async throws
    -> QueryExecution
  {
    let query = QueryRequest(
      sql: sql, database: database, workgroup: workgroup, results: results,
      token: UUID().uuidString.lowercased())
    try Task.checkCancellation()
    // To its answer, whatever comes: a query whose id is not known cannot be stopped.
    let id = try await Task { try await service.start(query) }.value
    do {
      try Task.checkCancellation()
      let execution = try await end(of: id, onState)
      switch execution.state {
      case .succeeded, .queued, .running: return execution
      case .failed:
        throw EngineError(
          .failed, "Athena", "the query \(id) failed after \(execution.scannedBytes) bytes scanned",
          mend: execution.isRetryable
            ? "try again later" : "an object that the reason names must be mended, or read without an engine",
          said: execution.reason ?? "Athena gives no reason")
      case .cancelled:
        // A workgroup's limit of scanned bytes cancels a query, and so does an administrator.
        throw EngineError(
          .overBudget, "Athena",
          "the query \(id) was cancelled after \(execution.scannedBytes) bytes scanned",
          mend: "where nobody did, raise the limit of the workgroup \(workgroup), or lower the level",
          said: execution.reason)
      }
    } catch let error as EngineError where error.code != .notStarted {
      throw error
    } catch {
      // Nobody will take its result, so that it need not cost more.
      _ = await Task { try await service.stop(id) }.result
      try Task.checkCancellation()
      throw error
    }
  }

  private func end(
    of id: String, _ onState: @Sendable (QueryExecution) -> Void
  ) async throws -> QueryExecution {
    var pause = Duration.milliseconds(250)
    let deadline = clock.now() + queueLimit
    while true {
      let execution = try await service.execution(of: id)
      onState(execution)
      guard execution.state == .queued || execution.state == .running else { return execution }
      guard execution.state == .running || clock.now() < deadline else {
        throw EngineError(
          .notStarted, "Athena",
          "the query \(id) was queued for \(queueLimit.components.seconds) s, and was stopped",
          mend: "see what else the workgroup \(workgroup) runs, or raise engine.start_timeout")
      }
      try await clock.sleep(until: clock.now() + pause)
      pause = min(pause * 2, .seconds(5))
    }
  }
}
