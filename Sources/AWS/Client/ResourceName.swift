/// An ARN: `arn:aws:dms:eu-west-1:123456789012:task:ABC` (AWS General Reference, "Amazon Resource Names").
public struct ResourceName: Sendable, Hashable, CustomStringConvertible {
  /// `aws`, `aws-cn`, `aws-us-gov`.
  public let partition: String
  /// `dms`.
  public let service: String
  /// `eu-west-1`; empty for what has no region.
  public let region: String
  /// The account's number; empty for what has none.
  public let account: String
  /// What comes after the account: `task:ABC`.
  public let resource: String

  /// Parses an ARN; nil for other text.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"), !parts[2].isEmpty,
      !parts[5].isEmpty,
      text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F })
    else { return nil }
    (partition, service, region, account, resource) = (parts[1], parts[2], parts[3], parts[4], parts[5])
  }

  /// The ARN's text.
  public var description: String { "arn:\(partition):\(service):\(region):\(account):\(resource)" }
}
