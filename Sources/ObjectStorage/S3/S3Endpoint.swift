/// Where a bucket's requests go.
struct S3Endpoint: Sendable, Hashable {
  let scheme: String
  /// Host and, where it is not the scheme's own, port: what `Host` carries.
  let host: String
  /// Scheme and host, which every address begins with.
  let origin: String
  /// The encoded path that every object's begins with, or that of the bucket.
  private let root: String
  /// A path before all others; empty or beginning with `/`.
  let basePath: String
  /// Whether the bucket stands in the path.
  let usesPath: Bool
  let bucket: String

  /// The endpoint of AWS for a region, or one of the user's own.
  ///
  /// - Throws: `StorageError`: `.invalidConfiguration` where the address is none.
  init(
    bucket: String, region: String, address: String?, addressing: StorageConfiguration.Addressing
  ) throws(StorageError) {
    self.bucket = bucket
    if let address {
      let parsed = try WebAddress(address, store: "s3://\(bucket)")
      usesPath = addressing != .virtualHost
      scheme = parsed.scheme
      host = usesPath ? parsed.host : "\(bucket).\(parsed.host)"
      basePath = parsed.path
    } else {
      let suffix = AWSPartition.domain(of: region)
      // No certificate of AWS covers a bucket's name with dots; such names only work in the path.
      usesPath =
        switch addressing {
        case .automatic: !S3Endpoint.fitsHost(bucket)
        case .path: true
        case .virtualHost: false
        }
      scheme = "https"
      host = usesPath ? "s3.\(region).\(suffix)" : "\(bucket).s3.\(region).\(suffix)"
      basePath = ""
    }
    origin = "\(scheme)://\(host)"
    root = usesPath ? "\(basePath)/\(PercentEncoding.encode(bucket))" : basePath
  }

  /// The encoded path of an object, or of the bucket for an empty key.
  func path(_ key: String) -> String {
    guard !key.isEmpty || !usesPath else { return root }
    return root + "/" + PercentEncoding.encode(key, keepingSlashes: true)
  }

  private static func fitsHost(_ bucket: String) -> Bool {
    bucket.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }
}

/// AWS's partitions: clouds apart, each with a domain of its own.
enum AWSPartition {
  /// The domain of a region's endpoints (AWS General Reference, "AWS partitions").
  static func domain(of region: String) -> String {
    let others = [
      "cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu", "us-iso-": "c2s.ic.gov",
      "us-isob-": "sc2s.sgov.gov", "us-isof-": "csp.hci.ic.gov", "eu-isoe-": "cloud.adc-e.uk",
    ]
    return others.first { region.hasPrefix($0.key) }?.value ?? "amazonaws.com"
  }
}

/// An address of the user's: `http://host:port/path`.
struct WebAddress: Sendable, Hashable {
  let scheme: String
  /// Host and, where it was given, port.
  let host: String
  /// Empty or beginning with `/`, and not ending in one.
  let path: String

  /// Parses an address; names and passwords, queries and fragments are refused.
  ///
  /// - Throws: `StorageError`: `.invalidConfiguration`; its text does not repeat what stands before an `@`.
  init(_ text: String, store: String) throws(StorageError) {
    let invalid = { (reason: String) in
      StorageError(.invalidConfiguration, .open, store: store, detail: "the endpoint \(reason)")
    }
    let scheme = text.prefix { $0 != ":" }
    guard ["http", "https"].contains(scheme.lowercased()), text[scheme.endIndex...].hasPrefix("://") else {
      throw invalid("must begin with http:// or https://")
    }
    self.scheme = scheme.lowercased()
    let rest = text[scheme.endIndex...].dropFirst(3)
    let host = rest.prefix { $0 != "/" }
    guard !host.isEmpty, !host.contains("@"), !rest.contains("?"), !rest.contains("#"),
      rest.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F })
    else { throw invalid("must be http://host:port, without a name, a password or a query") }
    let isDefaultPort = self.scheme == "http" ? host.hasSuffix(":80") : host.hasSuffix(":443")
    self.host = String(isDefaultPort ? host.dropLast(self.scheme == "http" ? 3 : 4) : host)
    var path = rest[host.endIndex...]
    while path.hasSuffix("/") { path.removeLast() }
    self.path = String(path)
  }
}
