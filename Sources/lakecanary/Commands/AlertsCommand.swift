import Alerting
import ArgumentParser
import Foundation
import Ledger
import Logging
import Reporting
import Time

/// Shows, tries and sends alerts.
struct AlertsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alerts",
    abstract: "Show what the channels of alerts were told, and try whether they can be.",
    discussion: """
      `run` and `reconcile` tell the channels of alerts.channels when the verdict changes, again after \
      alerts.repeat_every, and when all is well again. An alert that fails is told on standard error and in the \
      report; it changes no exit code, and the next run tries again.

      EXAMPLES
        lakecanary alerts --config customers.yaml
        lakecanary alerts test --config customers.yaml
      """,
    subcommands: [List.self, Test.self, Failed.self], defaultSubcommand: List.self)

  struct List: PipelineCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the channels and what they were told last.")

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions
    @OptionGroup var result: ResultOptions

    mutating func run() async throws {
      let session = try Session.begin(common, flags: pipeline.flags)
      let channels = session.configuration.alerts.channels
      let ledger = try session.pipeline.openLedger(.readOnly)
      let told = try channels.map { ToldChannel($0, try ledger.alertMemory(of: $0.identity)) }
      try session.console.write(
        result.json
          ? try JSONText.text(of: ToldChannels(pipeline: session.configuration.name, channels: told))
          : session.channelText(told.map(\.text)))
    }
  }

  struct Test: PipelineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send a test alert to every channel, and say which it reached.")

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions

    mutating func run() async throws {
      let session = try Session.begin(common, flags: pipeline.flags)
      let now = session.pipeline.clock.now()
      let name = session.configuration.name
      let report = Report(
        pipeline: name, generatedAt: now,
        verdict: Verdict(
          status: .unknown, reason: "this is a test of lakecanary's alerts, sent by hand; all may be well"))
      let results = await session.send(
        session.configuration.alerts.channels.map { channel in
          Session.Telling(
            channel: channel, memory: AlertMemory(channel: channel.identity),
            alert: Alert(
              event: .test, incident: "\(name)/test", since: now, previous: nil, host: Session.hostName,
              report: report))
        })
      let lines = results.map { telling, failure in
        "\(SafeText.shown(telling.channel.shown)): "
          + (failure.map { "not delivered: \(SafeText.shown($0.description))" } ?? "delivered")
      }
      try session.console.write(session.channelText(lines))
      if results.contains(where: { $0.1 != nil }) { throw ExitStatus.unknown }
    }
  }

  struct Failed: PipelineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell the channels of a run that came to no verdict; what lakecanary-alert@.service does.",
      discussion: """
        Takes from $MONITOR_SERVICE_RESULT, $MONITOR_EXIT_STATUS and $MONITOR_UNIT what systemd says of the \
        unit that failed (systemd.exec(5)). A run that ended by its verdict has told the channels itself.
        """)

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Pipeline") var pipeline: PipelineOptions

    @Option(name: .long, help: .init("Instead of what systemd says.", valueName: "text"))
    var reason: String?

    mutating func run() async throws {
      let session = try Session.begin(common, flags: pipeline.flags)
      let unit = FailedUnit(ProcessInfo.processInfo.environment)
      session.pipeline.logger.critical(
        "unit failed",
        metadata: [
          "pipeline": "\(session.configuration.name)", "unit": "\(unit.name)", "result": "\(unit.result)",
          "exit_status": "\(unit.exitStatus)",
        ])
      if reason == nil, unit.endedByVerdict { return }
      let report = Report(
        pipeline: session.configuration.name, generatedAt: session.pipeline.clock.now(),
        verdict: Verdict(status: .unknown, reason: reason ?? unit.reason))
      let ledger: LedgerStore
      do {
        ledger = try session.pipeline.openLedger()
      } catch {
        await session.alertWithoutLedger(report)
        return
      }
      _ = await session.alert(report, ledger)
    }
  }
}

/// A unit that failed, as systemd tells the unit of its OnFailure=.
struct FailedUnit {
  let name, result, exitStatus: String

  init(_ environment: [String: String]) {
    name = environment["MONITOR_UNIT"] ?? "the run"
    result = environment["MONITOR_SERVICE_RESULT"] ?? "unknown"
    exitStatus = environment["MONITOR_EXIT_STATUS"] ?? ""
  }

  /// Whether the exit code was a verdict's.
  var endedByVerdict: Bool { result == "exit-code" && ["1", "2", "3"].contains(exitStatus) }

  var reason: String {
    let what =
      switch result {
      case "timeout": "it ran into its time limit"
      case "watchdog": "it did not answer its watchdog"
      case "oom-kill": "it was ended for want of memory"
      case "signal", "core-dump": "signal \(exitStatus) ended it"
      case "exit-code" where exitStatus == "78": "its configuration is wrong"
      case "exit-code": "it ended with exit code \(exitStatus)"
      case "start-limit-hit": "it was started too often"
      default: "systemd says '\(result)'"
      }
    return "\(name) came to no verdict: \(what); `journalctl -u \(name)` has its log"
  }
}

/// A channel with what it was told last.
struct ToldChannel: Encodable {
  let channel: String
  let status, incident, since, toldAt: String?
  let failure, failedAt: String?
  let failures: Int

  init(_ channel: AlertChannel, _ memory: AlertMemory) {
    self.channel = channel.shown
    status = memory.trouble?.status.rawValue
    incident = memory.trouble?.incident
    since = memory.trouble?.since.description
    toldAt = memory.trouble?.toldAt.description
    failure = memory.failure?.reason
    failedAt = memory.failure?.at.description
    failures = memory.failure?.count ?? 0
  }

  var text: String {
    var text = SafeText.shown(channel) + ": "
    if let status, let since, let toldAt {
      text += "knows of \(status.uppercased()) since \(since), told \(toldAt)"
    } else {
      text += "knows of no trouble"
    }
    if let failure, let failedAt {
      text +=
        "; \(FigureText.counted(Int64(failures), "alert")) not delivered, the last \(failedAt): "
        + SafeText.shown(failure)
    }
    return text
  }
}

extension Session {
  /// A line for each channel, as wide as the terminal is.
  fileprivate func channelText(_ lines: [String]) -> String {
    (lines.isEmpty ? ["no channels; alerts.channels of the configuration names them"] : lines)
      .flatMap { WrappedText.lines($0, width: console.outputStyle.width, rest: "  ") }
      .map { $0 + "\n" }.joined()
  }
}

/// What `alerts --json` prints.
struct ToldChannels: Encodable {
  let format = "lakecanary.alerts"
  let version = 1
  let pipeline: String
  let channels: [ToldChannel]
}
