/// Where a value of the configuration was given.
enum Origin: Hashable, Sendable, CustomStringConvertible {
  /// In the file: line and column count from 1.
  case file(path: String, line: Int, column: Int)
  case environment(variable: String)
  case flag(name: String)

  var description: String {
    switch self {
    case .file(let path, let line, let column): "\(path):\(line):\(column)"
    case .environment(let variable): "environment variable \(variable)"
    case .flag(let name): "option \(name)"
    }
  }
}

/// The text given for a key, with its place.
struct Setting: Hashable, Sendable {
  /// One element for a scalar; any number for a list.
  struct Element: Hashable, Sendable {
    var text: String
    var origin: Origin
  }

  var elements: [Element]
  var origin: Origin
}

/// What was given for the keys, from whatever place.
typealias Settings = [ConfigurationKey: Setting]
