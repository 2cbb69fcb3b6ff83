package import ObjectStorage

/// RDS's endpoints, and the tokens that stand for passwords there.
public enum DatabaseToken {
  /// How long a token lets somebody in (RDS User Guide, "IAM database authentication").
  static let lifetime = Duration.seconds(900)

  /// The region in the name of an RDS host (`db.abc.eu-west-1.rds.amazonaws.com`); nil for other hosts.
  public static func region(ofHost host: String) -> String? {
    let parts = host.lowercased().split(separator: ".")
    guard let mark = parts.lastIndex(of: "rds"), mark > 0, parts[mark...].dropFirst().first == "amazonaws"
    else {
      return nil
    }
    return String(parts[mark - 1])
  }

  /// The instance in the name of an RDS host; nil for other hosts, and for those of clusters.
  public static func instance(ofHost host: String) -> String? {
    guard region(ofHost: host) != nil else { return nil }
    let parts = host.split(separator: ".")
    guard parts.count > 2, !parts[1].hasPrefix("cluster-") else { return nil }
    return String(parts[0])
  }

  /// A token for a user; it is signed here and nobody is asked.
  ///
  /// - Throws: `StorageError` where there are no credentials.
  package static func make(
    host: String, port: Int, user: String, region: String, access: ServiceAccess
  ) async throws(StorageError) -> String {
    let address = "\(host):\(port)"
    let query = try await access.presignedQuery(
      service: "rds-db", region: region, host: address, query: [("Action", "connect"), ("DBUser", user)],
      expiry: lifetime)
    return "\(address)/?\(query)"
  }
}
