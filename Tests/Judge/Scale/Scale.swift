import ArgumentParser
import Foundation
import Ledger
import LocalServers
import Reconciliation
import Time

/// What a run costs where little is new and much is known.
struct Scale: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract:
      "Measure runs among few and among many known objects and operations, and a first reconciliation.")

  @Option(help: "Known objects of the large ledger; ten operations each.")
  var objects = 1_000_000

  @Option(help: "Runs of each; the least of their times counts.")
  var runs = 5

  mutating func run() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-scale", for: "the ledgers")
    defer { directory.remove() }
    var costs: [[Cost]] = [[], []]
    let sizes = [1_000, objects]
    var scaled: [ScaledRun] = []
    for size in sizes {
      let began = Cost.now()
      let path = directory.path + "/\(size).sqlite"
      // By a process of its own: what it needs is not what a run needs.
      let maker = try Process.run(
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath(),
        arguments: ["make-ledger", path, "\(size)"])
      maker.waitUntilExit()
      guard maker.terminationStatus == 0 else { throw ExitCode.failure }
      print("made a ledger of \(size) objects and \(size * 10) operations: \(began.until(.now()))")
      scaled.append(try ScaledRun(path, known: size))
    }
    // A first run opens files and prepares statements.
    for run in scaled { _ = try await run.run(newObjects: 100, newOperations: 10) }
    for _ in 0..<runs {
      for (index, run) in scaled.enumerated() {
        let listed = run.bucket.listed
        let began = Cost.now()
        let result = try await run.run(newObjects: 1_000, newOperations: 100)
        var cost = began.until(.now())
        cost.listed = run.bucket.listed - listed
        costs[index].append(cost)
        guard result.verdict.status == .ok, result.outcome.cost.objectsRead == 1_000 else {
          throw ValidationError("\(result.verdict), \(result.outcome.cost.objectsRead) objects read")
        }
      }
    }
    for (size, costs) in zip(sizes, costs) {
      guard let least = costs.min(by: { $0.processor < $1.processor }) else { continue }
      print(
        "1000 new objects and 100 new operations among \(size) and \(size * 10): \(least), \(least.listed) listed"
      )
    }
    func ratio(_ time: KeyPath<Cost, Double>) -> String {
      String(
        format: "%.2f",
        (costs[1].map { $0[keyPath: time] }.min() ?? 0) / (costs[0].map { $0[keyPath: time] }.min() ?? 1))
    }
    print(
      "ratio of processor time \(ratio(\.processor)), of the clock \(ratio(\.wall)); "
        + "most memory so far \(Cost.peakMegabytes) MB")
    try await first(directory.path)
  }

  private func first(_ directory: String) async throws {
    let run = try ScaledRun(directory + "/first.sqlite", known: 0)
    let began = Cost.now()
    let result = try await run.run(newObjects: objects, newOperations: 100)
    print(
      "first reconciliation of \(objects) objects: \(began.until(.now())), \(result.outcome.cost.objectsRead) read, "
        + "\(result.verdict.status.rawValue); most memory \(Cost.peakMegabytes) MB")
  }
}

/// Makes a ledger that knows many objects, and ten operations of each.
struct MakeLedger: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "make-ledger", shouldDisplay: false)

  @Argument var path: String
  @Argument var objects: Int

  func run() throws { try ScaledLedger(path: path, objects: objects, operations: objects * 10).make() }
}

/// Time that was taken.
struct Cost: CustomStringConvertible {
  var wall: Double
  /// In the program and in the system for it.
  var processor: Double
  var listed = 0

  static func now() -> Cost {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return Cost(
      wall: Double(SystemWallClock().now().microseconds) / 1e6,
      processor: seconds(usage.ru_utime) + seconds(usage.ru_stime))
  }

  func until(_ end: Cost) -> Cost {
    Cost(wall: end.wall - wall, processor: end.processor - processor)
  }

  var description: String { String(format: "%.3f s (%.3f s of processor)", wall, processor) }

  /// The most memory that the process had (VmHWM).
  static var peakMegabytes: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (Int(line.filter(\.isNumber)) ?? 0) / 1_024
  }
}
