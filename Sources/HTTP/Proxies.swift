/// The proxies that the environment names, by libcurl's own rules, read from a given environment.
///
/// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in either case; the lower-case one goes first.
package struct Proxies: Sendable {
  private let byScheme: [String: String]
  private let exceptions: [String]

  package init(environment: [String: String]) {
    let value = { (name: String) -> String? in
      [name, name.uppercased()].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    let all = value("all_proxy")
    byScheme = ["http", "https"].reduce(into: [:]) { $0[$1] = value("\($1)_proxy") ?? all }
    exceptions = (value("no_proxy") ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map {
      $0.lowercased()
    }
  }

  /// The proxy for a request; nil for none.
  package func proxy(scheme: String, host: String) -> String? {
    guard let proxy = byScheme[scheme], !exceptions.contains("*") else { return nil }
    let (name, port) = Proxies.split(host.lowercased())
    for exception in exceptions {
      let (wanted, wantedPort) = Proxies.split(exception)
      if let wantedPort, wantedPort != (port ?? (scheme == "https" ? "443" : "80")) { continue }
      let suffix = wanted.hasPrefix(".") ? String(wanted.dropFirst()) : wanted
      if name == suffix || name.hasSuffix("." + suffix) { return nil }
    }
    return proxy
  }

  /// A host's name and port, of `name:port`, `[address]:port` or one without a port.
  private static func split(_ host: String) -> (name: String, port: String?) {
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
      let port = host[end...].dropFirst(2)
      return (String(host[host.index(after: host.startIndex)..<end]), port.isEmpty ? nil : String(port))
    }
    let parts = host.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : (host, nil)
  }
}
