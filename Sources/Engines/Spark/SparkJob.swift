import Foundation
import Subprocess
import Synchronization
import SystemPackage
public import Time

/// A job of Spark that runs statements: `spark-sql` or `spark-submit` of the user's installation.
///
/// Where it runs, and by whose credentials it reads, is the installation's and the cluster's affair.
public struct SparkJob: Sendable {
  /// The installation.
  public var installation: SparkInstallation
  /// The master: `yarn`, `k8s://...`, `spark://...`, `local[*]`; nil for the installation's own default.
  public var master: String?
  /// Properties for `--conf`, each `key=value`.
  public var properties: [String]
  /// The variables of the process.
  public var environment: [String: String]
  /// The name that the cluster shows.
  public var name: String
  /// How long the job may wait for the cluster's first free worker; after that it takes what it takes.
  public var startLimit = Duration.seconds(900)
  /// How long a cancelled job may take to end its part of the cluster's work, before it is killed.
  public var grace = Duration.seconds(20)
  private let clock: any WallClock

  /// A job with the installation's defaults.
  public init(
    installation: SparkInstallation, master: String? = nil, properties: [String] = [],
    environment: [String: String], name: String, clock: any WallClock = SystemWallClock()
  ) {
    (self.installation, self.master, self.properties) = (installation, master, properties)
    (self.environment, self.name, self.clock) = (environment, name, clock)
  }

  /// What a worker has a part in, and the line that says so: Spark counts no range without one, and waits for it as
  /// long as it takes.
  private static let (firstStatement, firstAnswer) = (
    "SELECT concat('lakecanary has workers: ', count(*)) FROM range(1);", "lakecanary has workers: 1"
  )

  /// The arguments that run the statements in a file.
  func arguments(script: String) -> [String] {
    var arguments: [String] = []
    if let master { arguments += ["--master", master] }
    arguments += ["--name", name]
    // The catalog is the session's own: nothing is left in anybody's metastore.
    arguments += ["--conf", "spark.sql.catalogImplementation=in-memory"]
    // Without the mark, a table is half written; a cluster's own settings may have turned it off.
    arguments += ["--conf", "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs=true"]
    for property in properties { arguments += ["--conf", property] }
    if URL(filePath: installation.program).lastPathComponent.hasPrefix("spark-submit") {
      arguments += ["--class", "org.apache.spark.sql.hive.thriftserver.SparkSQLCLIDriver", "spark-internal"]
    }
    return arguments + ["-f", script]
  }

  /// Runs `statements` to their end; cancelling the task ends the job.
  ///
  /// - Parameter onLine: gets each line that Spark says.
  /// - Throws: `EngineError`: `.failed`, `.killed` or `.notStarted`, with the end of its log; `CancellationError`.
  public func run(_ statements: String, onLine: @escaping @Sendable (String) -> Void = { _ in }) async throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "lakecanary-spark-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = folder.appending(path: "observe.sql").path
    try "\(SparkJob.firstStatement)\n\(statements)".write(
      toFile: script, atomically: false, encoding: .utf8)
    let tail = LogTail()
    let wait = StartWait()
    let secrets = Secrets(properties: properties, environment: environment)
    let status = try await launch(script: script, directory: folder.path, wait) { line in
      if line == SparkJob.firstAnswer { return wait.end() }
      let line = secrets.hidden(in: line)
      tail.add(line)
      onLine(line)
    }
    try Task.checkCancellation()
    guard !wait.isOver else {
      throw EngineError(
        .notStarted, "Spark",
        "the cluster had no worker free within \(startLimit.components.seconds) s, and the job was cancelled",
        mend:
          "see what its workers do and whether any is as large as spark.conf asks for, or raise engine.start_timeout",
        said: tail.cause, logTail: tail.all)
    }
    switch status {
    case .exited(0): return
    case .exited(let code) where !SparkJob.signals.contains(code - 128):
      throw EngineError(
        .failed, "Spark", "the job ended with code \(code)", mend: "--verbose shows the end of its log",
        said: tail.cause, logTail: tail.all)
    case .exited(let code):
      throw killed(by: code - 128, tail)
    case .signaled(let signal):
      throw killed(by: signal, tail)
    }
  }

  /// Those that a shell's exit code of 128 and more can mean; Java ends itself with 255.
  private static let signals: ClosedRange<Int32> = 1...64

  private func killed(by signal: Int32, _ tail: LogTail) -> EngineError {
    EngineError(
      .killed, "Spark", "the job was killed by signal \(signal)",
      mend: "where nobody did, its machine had no memory left for it", said: tail.cause, logTail: tail.all)
  }

  private func launch(
    script: String, directory: String, _ wait: StartWait, onLine: @escaping @Sendable (String) -> Void
  ) async throws -> TerminationStatus {
    let (cancellations, cancelled) = AsyncStream<Void>.makeStream()
    let watch = Task {
      try await clock.sleep(until: clock.now() + startLimit)
      if wait.giveUp() { cancelled.yield() }
    }
    defer { watch.cancel() }
    // A task of its own: what is cancelled reads no more, and the job has something to say while it ends.
    let work = Task {
      try await start(script: script, directory: directory, until: cancellations) { line in onLine(line) }
    }
    do {
      return try await withTaskCancellationHandler {
        try await work.value
      } onCancel: {
        cancelled.yield()
      }
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw EngineError(
        .notInstalled, "Spark", "\(installation.program) cannot be started: \(error)",
        mend: "spark.program must name spark-sql or spark-submit")
    }
  }

  /// Runs the program to its end, telling what it says; ends it in order once `cancellations` has an element.
  private func start(
    script: String, directory: String, until cancellations: AsyncStream<Void>,
    onLine: @escaping @Sendable (String) -> Void
  ) async throws -> TerminationStatus {
    var options = PlatformOptions()
    // Ctrl-C at a terminal reaches this process alone, which then ends the job in order.
    options.processGroupID = 0
    var variables: [Environment.Key: String] = [:]
    for (name, value) in environment where !SparkJob.isSecret(name) {
      variables[Environment.Key(stringLiteral: name)] = value
    }
    let steps = [TeardownStep.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)]
    return try await Subprocess.run(
      .path(FilePath(installation.program)), arguments: Arguments(arguments(script: script)),
      environment: .custom(variables), workingDirectory: FilePath(directory), platformOptions: options,
      input: .none, output: .sequence, error: .combinedWithOutput
    ) { execution in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for await _ in cancellations { await execution.teardown(using: steps) }
        }
        for try await line in execution.standardOutput.strings(bufferingPolicy: .unbounded) { onLine(line) }
        group.cancelAll()
      }
    }.terminationStatus
  }

  /// The pipeline's own secrets are no affair of the cluster's.
  private static func isSecret(_ name: String) -> Bool {
    name.hasPrefix("LAKECANARY_") || name.hasPrefix("PGPASS")
  }
}

/// The wait for the first worker of a cluster, which ends once: by the worker, or by our patience.
private final class StartWait: Sendable {
  private enum State { case waiting, started, over }
  private let state = Mutex(State.waiting)

  /// Whether nobody waits any more, and no worker has come.
  var isOver: Bool { state.withLock { $0 == .over } }

  /// A worker has come.
  func end() { state.withLock { if $0 == .waiting { $0 = .started } } }

  /// Waits no longer; false where a worker has come.
  func giveUp() -> Bool {
    state.withLock { state in
      if state == .waiting { state = .over }
      return state == .over
    }
  }
}
