import Alerting
import ArgumentParser
import Foundation
import Reporting

/// Makes, checks and shows a pipeline's configuration.
struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Make, check and show a pipeline's configuration.",
    discussion: """
      One YAML file a pipeline. Every key is also an environment variable, LAKECANARY_ and the key in \
      capitals, which wins over the file; options win over both.

      EXAMPLES
        lakecanary config init customers.yaml
        lakecanary config validate --config customers.yaml
        lakecanary config show --config customers.yaml
      """,
    subcommands: [Validate.self, Show.self, Init.self, Manual.self])

  struct Validate: PipelineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell everything that is wrong with the configuration, with line and column.")

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions

    mutating func run() async throws {
      let console = Console.standard()
      do {
        let session = try Session.begin(common, flags: pipeline.flags)
        let missing = ConfigCommand.missing(session.configuration)
        let unusable = ConfigCommand.unusableAlerts(session)
        if !(missing + unusable).isEmpty { throw InvalidConfiguration(problems: missing + unusable) }
        try console.write("pipeline \(session.configuration.name): the configuration is valid\n")
      } catch let error as InvalidConfiguration {
        for problem in error.problems {
          console.note(Failure(status: problem.status, text: problem.text).line)
        }
        throw error.problems.first?.status ?? .configuration
      }
    }
  }

  struct Show: PipelineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print what is in force, and where it was given; secrets stay hidden.")

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
    @OptionGroup var result: ResultOptions

    mutating func run() async throws {
      let session = try Session.begin(common, flags: pipeline.flags)
      let listing = ConfigurationListing(session.configuration, session.settings)
      try session.console.write(
        result.json ? try JSONText.text(of: listing) : listing.text(style: session.console.outputStyle))
    }
  }

  struct Manual: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the manual page lakecanary.yaml(5), for packages.", shouldDisplay: false)

    mutating func run() async throws { try Console.standard().write(ConfigurationManual.text()) }
  }

  struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a commented configuration file with every key in it.")

    @Argument(help: .init("The file to make; `-` for standard output.", valueName: "file"))
    var file: String

    @Flag(name: .long, help: "Write over a file that is there.")
    var force = false

    mutating func run() async throws {
      let console = Console.standard()
      if file == "-" { return try console.write(ConfigurationTemplate.text()) }
      try NewFile.write(ConfigurationTemplate.text(), to: file, replacing: force)
      try console.write(
        "wrote \(SafeText.shown(file)); set source, bucket and endpoint_settings in it, then\n"
          + "lakecanary config validate --config \(SafeText.shown(file))\n")
    }
  }

  /// What keeps alerts from being sent: secrets that are not there, a broken template.
  ///
  /// A run goes on without them.
  static func unusableAlerts(_ session: Session) -> [ConfigurationError] {
    let alerts = session.configuration.alerts
    let environment = ProcessInfo.processInfo.environment
    var problems: [ConfigurationError] = []
    func check(_ key: ConfigurationKey, _ name: String, _ body: () throws(AlertFailure) -> Void) {
      do throws(AlertFailure) {
        try body()
      } catch {
        problems.append(
          ConfigurationError(
            .invalidValue(key, reason: "\(name): \(error.description)"), session.settings[key]?.origin))
      }
    }
    for channel in alerts.channels {
      check(.alertChannels, channel.shown) { () throws(AlertFailure) in
        // Credentials are passed to the service alone, and cannot be looked at from here.
        if case .credential = channel.target, environment["CREDENTIALS_DIRECTORY"] == nil { return }
        _ = try channel.target.resolved(environment)
      }
    }
    if let ping = alerts.ping {
      check(.alertPing, ping.shown) { () throws(AlertFailure) in
        if case .credential = ping.target, environment["CREDENTIALS_DIRECTORY"] == nil { return }
        _ = try ping.target.resolved(environment)
      }
    }
    if let path = alerts.template {
      check(.alertTemplate, path) { () throws(AlertFailure) in _ = try Session.template(path) }
    }
    return problems
  }

  /// What every pipeline needs and this configuration lacks.
  static func missing(_ configuration: PipelineConfiguration) -> [ConfigurationError] {
    var missing: [ConfigurationError] = []
    if configuration.source == nil { missing.append(ConfigurationError(.missing(.source), nil)) }
    if configuration.bucket == nil { missing.append(ConfigurationError(.missing(.bucket), nil)) }
    if configuration.endpointSettingsText == nil {
      missing.append(ConfigurationError(.missing(.endpointSettings), nil))
    }
    return missing
  }
}
