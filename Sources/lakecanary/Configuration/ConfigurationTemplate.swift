import Foundation

/// The commented file that `config init` writes: every key once, with what it means.
enum ConfigurationTemplate {
  /// The file's text: the keys that a pipeline needs are set to examples, the others are switched off by `#`.
  static func text() -> String {
    var lines = [
      "# A pipeline of lakecanary: one source database, its tables, one bucket prefix.",
      "# A `#` before a name (or two spaces and a name) switches a key off: take it away to switch the key on, and",
      "# of a key that stands in a group the group's as well.",
      "# Every key may be given by its environment variable instead (LAKECANARY_ and the key in capitals, dots as",
      "# underscores), which wins over this file; options of the command line win over both.",
      "# `lakecanary config validate` checks it, `lakecanary config show` prints what is in force.",
    ]
    var group: Substring?
    for key in ConfigurationKey.allCases where !key.isSecret {
      if let heading = key.heading { lines += ["", "# --- \(heading)"] }
      let parts = key.path.split(separator: ".")
      let newGroup = parts.count == 2 ? parts[0] : nil
      if newGroup != group, let newGroup { lines += ["", "#\(newGroup):"] }
      if newGroup == nil { lines.append("") }
      group = newGroup
      lines += entry(key, name: parts.last ?? "", isInGroup: newGroup != nil)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let required: Set<ConfigurationKey> = [.source, .tables, .bucket, .endpointSettings]

  /// What a key means, and its line.
  private static func entry(_ key: ConfigurationKey, name: Substring, isInGroup: Bool) -> [String] {
    let summary = key.documentation.summary.split(separator: "\n")
    let example = key.documentation.example
    let values =
      switch key {
      case .failOn: ["\(name): [warning, critical, unknown]"]
      case .tables, .alertChannels: ["\(name):", "  - \(example)"]
      case .alertVerdicts: ["\(name): [warning, critical, unknown]"]
      default: ["\(name): \(example)"]
      }
    if isInGroup { return summary.map { "#  # \($0)" } + values.map { "#  \($0)" } }
    return summary.map { "# \($0)" } + values.map { required.contains(key) ? $0 : "#\($0)" }
  }
}
