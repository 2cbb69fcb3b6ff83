import ArgumentParser
import Ledger
import Reporting
import Time

/// Lists, acknowledges and resolves findings.
struct FindingsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "findings",
    abstract: "List what was found wrong, and say what is known of it.",
    discussion: """
      EXAMPLES
        lakecanary findings --config customers.yaml
        lakecanary findings acknowledge 4 --reason "rows were restored by hand" --for 7d --config customers.yaml
        lakecanary findings resolve 4 --reason "the object was put back" --config customers.yaml
      """,
    subcommands: [List.self, Acknowledge.self, Resolve.self], defaultSubcommand: List.self)

  struct List: PipelineCommand {
    static let configuration = CommandConfiguration(
      abstract: "List findings, those open first, the worst first.")

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
    @OptionGroup var result: ResultOptions

    @Flag(name: .long, help: "Resolved ones too.")
    var all = false

    @Option(name: .long, help: .init("How many at most.", valueName: "number"))
    var limit = 1_000

    func validate() throws {
      if limit < 1 { throw ValidationError("--limit must be 1 or more") }
    }

    mutating func run() async throws {
      let session = try Session.begin(common, flags: pipeline.flags)
      let ledger = try session.pipeline.openLedger(.readOnly)
      let states: Set<FindingState> = all ? Set(FindingState.allCases) : [.open, .acknowledged]
      let findings = try ledger.findings(states: states, limit: limit)
      let console = session.console
      if result.json {
        return try console.write(
          try JSONText.text(of: FindingList(pipeline: session.configuration.name, findings)))
      }
      guard !findings.isEmpty else { return try console.write("no findings\n") }
      let lines = findings.flatMap { FindingText($0).lines(console.outputStyle) }
      try console.write(lines.joined(separator: "\n") + "\n")
    }
  }

  struct Acknowledge: PipelineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that a finding is known: it no longer weighs in the verdict.",
      discussion: """
        Covers the rows that the finding is about now. Where a later run finds more of it (other rows, a greater \
        weight), the finding is open again.
        """)

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions

    @Argument(help: .init("The finding's number.", valueName: "number"))
    var finding: Int64

    @Option(name: .long, help: .init("Why it may be left out of the verdict.", valueName: "text"))
    var reason: String

    @Option(
      name: .customLong("for"),
      help: .init("For how long. Default: until it is resolved.", valueName: "time"),
      transform: { text in
        guard let duration = DurationText.duration(text), duration > .zero else {
          throw ValidationError("'\(text)' is no length of time; write 90s, 5m, 1h30m or 2d")
        }
        return duration
      })
    var period: Duration?

    mutating func run() async throws {
      let session = try Session.begin(common, flags: pipeline.flags)
      let until = period.map { session.pipeline.clock.now() + $0 }
      let ledger = try session.pipeline.openLedger()
      let known = try ledger.acknowledge(FindingID(rawValue: finding), reason: reason, until: until)
      try session.console.write(
        "finding \(finding) is acknowledged\(until.map { " until \(FigureText.time($0))" } ?? ""): "
          + "\(SafeText.shown(known.summary))\n")
    }
  }

  struct Resolve: PipelineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that a finding is over.",
      discussion: """
        Rows that are lost are over when they arrive, or a new load shows them; until then their finding can only be \
        acknowledged.
        """)

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions

    @Argument(help: .init("The finding's number.", valueName: "number"))
    var finding: Int64

    @Option(name: .long, help: .init("What ended it.", valueName: "text"))
    var reason: String

    mutating func run() async throws {
      let session = try Session.begin(common, flags: pipeline.flags)
      let ledger = try session.pipeline.openLedger()
      try ledger.resolve(FindingID(rawValue: finding), reason: reason)
      try session.console.write("finding \(finding) is resolved\n")
    }
  }
}

/// What `findings --json` prints.
struct FindingList: Encodable {
  let format = "lakecanary.findings"
  let version = 1
  let pipeline: String
  let findings: [JSONFinding]

  init(pipeline: String, _ findings: [Finding]) {
    self.pipeline = pipeline
    self.findings = findings.map(JSONFinding.init)
  }
}
