import Foundation

/// Gathers the settings of all places and makes a configuration of them.
struct ConfigurationLoader {
  /// The file; nil for the one that the environment names, or none.
  var file: String?
  var environment: [String: String]
  /// What was given as options, which wins over the environment, which wins over the file.
  var flags: Settings = [:]

  /// The configuration with the settings that it was made of.
  struct Loaded {
    var configuration: PipelineConfiguration
    var settings: Settings
    var file: String?
  }

  /// Reads everything.
  ///
  /// Throws `ConfigurationError` for what cannot be read, `InvalidConfiguration` for values that will not do.
  func load() throws -> Loaded {
    let path = file ?? environment[ConfigurationEnvironment.fileVariable].flatMap { $0.isEmpty ? nil : $0 }
    var settings =
      try path.map { path throws(ConfigurationError) in
        try ConfigurationFile(path: path).settings
      } ?? [:]
    settings.merge(try ConfigurationEnvironment.settings(environment)) { $1 }
    settings.merge(flags) { $1 }
    let surroundings = PipelineConfiguration.Surroundings(file: path, environment: environment)
    return Loaded(
      configuration: try PipelineConfiguration.make(settings, surroundings), settings: settings, file: path)
  }
}
