import CLibPQ

/// How the bytes of a connection travel.
public struct Transport: Sendable, Hashable {
  /// What is known of the one at the other end.
  public enum Verification: String, Sendable, Hashable {
    /// Nothing: anybody may have answered.
    case none
    /// Its certificate is of a trusted authority (`verify-ca`).
    case authority
    /// The certificate is also for the host's name (`verify-full`).
    case name
  }

  /// Whether it is a unix socket, which never leaves the machine.
  public let isLocal: Bool
  /// The version of TLS, `TLSv1.3`; nil where nothing is encrypted.
  public let tlsVersion: String?
  /// What is known of the other end; `none` without TLS.
  public let verification: Verification
}

extension Connection {
  /// How the bytes of this connection travel.
  ///
  /// - Throws: `PostgresError` with code `notUsable` where it is closed.
  public func transport() throws(PostgresError) -> Transport {
    let connection = try session.connection()
    let host = PQhost(connection).map { String(cString: $0) } ?? ""
    guard PQsslInUse(connection) == 1 else {
      // libpq takes a host that begins so for the directory, or the abstract name, of a socket.
      return Transport(
        isLocal: host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@"), tlsVersion: nil,
        verification: .none)
    }
    let version = PQsslAttribute(connection, "protocol").map { String(cString: $0) }
    let verification: Transport.Verification =
      switch Connection.option("sslmode", of: connection) {
      case "verify-full": .name
      case "verify-ca": .authority
      default: .none
      }
    return Transport(isLocal: false, tlsVersion: version ?? "TLS", verification: verification)
  }

  /// The value in force of one of libpq's options.
  private static func option(_ name: String, of connection: OpaquePointer) -> String? {
    guard let options = PQconninfo(connection) else { return nil }
    defer { PQconninfoFree(options) }
    var option = options
    while let keyword = option.pointee.keyword {
      if String(cString: keyword) == name { return option.pointee.val.map { String(cString: $0) } }
      option += 1
    }
    return nil
  }
}
