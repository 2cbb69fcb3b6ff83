public import Ledger
public import Time

/// The third witness beside the ledger and the bucket: the source table's own rows.
public protocol SourceWitness: Sendable {
  /// The rows of a table that carry the pipeline's tag, as they are now.
  ///
  /// - Throws: what kept them from being read; the check is UNKNOWN then.
  func rows(of table: TableName) async throws -> [LiveSourceRow]
}

/// A row of ours as the source has it.
public struct LiveSourceRow: Hashable, Sendable {
  /// Its number: the sequence of its identity.
  public let sequence: Int64
  /// Its version; nil where somebody has emptied it.
  public let version: Timestamp?
  /// The digest of its values.
  public let digest: RowDigest

  /// A row of these parts.
  public init(sequence: Int64, version: Timestamp?, digest: RowDigest) {
    (self.sequence, self.version, self.digest) = (sequence, version, digest)
  }
}
