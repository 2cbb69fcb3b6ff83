/// Where a bucket is: `s3://bucket/prefix`, `file:///directory`, or a plain path.
public struct BucketLocation: Hashable, Sendable, CustomStringConvertible {
  /// What holds the objects.
  public enum Place: Hashable, Sendable {
    /// A bucket of S3, or of a server that speaks its language.
    case s3(bucket: String)
    /// A directory of this machine, which is the bucket.
    case directory(path: String)
  }

  /// What holds the objects.
  public var place: Place
  /// What the keys begin with: empty, or ending in `/`; always empty for a directory.
  public var prefix: String

  /// A location from its parts; a prefix that does not end in `/` gets one.
  public init(place: Place, prefix: String = "") {
    self.place = place
    self.prefix = prefix.isEmpty || prefix.utf8.last == UInt8(ascii: "/") ? prefix : prefix + "/"
  }

  /// A location from text.
  ///
  /// The prefix of an `s3://` location is taken as it stands, without percent decoding, as the AWS command
  /// line takes it. A `file://` location must name an absolute path of this machine.
  ///
  /// - Throws: `StorageError`: `.invalidLocation`.
  public init(_ text: String) throws(StorageError) {
    guard let (scheme, rest) = BucketLocation.split(text) else {
      guard !text.isEmpty else { throw BucketLocation.invalid(text, "it is empty") }
      self.init(place: .directory(path: text))
      return
    }
    switch scheme {
    case "s3", "s3a", "s3n":
      let bucket = String(rest.prefix { $0 != "/" })
      guard BucketLocation.isBucketName(bucket) else {
        throw BucketLocation.invalid(
          text, "a bucket name has 3 to 63 letters, digits, dots, hyphens and underscores")
      }
      self.init(place: .s3(bucket: bucket), prefix: String(rest.dropFirst(bucket.count + 1)))
    case "file":
      let path = rest.hasPrefix("localhost/") ? rest.dropFirst("localhost".count) : rest
      guard path.hasPrefix("/") else {
        throw BucketLocation.invalid(
          text, "file:// must be followed by an absolute path, as in file:///srv/lake")
      }
      self.init(place: .directory(path: String(path)))
    default:
      throw BucketLocation.invalid(text, "\(scheme):// is not known")
    }
  }

  /// The location as it can be given again: `s3://bucket/prefix/`, `file:///directory`.
  public var description: String {
    switch place {
    case .s3(let bucket): "s3://\(bucket)/\(prefix)"
    case .directory(let path): DirectoryStore.name(of: path)
    }
  }

  private static func split(_ text: String) -> (scheme: String, rest: Substring)? {
    let scheme = text.prefix { $0 != ":" }
    let rest = text[scheme.endIndex...]
    guard rest.hasPrefix("://"), !scheme.isEmpty else { return nil }
    return (scheme.lowercased(), rest.dropFirst(3))
  }

  /// Whether S3 may have such a bucket; wider than the rules for new ones, since older names linger and other
  /// servers take more.
  private static func isBucketName(_ name: String) -> Bool {
    (3...63).contains(name.utf8.count) && !name.hasPrefix(".") && !name.hasSuffix(".") && !name.contains("..")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  private static func invalid(_ text: String, _ reason: String) -> StorageError {
    StorageError(.invalidLocation, .open, store: text, detail: reason)
  }
}
