import CLibPQ
import Foundation

/// A connection string as libpq parses it, and what is sent beside it.
struct ConnectionString {
  private let text: String
  /// The options that the string itself gives, by their names.
  let given: [String: String]

  /// Parses `key=value` pairs, a URL, or nothing at all, which leaves everything to the `PG*` variables.
  ///
  /// - Throws: `PostgresError` with code `invalidConnectionString`. Libpq's own words are left out where the
  ///   string may hold a password, since they repeat parts of it.
  init(_ text: String) throws(PostgresError) {
    var problem: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(text, &problem) else {
      let words = ServerMessage.oneLine(problem)
      PQfreemem(problem)
      let maySayPassword = text.contains("@") || text.lowercased().contains("pass")
      throw PostgresError(.invalidConnectionString, message: maySayPassword ? "it cannot be parsed" : words)
    }
    defer { PQconninfoFree(options) }
    var given: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { given[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    self.text = text
    self.given = given
  }

  /// The string's own time limit, or that of `PGCONNECT_TIMEOUT`; nil where there is neither.
  ///
  /// libpq leaves it to those who connect step by step. Zero and below is "wait for ever", one second is two.
  var connectTimeout: Duration?? {
    let value = given["connect_timeout"] ?? ProcessInfo.processInfo.environment["PGCONNECT_TIMEOUT"]
    guard let value, let seconds = Int(value.trimmingCharacters(in: .whitespaces)) else { return nil }
    return .some(seconds > 0 ? .seconds(max(seconds, 2)) : nil)
  }

  /// The keywords for `PQconnectStartParams`: what comes before the string gives way to it, what comes after
  /// does not.
  func parameters(options: ConnectionOptions, replication: Bool) -> [(String, String)] {
    var parameters = [
      ("fallback_application_name", options.applicationName),
      // A peer that vanished is noticed within two minutes rather than two hours.
      ("keepalives_idle", "60"), ("keepalives_interval", "15"), ("keepalives_count", "4"),
      ("dbname", text),
      ("client_encoding", "UTF8"),
    ]
    if replication { parameters.append(("replication", "database")) }
    if !options.settings.isEmpty {
      let before = given["options"] ?? ProcessInfo.processInfo.environment["PGOPTIONS"] ?? ""
      let ours = options.settings.map { "-c \($0.name)=\(Self.escaped($0.value))" }
      parameters.append(("options", ([before] + ours).filter { !$0.isEmpty }.joined(separator: " ")))
    }
    return parameters
  }

  /// The server splits `options` at spaces; a backslash keeps the next character.
  private static func escaped(_ value: String) -> String {
    value.reduce(into: "") { text, character in
      if character.isWhitespace || character == "\\" { text.append("\\") }
      text.append(character)
    }
  }
}
