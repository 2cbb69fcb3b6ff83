import ArgumentParser
import Foundation
import LocalServers
import Replicator

/// The whole pipeline on this machine.
struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the whole pipeline on this machine, with nothing to configure.",
    discussion: """
      Starts a throw-away PostgreSQL on a unix socket and the replicator in place of DMS, writes rows of the \
      exercise's table before and while it runs, looks for them in a bucket in a temporary directory, prints \
      the report and exits by the verdict. Leaves nothing behind. With --s3, the bucket is one of a throw-away \
      SeaweedFS, a real S3 server, whose program `weed` is looked for in PATH. PostgreSQL is the newest that is \
      installed; LAKECANARY_POSTGRES_BIN names the directory of another one's programs.

      EXAMPLES
        lakecanary demo
        lakecanary demo --s3
        lakecanary demo --fault lose-row
        lakecanary demo --keep

      FAULTS
      \(Fault.Kind.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

      \(ExitStatus.help)
      """)

  @Option(
    name: .customLong("fault"),
    help: .init(
      "Let the replicator do wrong: KIND[:N][@TIME]. May be given again.", valueName: "fault"),
    transform: DemoFault.fault)
  var faults: [Fault] = []

  @Option(name: .long, help: .init("Number that decides the made-up rows.", valueName: "number"))
  var seed: UInt64 = 1

  @Flag(name: .customLong("s3"), help: "Put a real S3 server between replicator and reconciler: SeaweedFS.")
  var usesS3 = false

  @Flag(name: .long, help: "Keep the directory, and say how to look around in it.")
  var keep = false

  @OptionGroup var result: ResultOptions

  mutating func run() async throws {
    let console = Console.standard()
    let weed =
      usesS3
      ? try SeaweedServer.installedProgram(path: ProcessInfo.processInfo.environment["PATH"]) : nil
    let directory = try TemporaryDirectory(prefix: "lakecanary-demo", for: "the demo")
    // The server's guardian removes the directory too; this is for what fails before there is one.
    defer { if !keep { directory.remove() } }
    console.progress.milestone("Starting a throw-away PostgreSQL in \(directory.path)")
    let cluster = try await PostgresCluster.start(
      in: directory.path + "/pg", removing: keep ? nil : directory.path)
    var server: SeaweedServer?
    let ended: Result<ExitStatus, any Error>
    do {
      if let weed {
        console.progress.milestone("Starting a throw-away SeaweedFS, an S3 server, in \(directory.path)")
        // Either guardian may be the last to go, so each removes all.
        server = try await SeaweedServer.start(
          program: weed, in: directory.path + "/s3", removing: keep ? nil : directory.path)
      }
      let stage = try DemoStage(
        cluster: cluster, server: server, directory: directory.path, faults: faults, seed: seed,
        console: console)
      ended = .success(try await stage.perform(json: result.json))
    } catch {
      ended = .failure(error)
    }
    await server?.stop()
    await cluster.stop()
    if keep { console.note(DemoDirectory(path: directory.path, cluster: cluster, server: server).guide) }
    throw try ended.get()
  }
}

/// Parses `--fault`.
enum DemoFault {
  /// Seconds of a delay or stall that names none: long enough to be too late, within the demo's time.
  private static let patience = 8

  static func fault(_ text: String) throws -> Fault {
    do throws(ReplicatorError) {
      var fault = try Fault(text)
      let namesCount = text.prefix { $0 != "@" }.contains(":")
      if !namesCount, fault.kind == .delay || fault.kind == .stall { fault.count = patience }
      return fault
    } catch {
      throw ValidationError(error.description)
    }
  }
}
