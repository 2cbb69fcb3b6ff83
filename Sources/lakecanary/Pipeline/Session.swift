import Foundation
import Logging
import Reporting
import Time

/// What a command works with: the pipeline and the console.
struct Session {
  let pipeline: Pipeline
  let console: Console
  let settings: Settings
  /// Whether messages go to systemd's journal.
  var isJournal = false

  var configuration: PipelineConfiguration { pipeline.configuration }

  /// Loads the configuration that `common` and `flags` say, and sets the log up.
  static func begin(_ common: CommonOptions, flags: Settings = [:]) throws -> Session {
    let environment = ProcessInfo.processInfo.environment
    var all = common.flags
    all.merge(flags) { $1 }
    let loaded = try ConfigurationLoader(file: common.config, environment: environment, flags: all).load()
    let console = Console.standard(environment: environment)
    let logger = Session.logger(loaded.configuration.logLevel, console, environment)
    for warning in loaded.configuration.warnings { logger.warning("\(warning)") }
    let pipeline = Pipeline(loaded.configuration, logger: logger, environment: environment)
    return Session(
      pipeline: pipeline, console: console, settings: loaded.settings,
      isJournal: StandardErrorLogHandler.isJournal(environment))
  }

  private static func logger(
    _ level: Logger.Level, _ console: Console, _ environment: [String: String]
  ) -> Logger {
    let isJournal = StandardErrorLogHandler.isJournal(environment)
    return Logger(label: "lakecanary") { label in
      StandardErrorLogHandler(
        label: label, level: level, isJournal: isJournal, clock: SystemWallClock(),
        write: { console.note($0) })
    }
  }
}
