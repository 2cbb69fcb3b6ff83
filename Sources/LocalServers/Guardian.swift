import Subprocess

/// A shell that starts a server, and that stops it and removes its directory when this process ends in any
/// way, `kill -9` included: it waits for the end of its standard input, which this process alone holds open.
///
/// The shell runs in a process group of its own, so that Ctrl-C at a terminal reaches this process alone.
package struct Guardian: Sendable {
  /// Closing it is the order to stop.
  private let order: AsyncStream<Never>.Continuation
  private let ended: Task<Void, any Error>

  /// Runs `script` with `arguments` and returns when it prints the line `ready`.
  ///
  /// The script must read its standard input to the end and stop what it started then.
  ///
  /// - Throws: `LocalServerError` with code `notStarted` where it ends, or prints anything else, first.
  package static func start(script: String, arguments: [String], server: String) async throws -> Guardian {
    let (orders, order) = AsyncStream<Never>.makeStream()
    let (answers, answer) = AsyncStream<String>.makeStream()
    // A task of its own: cancelling the caller's must close the input, not kill the shell.
    let ended = Task.detached {
      defer { answer.finish() }
      var options = PlatformOptions()
      options.processGroupID = 0
      _ = try await run(
        .name("sh"), arguments: Arguments(["-c", script, server] + arguments), platformOptions: options,
        input: .inputWriter, output: .sequence, error: .discarded
      ) { execution in
        var lines = execution.standardOutput.strings().makeAsyncIterator()
        if let line = try await lines.next() { answer.yield(line) }
        for await _ in orders {}
        try await execution.standardInputWriter.finish()
        while try await lines.next() != nil {}
      }
    }
    let guardian = Guardian(order: order, ended: ended)
    var received = answers.makeAsyncIterator()
    // The iterator of a cancelled task answers nil at once; the guardian is told to stop all the same.
    let first = await received.next()
    guard first == "ready" else {
      await guardian.stop()
      try Task.checkCancellation()
      throw LocalServerError(code: .notStarted, server: server, detail: first ?? "it ended at once")
    }
    return guardian
  }

  /// Lets the script stop its server, and returns when it has.
  package func stop() async {
    order.finish()
    // What the script failed at while stopping is of no use to anyone any more.
    _ = await ended.result
  }
}
