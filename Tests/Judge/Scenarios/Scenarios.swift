import ArgumentParser
import Foundation
import LocalServers
import Replicator
import Workload

/// Seeded scenarios with a real PostgreSQL, the real replicator and its truth file.
struct Scenarios: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenarios",
    abstract: "Play scenarios with faults and without, and print recall and false alarms per kind.")

  @Option(help: "How many scenarios; each kind alone comes first.")
  var count = 240

  @Option(help: "The number that decides them.")
  var seed: UInt64 = 1

  @Option(help: "How many at a time.")
  var parallel = 4

  @Option(help: "This kind of fault alone.", transform: Scenarios.kind)
  var kind: Fault.Kind?

  @Option(help: "This form of files alone, by its name.")
  var form: String?

  @Option(help: "This scenario of the plan alone, by its number: to play one again that failed.")
  var only: Int?

  static func kind(_ text: String) throws -> Fault.Kind {
    guard let kind = Fault.Kind(rawValue: text) else { throw ValidationError("there is no fault \(text)") }
    return kind
  }

  mutating func run() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-judge", for: "the scenarios")
    let cluster = try await PostgresCluster.start(in: directory.path + "/pg", removing: directory.path)
    let scenarios = try plans().filter { only == nil || $0.number == only }.map {
      Scenario(plan: $0, cluster: cluster, directory: directory.path)
    }
    let board = await Scenarios.play(scenarios, parallel: parallel)
    await cluster.stop()
    print(board.text)
    if !board.isPerfect { throw ExitCode.failure }
  }

  private func plans() throws -> [ScenarioPlan] {
    var generator = SplitMix64(seed: seed)
    var plans: [ScenarioPlan] = []
    let forms = FileForm.all.filter { form == nil || $0.name == form }
    guard !forms.isEmpty else { throw ValidationError("there is no form \(form ?? "")") }
    func add(_ many: [Fault.Kind]) {
      // A table is loaded again once, the load is too small for two gaps or doubles of its objects, and a foreign
      // object has one name: the second would be written over the first.
      let once = Set([Fault.Kind.reload, .gapInLoad, .doubleLoad, .foreignObject])
      // A table that is cut off shows nothing else that goes wrong.
      let many = many.contains(.suspendTable) ? [.suspendTable] : many
      let kinds = many.enumerated().filter { index, kind in
        !once.contains(kind) || many.firstIndex(of: kind) == index
      }.map(\.element)
      let fitting = forms.filter { form in kinds.allSatisfy(form.allows) }
      guard plans.count < count, !fitting.isEmpty else { return }
      plans.append(
        ScenarioPlan(
          number: plans.count + 1, seed: generator.next(), faults: kinds,
          form: fitting[Int(generator.next() % UInt64(fitting.count))]))
    }
    let kinds = kind.map { [$0] } ?? Fault.Kind.allCases
    for (index, kind) in kinds.enumerated() {
      add([kind])
      if index % 4 == 0 { add([]) }
    }
    for form in forms where self.kind == nil && plans.count < count {
      plans.append(
        ScenarioPlan(number: plans.count + 1, seed: generator.next(), faults: [], form: form))
    }
    while plans.count < count {
      let before = plans.count
      switch generator.next() % 5 {
      case 0: add([])
      case 1: add([kinds[Int(generator.next() % UInt64(kinds.count))]])
      default:
        let number = Int(2 + generator.next() % 3)
        add((0..<number).map { _ in kinds[Int(generator.next() % UInt64(kinds.count))] })
      }
      if plans.count == before { add([]) }
    }
    return plans
  }

  private static func play(_ scenarios: [Scenario], parallel: Int) async -> ScoreBoard {
    var board = ScoreBoard()
    await withTaskGroup(of: Score.self) { group in
      var waiting = scenarios.makeIterator()
      for _ in 0..<max(1, parallel) {
        if let scenario = waiting.next() { group.addTask { await scenario.play() } }
      }
      for await score in group {
        board.add(score)
        FileHandle.standardError.write(Data((score.line + "\n").utf8))
        if let scenario = waiting.next() { group.addTask { await scenario.play() } }
      }
    }
    return board
  }
}
