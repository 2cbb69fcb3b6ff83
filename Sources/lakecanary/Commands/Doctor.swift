import ArgumentParser
import Preflight
import Reporting
import Time

/// Looks at everything that a pipeline rests on before rows depend on it.
struct Doctor: PipelineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look at source, bucket and DMS task, and say what is wrong, why, and how to mend it.",
    discussion: """
      Changes nothing. Every line says what was found; one that is not well also says what is wanted, why, and \
      what to do (--verbose: every line does). The exit code is that of the worst line; a note never fails.

      EXAMPLES
        lakecanary doctor --config customers.yaml
        lakecanary doctor --config customers.yaml --only source
        lakecanary doctor --config customers.yaml --json

      \(ExitStatus.help)
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
  @OptionGroup var result: ResultOptions

  @Option(
    name: .long,
    help: .init(
      "Look at one part alone: \(Diagnosis.Area.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "part"),
    transform: { text in
      guard let area = Diagnosis.Area(rawValue: text) else {
        let names = Diagnosis.Area.allCases.map(\.rawValue)
        throw ValidationError("'\(text)' is none of \(names.joined(separator: ", "))")
      }
      return area
    })
  var only: Diagnosis.Area?

  mutating func run() async throws {
    let session = try Session.begin(common, flags: pipeline.flags)
    let missing = ConfigCommand.missing(session.configuration)
    if !missing.isEmpty { throw InvalidConfiguration(problems: missing) }
    let diagnoses = try await session.pipeline.examine(only: only) { part in
      session.console.progress.show("looking at \(part)")
    }
    let report = DoctorReport(
      pipeline: session.configuration.name, generatedAt: session.pipeline.clock.now(), diagnoses)
    try session.console.write(
      result.json
        ? try JSONText.text(of: report)
        : report.text(style: session.console.outputStyle, isVerbose: common.verbose))
    throw ExitStatus(verdict: report.worst, failOn: session.configuration.failOn)
  }
}
