/// Bounds on what a reader allocates for a file that it does not trust.
public struct ReadLimits: Sendable, Equatable {
  /// The longest footer, in bytes.
  public var footerByteCount = 256 << 20
  /// The largest page, decompressed, in bytes.
  public var pageByteCount = 256 << 20
  /// The most values that one call gathers.
  public var valueCount = 1 << 26
  /// The most values of a page in an encoding that is decoded page by page (the delta ones): a few bytes can stand for
  /// any number of them.
  public var pageValueCount = 1 << 22
  /// Whether a page's CRC is checked where it has one.
  public var verifiesChecksums = true

  /// The bounds that fit files of any usual writer.
  public init() {}
}
