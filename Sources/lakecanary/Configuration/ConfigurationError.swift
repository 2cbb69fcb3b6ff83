import Foundation
import Reporting

/// What is wrong with a configuration, and where.
struct ConfigurationError: Error, Hashable, Sendable {
  enum Problem: Hashable, Sendable {
    case unreadableFile(errno: Int32)
    case notUTF8
    case malformedYAML(String)
    case notAMap(String)
    case duplicateKey(String)
    case unknownKey(String, nearest: String?)
    case unknownVariable(String, nearest: String?)
    case emptyValue(ConfigurationKey)
    case wrongShape(ConfigurationKey)
    case missing(ConfigurationKey)
    /// `reason` says what is wrong with the value and what would be right; it holds no secret.
    case invalidValue(ConfigurationKey, reason: String)
    case secretInFile(ConfigurationKey)
    case secretOnCommandLine
    case unreadableSecret(path: String, errno: Int32)
    case emptySecret(path: String)
    case fileExists
    case unwritableFile(errno: Int32)
    case nothingThere(String)
  }

  var problem: Problem
  /// Where it stands: `canary.yaml:7:3`, an environment variable or an option.
  var place: String?

  init(_ problem: Problem, _ origin: Origin?) {
    self.problem = problem
    place = origin?.description
  }

  init(_ problem: Problem, file path: String) {
    self.problem = problem
    place = path
  }
}

extension ConfigurationError {
  /// What is wrong, without the place.
  var what: String {
    switch problem {
    case .unreadableFile(let errno): "cannot read the configuration: \(SystemError.text(errno))"
    case .notUTF8: "the configuration is not UTF-8 text"
    case .malformedYAML(let problem): "the configuration is not YAML: \(problem)"
    case .notAMap(let name): "\(name) is not a map of keys and values"
    case .duplicateKey(let name): "key '\(SafeText.shown(name))' stands twice"
    case .unknownKey(let name, _): "unknown key '\(SafeText.shown(name))'"
    case .unknownVariable(let name, _): "no key has the environment variable '\(SafeText.shown(name))'"
    case .emptyValue(let key): "key '\(key.path)' has no value"
    case .wrongShape(let key):
      "key '\(key.path)' takes \(key.shape == .list ? "a list" : "a single value")"
    case .missing(let key): "the configuration lacks '\(key.path)'"
    case .invalidValue(let key, let reason): "\(key.path): \(reason)"
    case .secretInFile(let key): "key '\(key.path)' does not belong in the file"
    case .secretOnCommandLine: "a password on the command line is seen by every user of the machine"
    case .unreadableSecret(let path, let errno):
      "cannot read the password file \(SafeText.shown(path)): \(SystemError.text(errno))"
    case .emptySecret(let path): "the password file \(SafeText.shown(path)) is empty"
    case .fileExists: "the file is there already"
    case .unwritableFile(let errno): "cannot write the file: \(SystemError.text(errno))"
    case .nothingThere(let location): "there is no object or file \(SafeText.shown(location))"
    }
  }

  /// What to do about it.
  var mend: String? {
    switch problem {
    case .unreadableFile: "correct the path (--config), or make one with `lakecanary config init`"
    case .notUTF8: "save it as UTF-8"
    case .malformedYAML: "correct the line; a value that holds `: ` or ` #` needs quotes"
    case .notAMap: "write `key: value` lines; `lakecanary config init` makes an example"
    case .duplicateKey: "keep one of them"
    case .unknownKey(_, let nearest?): "did you mean '\(nearest)'?"
    case .unknownVariable(_, let nearest?): "did you mean '\(nearest)'?"
    case .unknownKey(let name, nil):
      "the keys there are \(ConfigurationKey.names(beside: name).joined(separator: ", "))"
    case .unknownVariable(_, nil): "`lakecanary config init` names every key"
    case .emptyValue: "give it one, or take the line away"
    case .wrongShape(let key):
      key.shape == .list
        ? "write `\(key.path): [\(key.documentation.example)]`"
        : "write `\(key.path.split(separator: ".").last ?? ""): \(key.documentation.example)`"
    case .missing(let key):
      "add `\(key.path): \(key.documentation.example)` to the file, or set \(key.variable)"
    case .invalidValue: nil
    case .secretInFile(let key): "set \(key.variable), or name a file with password_file"
    case .secretOnCommandLine:
      "set \(ConfigurationKey.password.variable), or name a file with password_file"
    case .unreadableSecret: "correct password_file, or the file's rights"
    case .emptySecret: "write the password into it"
    case .fileExists: "give another path, or --force to write over it"
    case .unwritableFile: "correct the path, or the directory's rights"
    case .nothingThere: "correct the location, or give the bucket with --config"
    }
  }
}

/// Names of the system's errors.
enum SystemError {
  /// The C library's text for an errno value, in its own case.
  static func text(_ errno: Int32) -> String { String(cString: strerror(errno)) }

  /// Why the file at `path` cannot be read.
  static func reading(_ path: String) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    var byte: UInt8 = 0
    return read(descriptor, &byte, 1) < 0 ? errno : EIO
  }
}
