import DMS
import Postgres
import Synchronization

/// How other threads reach a run that may be blocked in libpq.
final class RunControl: Sendable {
  private struct State {
    var isStopping = false
    /// Ends waits outside of the stream: a stop must not wait for a COPY or a lock.
    var statements: Interrupt?
    /// Wakes the wait for the stream's next message.
    var stream: Interrupt?
    var onStop: [@Sendable () -> Void] = []
    /// Tables that are to be loaded again.
    var reloads: [QualifiedName] = []
  }

  private let state = Mutex(State())

  var isStopping: Bool { state.withLock { $0.isStopping } }

  func begin(statements: Interrupt, stream: Interrupt) {
    state.withLock { state in
      state.statements = statements
      state.stream = stream
    }
    if isStopping { stop() }
  }

  /// From here on statements are short, and a stop wants what they still do.
  func protectStatements() {
    state.withLock { $0.statements = nil }
  }

  func end() {
    state.withLock { state in
      state.statements = nil
      state.stream = nil
      state.onStop = []
    }
  }

  func onStop(_ body: @escaping @Sendable () -> Void) {
    let isStopping = state.withLock { state in
      state.onStop.append(body)
      return state.isStopping
    }
    if isStopping { body() }
  }

  func stop() {
    let (statements, stream, bodies) = state.withLock { state in
      state.isStopping = true
      return (state.statements, state.stream, state.onStop)
    }
    statements?.interrupt()
    stream?.wake()
    for body in bodies { body() }
  }

  func requestReload(of table: QualifiedName) {
    state.withLock { if !$0.reloads.contains(table) { $0.reloads.append(table) } }
    wake()
  }

  /// The table that was first asked to be loaded again, taken off the list.
  func takeReload() -> QualifiedName? {
    state.withLock { $0.reloads.isEmpty ? nil : $0.reloads.removeFirst() }
  }

  func wake() {
    state.withLock { $0.stream }?.wake()
  }
}
