import Foundation

/// Where the source is, as libpq takes it, with the password kept apart.
struct SourceConfiguration: Hashable, Sendable {
  /// A connection string, a URL, or nothing, so that the PG* variables count.
  var address: String
  /// The password, where it is given beside the address.
  var password: Secret?

  init(conninfo: String, password: Secret? = nil) {
    address = conninfo
    self.password = password
  }

  /// What libpq is given: the address with the password.
  func conninfo() -> String {
    guard let password = password?.reveal() else { return address }
    if SourceConfiguration.isURL(address) {
      let separator = address.contains("?") ? "&" : "?"
      return address + separator + "password=" + SourceConfiguration.percentEncoded(password)
    }
    let quoted = password.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    return (address.isEmpty ? "" : address + " ") + "password='\(quoted)'"
  }

  /// The address without a password, for people.
  var shown: String {
    if SourceConfiguration.isURL(address) { return SourceConfiguration.redactedURL(address) }
    return SourceConfiguration.redactedPairs(address)
  }

  /// Whether the address holds a password.
  var holdsPassword: Bool { shown != address }

  private static func isURL(_ text: String) -> Bool {
    text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
  }

  private static func percentEncoded(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      return isPlain ? String(UnicodeScalar(byte)) : String(format: "%%%02X", byte)
    }.joined()
  }

  /// Hides the text after `:` before the last `@` of the authority, and password parameters of the query.
  private static func redactedURL(_ url: String) -> String {
    guard let scheme = url.range(of: "://") else { return url }
    var rest = String(url[scheme.upperBound...])
    var query = ""
    if let mark = rest.firstIndex(of: "?") {
      let parameters = rest[rest.index(after: mark)...].split(
        separator: "&", omittingEmptySubsequences: false)
      query = "?" + parameters.map(redactedParameter).joined(separator: "&")
      rest = String(rest[..<mark])
    }
    let authorityEnd = rest.firstIndex(of: "/") ?? rest.endIndex
    // A password may itself hold a slash that was not encoded: what is before the last @ is the user's.
    let userEnd = rest[..<authorityEnd].lastIndex(of: "@") ?? rest.lastIndex(of: "@")
    if let userEnd, let colon = rest[..<userEnd].firstIndex(of: ":") {
      rest = rest[..<colon] + ":***" + rest[userEnd...]
    }
    return url[..<scheme.upperBound] + rest + query
  }

  private static func redactedParameter(_ parameter: Substring) -> String {
    guard let equals = parameter.firstIndex(of: "=") else { return String(parameter) }
    let name = parameter[..<equals].removingPercentEncoding ?? String(parameter[..<equals])
    return isSecretOption(name) ? parameter[...equals] + "***" : String(parameter)
  }

  /// Hides the values of password options in `name = value` pairs, quoted or not, as libpq reads them.
  private static func redactedPairs(_ text: String) -> String {
    var shown = ""
    var rest = text[...]
    while !rest.isEmpty {
      let space = rest.prefix { $0.isWhitespace }
      rest = rest.dropFirst(space.count)
      let name = rest.prefix { !$0.isWhitespace && $0 != "=" }
      rest = rest.dropFirst(name.count)
      let equals = rest.prefix { $0.isWhitespace || $0 == "=" }
      guard equals.contains("=") else {
        shown += space + name
        if name.isEmpty { break }
        continue
      }
      rest = rest.dropFirst(equals.count)
      let value = pairValue(rest)
      rest = rest.dropFirst(value.count)
      shown += space + name + equals + (isSecretOption(String(name)) ? "***" : value)
    }
    return shown
  }

  private static func pairValue(_ text: Substring) -> Substring {
    let isQuoted = text.first == "'"
    var isEscaped = false
    var count = 0
    for character in text {
      let isFirst = count == 0
      if isEscaped {
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if isQuoted, !isFirst, character == "'" {
        return text.prefix(count + 1)
      } else if !isQuoted, character.isWhitespace {
        return text.prefix(count)
      }
      count += 1
    }
    return text
  }

  private static func isSecretOption(_ name: String) -> Bool {
    ["password", "sslpassword"].contains(name.lowercased())
  }
}
