import Foundation
import Yams

/// A pipeline's YAML file, read into settings that know their line and column.
struct ConfigurationFile {
  let path: String
  let settings: Settings

  /// Reads the file at `path`.
  init(path: String) throws(ConfigurationError) {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw ConfigurationError(.unreadableFile(errno: SystemError.reading(path)), file: path)
    }
    guard let text = String(data: bytes, encoding: .utf8) else {
      throw ConfigurationError(.notUTF8, file: path)
    }
    try self.init(text: text, path: path)
  }

  /// Reads `text`, which stands in the file at `path`.
  init(text: String, path: String) throws(ConfigurationError) {
    self.path = path
    let root: Node?
    do {
      root = try compose(yaml: text)
    } catch {
      throw ConfigurationFile.configurationError(error, path: path)
    }
    var reading = Reading(path: path)
    if let root, root != Node("", Tag(.null)) { try reading.read(root, prefix: "") }
    settings = reading.settings
  }

  /// Walks the document's maps.
  private struct Reading {
    let path: String
    var settings: Settings = [:]

    func origin(_ node: Node) -> Origin {
      .file(path: path, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    mutating func read(_ node: Node, prefix: String) throws(ConfigurationError) {
      guard case .mapping(let mapping) = node else {
        throw ConfigurationError(
          .notAMap(prefix.isEmpty ? "the configuration" : "'\(prefix.dropLast())'"), origin(node))
      }
      for (keyNode, value) in mapping {
        let name = prefix + (keyNode.scalar?.string ?? "?")
        if let key = ConfigurationKey(rawValue: name) {
          settings[key] = try setting(key, value, keyNode)
        } else if prefix.isEmpty, ConfigurationKey.groups.contains(name) {
          try read(value, prefix: name + ".")
        } else {
          throw ConfigurationError(
            .unknownKey(name, nearest: ConfigurationFile.nearestKey(to: name)), origin(keyNode))
        }
      }
    }

    func setting(_ key: ConfigurationKey, _ value: Node, _ keyNode: Node) throws(ConfigurationError)
      -> Setting
    {
      if key.isSecret { throw ConfigurationError(.secretInFile(key), origin(keyNode)) }
      switch value {
      case .scalar(let scalar):
        // What YAML reads as null, and an empty text.
        let isNull = scalar.style == .plain && ["~", "null", "Null", "NULL"].contains(scalar.string)
        guard !scalar.string.isEmpty, !isNull else {
          throw ConfigurationError(.emptyValue(key), origin(keyNode))
        }
        let texts = key.elements(of: scalar.string)
        return Setting(
          elements: texts.map { Setting.Element(text: $0, origin: origin(value)) }, origin: origin(value))
      case .sequence(let sequence) where key.shape == .list:
        var elements: [Setting.Element] = []
        for element in sequence {
          elements.append(Setting.Element(text: try text(of: element, key), origin: origin(element)))
        }
        return Setting(elements: elements, origin: origin(keyNode))
      default: throw ConfigurationError(.wrongShape(key), origin(value))
      }
    }

    /// An element of a list: a scalar, or a single pair, which reads as `name word`.
    func text(of element: Node, _ key: ConfigurationKey) throws(ConfigurationError) -> String {
      switch element {
      case .scalar(let scalar) where !scalar.string.isEmpty: return scalar.string
      case .mapping(let mapping) where mapping.count == 1:
        if let (name, word) = mapping.first, let name = name.scalar?.string, let word = word.scalar?.string {
          return "\(name) \(word)"
        }
        throw ConfigurationError(.wrongShape(key), origin(element))
      default: throw ConfigurationError(.wrongShape(key), origin(element))
      }
    }
  }

  /// The known key nearest to an unknown one: by what is not its group's name, by its whole path, or by its last part.
  static func nearestKey(to name: String) -> String? {
    let paths = ConfigurationKey.allCases.map(\.path)
    let lastPart = name.split(separator: ".").last.map(String.init) ?? name
    if let group = name.split(separator: ".").first, group.count < name.count,
      ConfigurationKey.groups.contains(String(group))
    {
      let nearest = NearestName.nearest(to: lastPart, among: ConfigurationKey.names(beside: name))
      if let nearest { return "\(group).\(nearest)" }
    } else if let nearest = NearestName.nearest(to: name, among: paths + ConfigurationKey.groups) {
      return nearest
    }
    let lastParts = paths.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
    return NearestName.nearest(to: lastPart, among: lastParts).flatMap { part in
      lastParts.firstIndex(of: part).map { paths[$0] }
    }
  }

  private static func configurationError(_ error: any Error, path: String) -> ConfigurationError {
    func at(_ mark: Mark, _ problem: String) -> ConfigurationError {
      ConfigurationError(
        .malformedYAML(problem), .file(path: path, line: mark.line, column: mark.column))
    }
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return at(mark, problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return ConfigurationError(
        .duplicateKey(duplicates.first ?? ""),
        .file(path: path, line: context.mark.line, column: context.mark.column))
    case .reader(let problem, _, _, _): return ConfigurationError(.malformedYAML(problem), file: path)
    default: return ConfigurationError(.malformedYAML("it cannot be parsed"), file: path)
    }
  }
}
