import Alerting
import LocalServers

/// The settings that stand in the environment.
enum ConfigurationEnvironment {
  /// The variable that names the configuration's file.
  static let fileVariable = "LAKECANARY_CONFIG"

  /// What the variables of keys begin with.
  private static let prefix = "LAKECANARY_"

  /// Variables that begin like a key's and are none: the file's name, those of tests, that of the demo's server, and
  /// those of a command that is run as an alert.
  private static func isReserved(_ name: String) -> Bool {
    name == fileVariable || name == "LAKECANARY_KILL_AT" || name.hasPrefix("LAKECANARY_TEST_")
      || name == PostgresCluster.programsVariable || AlertSender.commandVariables.contains(name)
  }

  /// The settings of the `LAKECANARY_` variables; an empty variable counts as not set.
  ///
  /// A variable that no key has is an error, as a key of the file is: a misspelt limit must not be passed over.
  static func settings(_ environment: [String: String]) throws(ConfigurationError) -> Settings {
    var settings: Settings = [:]
    var unused = Set(environment.keys.filter { $0.hasPrefix(prefix) && !isReserved($0) })
    for key in ConfigurationKey.allCases {
      unused.remove(key.variable)
      guard let text = environment[key.variable], !text.isEmpty else { continue }
      let origin = Origin.environment(variable: key.variable)
      settings[key] = Setting(
        elements: key.elements(of: text).map { .init(text: $0, origin: origin) }, origin: origin)
    }
    if let name = unused.min() {
      // What all of them begin with makes none of them nearer.
      let known = (ConfigurationKey.allCases.map(\.variable) + [fileVariable]).map {
        $0.dropFirst(prefix.count)
      }
      let nearest = NearestName.nearest(
        to: String(name.dropFirst(prefix.count)), among: known.map(String.init))
      throw ConfigurationError(
        .unknownVariable(name, nearest: nearest.map { prefix + $0 }), .environment(variable: name))
    }
    return settings
  }
}
