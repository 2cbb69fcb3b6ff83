/// One of AWS's shared configuration files: sections of `name = value` lines, with one level of nesting below.
///
/// AWS SDKs and Tools Reference, "Format of the config file".
struct ProfileFile: Sendable {
  /// By section's title (`default`, `profile x`, `services x`), then by name in lower case; the lines nested
  /// under a name have `name.nested`.
  private(set) var sections: [String: [String: String]] = [:]

  init(_ text: String) {
    var section: String?
    var parent: String?
    for rawLine in text.split(omittingEmptySubsequences: true, whereSeparator: \.isNewline) {
      let isNested = rawLine.first == " " || rawLine.first == "\t"
      let line = ProfileFile.trim(rawLine)
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if line.hasPrefix("["), let end = line.firstIndex(of: "]") {
        let title = line[line.index(after: line.startIndex)..<end].split { $0 == " " || $0 == "\t" }
          .joined(separator: " ")
        section = title
        parent = nil
        if sections[title] == nil { sections[title] = [:] }
        continue
      }
      guard let section, let mark = line.firstIndex(of: "=") else { continue }
      let name = ProfileFile.trim(line[..<mark]).lowercased()
      var value = ProfileFile.trim(line[line.index(after: mark)...])
      // A comment needs a blank before it; a secret may hold the mark itself.
      for comment in [" #", " ;", "\t#", "\t;"] {
        if let start = value.firstRange(of: comment) { value = ProfileFile.trim(value[..<start.lowerBound]) }
      }
      if isNested, let parent {
        sections[section]?["\(parent).\(name)"] = String(value)
      } else {
        sections[section]?[name] = String(value)
        parent = value.isEmpty ? name : nil
      }
    }
  }

  private static func trim(_ text: Substring) -> Substring {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

/// The profiles of both shared files, that of the credentials going first.
struct Profiles: Sendable {
  private let config: ProfileFile
  private let credentials: ProfileFile
  /// The profile in use.
  let name: String
  /// Whether somebody has named it, so that its absence is an error.
  let isNamed: Bool

  init(config: String, credentials: String, name: String?) {
    self.config = ProfileFile(config)
    self.credentials = ProfileFile(credentials)
    (self.name, isNamed) = (name ?? "default", name != nil)
  }

  /// A profile's settings; nil where neither file has it.
  subscript(profile: String) -> [String: String]? {
    // In the config file, a profile's section begins with the word; the default one's may.
    var settings = config.sections["profile \(profile)"]
    if profile == "default", settings == nil { settings = config.sections["default"] }
    guard let keys = credentials.sections[profile] else { return settings }
    return (settings ?? [:]).merging(keys) { _, key in key }
  }

  /// The setting of the profile in use.
  func setting(_ name: String) -> String? { self[self.name]?[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// The endpoint that the profile in use names for a service: its own, or one for all.
  func endpoint(of service: String) -> String? {
    if let services = setting("services"),
      let endpoint = config.sections["services \(services)"]?["\(service).endpoint_url"], !endpoint.isEmpty
    {
      return endpoint
    }
    return setting("endpoint_url")
  }
}
