import DMS
import Foundation
import ObjectStorage
import Postgres
import Synchronization
import Testing
import Time

@testable import Replicator

/// The steps that a run has taken, and a way to wait for one.
final class StepLog: Sendable {
  private struct State {
    var steps: [ReplicationStep] = []
    var isOver = false
    var waiters:
      [(test: @Sendable (ReplicationStep) -> Bool, continuation: CheckedContinuation<Bool, Never>)] = []
  }

  private let state = Mutex(State())

  var steps: [ReplicationStep] { state.withLock { $0.steps } }

  func record(_ step: ReplicationStep) {
    let woken = state.withLock { state in
      state.steps.append(step)
      let woken = state.waiters.filter { $0.test(step) }
      state.waiters.removeAll { $0.test(step) }
      return woken
    }
    for waiter in woken { waiter.continuation.resume(returning: true) }
  }

  /// The run has ended: nobody waits any more.
  func finish() {
    let woken = state.withLock { state in
      state.isOver = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in woken { waiter.continuation.resume(returning: false) }
  }

  /// Returns when a step of that kind was taken, now or before.
  func wait(for test: @escaping @Sendable (ReplicationStep) -> Bool) async throws {
    let isFound = await withCheckedContinuation { continuation in
      let result: Bool? = state.withLock { state in
        if state.steps.contains(where: test) { return true }
        if state.isOver { return false }
        state.waiters.append((test, continuation))
        return nil
      }
      if let result { continuation.resume(returning: result) }
    }
    if !isFound { throw RunEnded() }
  }

  /// Returns when a step of that kind was taken after the stream had begun.
  func waitAfterStreaming(for test: @escaping @Sendable (ReplicationStep) -> Bool) async throws {
    let hasStreamed = Mutex(false)
    try await wait { step in
      hasStreamed.withLock { hasStreamed in
        if step.name == "streaming" { hasStreamed = true }
        return hasStreamed && test(step)
      }
    }
  }

  struct RunEnded: Error {}
}

/// A replicator that runs beside a test.
struct Run {
  let replicator: Replicator
  let log = StepLog()
  private let task: Task<Void, any Error>

  static let settings =
    "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true;cdcMaxBatchInterval=1"

  init(
    _ source: Source, _ bucket: Bucket, settings: String = Run.settings, tables: [QualifiedName]? = nil,
    clock: any WallClock = SystemWallClock(), store: (any ObjectStore)? = nil,
    change: (inout ReplicationTask) throws -> Void = { _ in },
    onStep: @escaping @Sendable (ReplicationStep) throws -> Void = { _ in }
  ) throws {
    let everything =
      #"{"rules":[{"rule-type":"selection","rule-id":"1","rule-action":"include","object-locator":{"schema-name":"%","table-name":"%"}}]}"#
    var task = ReplicationTask(
      name: Run.taskName(source), source: source.conninfo, settings: try EndpointSettings(parsing: settings),
      mappings: try tables.map { TableMappings(including: $0) } ?? TableMappings(json: everything))
    try change(&task)
    let log = log
    replicator = Replicator(
      task: task, store: store ?? bucket.store, clock: clock,
      onStep: { step in
        // The hook first: a step that it ends was not taken.
        defer { log.record(step) }
        try onStep(step)
      })
    let replicator = replicator
    self.task = Task {
      defer { log.finish() }
      try await replicator.run()
    }
  }

  /// Slots are the cluster's: each database's task has a name of its own.
  static func taskName(_ source: Source) -> String {
    String(source.conninfo.split(separator: " ").last { $0.hasPrefix("dbname=") }?.dropFirst(7) ?? "test")
  }

  func waitUntilStreaming() async throws {
    try await log.wait { if case .streaming = $0 { true } else { false } }
  }

  /// Returns when all that was committed before `position` is durable and confirmed.
  func waitUntilConfirmed(_ position: LSN) async throws {
    try await log.wait { if case .lsnConfirmed(let lsn) = $0 { lsn >= position } else { false } }
  }

  /// Returns when all that was committed before `position` has come; it need not be written yet.
  func waitUntilReceived(_ position: LSN) async throws {
    try await log.wait { if case .received(let lsn) = $0 { lsn >= position } else { false } }
  }

  /// Stops it and returns when it has ended.
  func stop() async throws {
    replicator.stop()
    try await task.value
  }

  /// Returns when it has ended by itself.
  func end() async throws {
    try await task.value
  }
}
