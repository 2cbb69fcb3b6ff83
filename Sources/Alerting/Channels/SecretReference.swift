import Foundation

/// Where a secret stands, or an address that is none.
public enum SecretReference: Hashable, Sendable {
  /// The text itself.
  case literal(String)
  /// `env:NAME`, an environment variable.
  case environment(String)
  /// `file:PATH`, a file that holds it and nothing else.
  case file(String)
  /// `credential:NAME`, a file in `$CREDENTIALS_DIRECTORY` (systemd.exec(5), LoadCredential=).
  case credential(String)

  /// The reference that `text` is.
  public init(_ text: String) {
    func rest(after prefix: String) -> String? {
      text.hasPrefix(prefix) && text.count > prefix.count ? String(text.dropFirst(prefix.count)) : nil
    }
    if let name = rest(after: "env:") {
      self = .environment(name)
    } else if let path = rest(after: "file:") {
      self = .file(path)
    } else if let name = rest(after: "credential:") {
      self = .credential(name)
    } else {
      self = .literal(text)
    }
  }

  /// The reference as it is written; not for a literal, which may be the secret.
  var text: String? {
    switch self {
    case .literal: nil
    case .environment(let name): "env:\(name)"
    case .file(let path): "file:\(path)"
    case .credential(let name): "credential:\(name)"
    }
  }

  /// The secret.
  ///
  /// - Throws: `AlertFailure` with code `.secretMissing`.
  public func resolved(_ environment: [String: String]) throws(AlertFailure) -> String {
    switch self {
    case .literal(let text): return text
    case .environment(let name):
      guard let text = environment[name], !text.isEmpty else {
        throw AlertFailure(.secretMissing, "the environment variable \(name) is not set")
      }
      return text
    case .file(let path): return try SecretReference.contents(of: path)
    case .credential(let name):
      guard let directory = environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty else {
        throw AlertFailure(
          .secretMissing, "there is no credential \(name): CREDENTIALS_DIRECTORY is not set, as under systemd"
        )
      }
      return try SecretReference.contents(of: directory + "/" + name)
    }
  }

  private static func contents(of path: String) throws(AlertFailure) -> String {
    guard let file = fopen(path, "re") else {
      throw AlertFailure(
        .secretMissing, "the file \(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count = fread(&bytes, 1, bytes.count, file)
    let text = String(decoding: bytes[..<count], as: UTF8.self).trimmingCharacters(
      in: .whitespacesAndNewlines)
    guard !text.isEmpty else { throw AlertFailure(.secretMissing, "the file \(path) is empty") }
    return text
  }
}
