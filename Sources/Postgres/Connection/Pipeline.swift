import CLibPQ

/// Statements that are sent one after the other without waiting for their results.
public struct Pipeline: ~Copyable {
  private let session: Session
  private var unflushed = 0
  private(set) var count = 0

  init(_ session: Session) {
    self.session = session
  }

  /// Adds a statement; its result is in binary form.
  ///
  /// - Throws: what `Connection.query` throws, but for the server's refusals, which come at the end.
  public mutating func append(_ sql: SQL) throws(PostgresError) {
    try session.send(try session.render(sql), format: .binary)
    try sent()
  }

  /// Adds a prepared statement; its result is in binary form.
  ///
  /// - Throws: what `Connection.query` throws, but for the server's refusals, which come at the end.
  public mutating func append(_ statement: PreparedStatement, _ parameters: [Parameter]) throws(PostgresError)
  {
    try session.parameters.fill(parameters, for: statement)
    try session.send(prepared: statement.name, format: .binary)
    try sent()
  }

  /// Sends now and then: libpq would queue it all, and the server has something to do meanwhile.
  private mutating func sent() throws(PostgresError) {
    count += 1
    unflushed += 1
    guard unflushed == 64 else { return }
    unflushed = 0
    try session.flush()
  }
}

extension Connection {
  /// Sends many statements and then reads their results: one round trip for all of them.
  ///
  /// Outside of a transaction they are one transaction of their own. The first that fails ends the pipeline:
  /// those after it are not run.
  ///
  /// - Returns: a result for each statement.
  /// - Throws: what `body` throws, once the statements before were run; what `query` throws.
  public func pipeline(_ body: (inout Pipeline) throws -> Void) throws -> [QueryResult] {
    let connection = try session.connection()
    guard PQenterPipelineMode(connection) == 1 else { throw session.failure(of: connection) }
    var pipeline = Pipeline(session)
    var failure: (any Error)?
    do { try body(&pipeline) } catch { failure = error }
    let outcome: PipelineOutcome
    do throws(PostgresError) {
      outcome = try session.finishPipeline(of: pipeline.count)
    } catch {
      throw failure ?? error
    }
    if let failure = failure ?? outcome.failure { throw failure }
    return outcome.results
  }

  /// Sends many statements and then reads their results, as `pipeline` does, and says how far they came.
  ///
  /// For statements that end a transaction and begin the next one: where a later one fails, the earlier ones hold.
  ///
  /// - Throws: what `body` throws, once the statements before were run; `PostgresError` where the pipeline could
  ///   not be begun.
  public func pipelineOutcome(_ body: (inout Pipeline) throws -> Void) throws -> PipelineOutcome {
    let connection = try session.connection()
    guard PQenterPipelineMode(connection) == 1 else { throw session.failure(of: connection) }
    var pipeline = Pipeline(session)
    do { try body(&pipeline) } catch {
      _ = try? session.finishPipeline(of: pipeline.count)
      throw error
    }
    return try session.finishPipeline(of: pipeline.count)
  }
}

/// How far the statements of a pipeline came.
public struct PipelineOutcome {
  /// A result for each statement up to the first that failed.
  public let results: [QueryResult]
  /// Why the statement after these failed, or has no answer; nil where all of them were run.
  public let failure: PostgresError?

  /// An outcome of these parts.
  public init(results: [QueryResult], failure: PostgresError?) {
    self.results = results
    self.failure = failure
  }
}

extension Session {
  /// Reads the results of `count` statements and leaves pipeline mode.
  ///
  /// A connection that is lost meanwhile is a failure like any other, after the results that came before.
  fileprivate func finishPipeline(of count: Int) throws(PostgresError) -> PipelineOutcome {
    let connection = try connection()
    guard PQpipelineSync(connection) == 1 else { throw failure(of: connection) }
    var results: [QueryResult] = []
    results.reserveCapacity(count)
    var failure: PostgresError?
    var isSynchronized = false
    do throws(PostgresError) {
      // Each statement's results end with nil; the synchronization point has none.
      while !isSynchronized {
        guard let result = try nextResult() else { continue }
        switch PQresultStatus(result) {
        case PGRES_PIPELINE_SYNC:
          isSynchronized = true
          PQclear(result)
        case PGRES_PIPELINE_ABORTED: PQclear(result)
        default:
          do throws(PostgresError) {
            if let rows = try check(result) { results.append(rows) }
          } catch {
            failure = failure ?? error
            guard isUsable else { throw error }
          }
        }
      }
      guard PQexitPipelineMode(connection) == 1 else { throw self.failure(of: connection) }
    } catch {
      failure = failure ?? error
    }
    return PipelineOutcome(results: results, failure: failure)
  }
}
