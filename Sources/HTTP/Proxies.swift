import Glibc

/// The proxies that the environment names, by libcurl's own rules, read from a given environment.
///
/// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in either case; the lower-case one goes first. `no_proxy` holds
/// names, which cover what lies below them, addresses, and networks as `10.0.0.0/8`.
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
      if Proxies.isAddress(name, in: exception) { return nil }
      let (wanted, wantedPort) = Proxies.split(exception)
      if let wantedPort, wantedPort != (port ?? (scheme == "https" ? "443" : "80")) { continue }
      let start = ["*.", "."].first { wanted.hasPrefix($0) } ?? ""
      let suffix = String(wanted.dropFirst(start.count))
      if name == suffix || name.hasSuffix("." + suffix) { return nil }
    }
    return proxy
  }

  /// Whether a name is an address of a network, `10.0.0.0/8` or `fd00::/8`.
  private static func isAddress(_ name: String, in network: String) -> Bool {
    let parts = network.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let length = Int(parts[1]), let base = bytes(of: String(parts[0])),
      let address = bytes(of: name), address.count == base.count, (0...base.count * 8).contains(length)
    else { return false }
    let isSame = address[..<(length / 8)] == base[..<(length / 8)]
    guard length % 8 > 0 else { return isSame }
    return isSame && (address[length / 8] ^ base[length / 8]) >> (8 - length % 8) == 0
  }

  /// The 4 or 16 bytes of an address; nil of a name.
  private static func bytes(of address: String) -> [UInt8]? {
    for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
      var bytes = [UInt8](repeating: 0, count: count)
      if inet_pton(family, address, &bytes) == 1 { return bytes }
    }
    return nil
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
