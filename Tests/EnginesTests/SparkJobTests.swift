import Foundation
import Synchronization
import TestSupport
import Testing
import Time

@testable import Engines

/// What is in Spark's place on a machine, and how a job that is there ends; real processes, without Spark.
@Suite struct SparkJobTests {
  /// An installation whose `spark-sql` is a script.
  private func installation(_ script: String, in scratch: Scratch, version: String = "4.0.1") throws -> String
  {
    let home = scratch.path + "/spark"
    for folder in ["bin", "jars"] {
      try FileManager.default.createDirectory(
        atPath: "\(home)/\(folder)", withIntermediateDirectories: true)
    }
    try Data().write(to: URL(filePath: "\(home)/jars/spark-core_2.13-\(version).jar"))
    try "#!/bin/sh\n\(script)\n".write(toFile: home + "/bin/spark-sql", atomically: false, encoding: .utf8)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: home + "/bin/spark-sql")
    return home
  }

  private func job(
    _ script: String, in scratch: Scratch, clock: any WallClock = SystemWallClock()
  ) throws -> SparkJob {
    let home = try installation(script, in: scratch)
    let environment = ["PATH": "/usr/bin:/bin", "SPARK_HOME": home, "LAKECANARY_SOURCE": "secret"]
    return SparkJob(
      installation: try SparkInstallation.find(nil, environment: environment), master: "local[1]",
      properties: ["spark.executor.memory=4g"], environment: environment, name: "lakecanary observe test",
      clock: clock)
  }

  private func code(_ given: String?, _ environment: [String: String]) -> EngineError.Code? {
    do throws(EngineError) {
      _ = try SparkInstallation.find(given, environment: environment)
      return nil
    } catch {
      #expect(error.mend != nil && !error.description.contains("\n"), "\(error)")
      return error.code
    }
  }

  @Test func whatIsNoSparkIsTold() throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let home = try installation("exit 0", in: scratch)
    #expect(code(nil, ["PATH": "/nonexistent"]) == .notInstalled)
    #expect(code(scratch.path + "/none", [:]) == .notInstalled)
    #expect(code(nil, ["SPARK_HOME": scratch.path]) == .notInstalled)
    #expect(code(home + "/jars/spark-core_2.13-4.0.1.jar", [:]) == .notInstalled)
    #expect(code(home, [:]) == nil)
    #expect(code(nil, ["PATH": "/nonexistent:\(home)/bin"]) == nil)
    let old = try Scratch()
    defer { withExtendedLifetime(old) {} }
    let oldHome = try installation("exit 0", in: old, version: "3.4.4")
    #expect(code(oldHome, [:]) == .wrongVersion)
    // A program that is named is not of another installation's version, though its own is not told.
    let alone = scratch.path + "/spark-sql"
    try FileManager.default.copyItem(atPath: home + "/bin/spark-sql", toPath: alone)
    #expect(code(alone, ["SPARK_HOME": oldHome]) == nil)
  }

  @Test func aJobThatEndsBadlyIsOneLineWithItsLog() async throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let exhausted = """
      echo "26/11/25 10:00:00 ERROR Executor: Exception in task 0.0" >&2
      echo "java.lang.OutOfMemoryError: Java heap space" >&2
      echo "	at java.base/java.util.Arrays.copyOf(Arrays.java:3537)" >&2
      exit 1
      """
    let error = try await #require(throws: EngineError.self) {
      try await job(exhausted, in: scratch).run("SELECT 1;")
    }
    #expect(error.code == .failed && error.description.contains("OutOfMemoryError"), "\(error)")
    #expect(!error.description.contains("\n") && error.logTail.count == 2)
    let killed = try await #require(throws: EngineError.self) {
      try await job("kill -KILL $$", in: scratch).run("SELECT 1;")
    }
    #expect(killed.code == .killed && killed.description.contains("signal 9"), "\(killed)")
    let status = try await #require(throws: EngineError.self) {
      try await job("exit 137", in: scratch).run("SELECT 1;")
    }
    #expect(status.code == .killed, "\(status)")
    // How Java's System.exit(-1) ends.
    let negative = try await #require(throws: EngineError.self) {
      try await job("exit 255", in: scratch).run("SELECT 1;")
    }
    #expect(negative.code == .failed && negative.description.contains("code 255"), "\(negative)")
  }

  @Test func noLineOfTheLogShowsASecret() async throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    var job = try job("echo \"Error: $*, $AWS_SESSION_TOKEN\"; exit 1", in: scratch)
    job.properties += [
      "spark.hadoop.fs.s3a.secret.key=Sesame-1", "spark.hadoop.fs.s3a.access.key=Sesame-1-too",
    ]
    job.environment["AWS_SESSION_TOKEN"] = "Sesame-2"
    let said = Mutex<[String]>([])
    let error = try await #require(throws: EngineError.self) {
      try await job.run("SELECT 1;") { line in said.withLock { $0.append(line) } }
    }
    let lines = said.withLock { $0 } + error.logTail + [error.description]
    #expect(lines.contains { $0.contains("spark.hadoop.fs.s3a.secret.key=(hidden)") }, "\(lines)")
    #expect(lines.contains { $0.contains("spark.executor.memory=4g") })
    #expect(!lines.contains { $0.contains("Sesame") || $0.contains("-too") })
  }

  @Test func aPropertyIsShownWithoutItsSecret() {
    #expect(Secrets.shown("spark.hadoop.fs.s3a.secret.key=a=b") == "spark.hadoop.fs.s3a.secret.key=(hidden)")
    #expect(Secrets.shown("spark.executor.memory=4g") == "spark.executor.memory=4g")
    #expect(Secrets.shown("spark.authenticate.secret") == "spark.authenticate.secret")
  }

  @Test func theJobGetsStatementsAndNoSecret() async throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let said = Mutex<[String]>([])
    let script = """
      echo "$@"
      for last; do :; done
      cat "$last"
      env
      """
    try await job(script, in: scratch).run("SELECT 1;\n") { line in said.withLock { $0.append(line) } }
    let lines = said.withLock { $0 }
    #expect(lines.first?.contains("--master local[1]") ?? false, "\(lines)")
    #expect(lines.first?.contains("--conf spark.executor.memory=4g") ?? false, "\(lines)")
    #expect(lines.first?.contains("fileoutputcommitter.marksuccessfuljobs=true") ?? false, "\(lines)")
    #expect(lines.contains("SELECT 1;"))
    #expect(!lines.contains { $0.contains("secret") })
  }

  @Test func aJobThatNoWorkerTakesIsCancelled() async throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let script = """
      echo $$ > \(scratch.path)/process
      trap 'echo ended > \(scratch.path)/end; exit 143' TERM
      while :; do sleep 0.05; done
      """
    let clock = GatedClock()
    let job = try job("echo waiting\n" + script, in: scratch, clock: clock)
    let error = try await #require(throws: EngineError.self) {
      try await job.run("SELECT 1;") { line in if line == "waiting" { clock.open() } }
    }
    #expect(error.code == .notStarted && error.description.contains("within 900 s"), "\(error)")
    #expect(!error.description.contains("\n"))
    #expect(error.logTail.first == "waiting", "\(error.logTail)")
    let text = try String(contentsOfFile: scratch.path + "/process", encoding: .utf8)
    #expect(isGone(try #require(Int32(text.filter(\.isNumber)))))
  }

  @Test func aJobThatHasAWorkerTakesWhatItTakes() async throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let pipe = scratch.path + "/pipe"
    try #require(mkfifo(pipe, 0o600) == 0)
    // What Spark answers to the first statement: it is told in no way but by its own count.
    let script = """
      for last; do :; done
      sed -n "1s/.*concat('\\(.*\\)', count.*/\\11/p" "$last"
      echo reading
      cat \(pipe)
      """
    let said = Mutex<[String]>([])
    let clock = GatedClock()
    try await job(script, in: scratch, clock: clock).run("SELECT 1;") { line in
      said.withLock { $0.append(line) }
      guard line == "reading" else { return }
      clock.open()
      Thread.detachNewThread { try? Data("all of it\n".utf8).write(to: URL(filePath: pipe)) }
    }
    #expect(said.withLock { $0 } == ["reading", "all of it"])
  }

  /// Runs a script, which first of all says its process's number, cancels it, and gives what it says from then on to `body`.
  private func cancel(
    _ script: String, in scratch: Scratch, grace: Duration = .seconds(20),
    _ body: (AsyncStream<String>) async throws -> Void = { _ in }
  ) async throws -> Int32 {
    var job = try job(script, in: scratch)
    job.grace = grace
    let (lines, said) = AsyncStream<String>.makeStream()
    let task = Task { [job] in
      defer { said.finish() }
      try await job.run("SELECT 1;") { line in said.yield(line) }
    }
    var process: Int32?
    for await line in lines {
      process = Int32(line)
      break
    }
    task.cancel()
    try await body(lines)
    await #expect(throws: CancellationError.self) { try await task.value }
    return try #require(process)
  }

  private func isGone(_ process: Int32) -> Bool { kill(process, 0) == -1 && errno == ESRCH }

  @Test func cancellingEndsTheJob() async throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let script = """
      echo $$
      while :; do sleep 0.05; done
      """
    let process = try await cancel(script, in: scratch)
    #expect(isGone(process))
  }

  @Test func aCancelledJobIsHeardToItsEnd() async throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let pipe = scratch.path + "/pipe"
    try #require(mkfifo(pipe, 0o600) == 0)
    // As Spark does, it ends its work in the cluster before itself; how long that takes, the test says.
    let script = """
      trap 'echo ending; cat \(pipe); echo ended; touch \(scratch.path)/done; exit 143' TERM
      echo $$
      while :; do sleep 0.05; done
      """
    let process = try await cancel(script, in: scratch) { lines in
      var heard: [String] = []
      for await line in lines {
        heard.append(line)
        if line == "ending" { try Data("more\n".utf8).write(to: URL(filePath: pipe)) }
      }
      #expect(Array(heard.suffix(3)) == ["ending", "more", "ended"], "\(heard)")
    }
    #expect(isGone(process) && FileManager.default.fileExists(atPath: scratch.path + "/done"))
  }

  @Test func aJobThatDoesNotEndIsKilled() async throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let script = """
      trap '' TERM
      echo $$
      while :; do sleep 0.05; done
      """
    #expect(isGone(try await cancel(script, in: scratch, grace: .milliseconds(100))))
  }
}
