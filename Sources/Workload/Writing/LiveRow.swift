import Ledger
import Postgres
import Time

/// A row of ours as it stood when it was chosen.
struct LiveRow: Hashable {
  let identity: RowIdentity
  let createdAt: Timestamp
  let version: Timestamp
  let name: String
  let email: String

  /// A row of a query for `LiveRow.columns`, or nil where it is not ours to change: its key was not made by
  /// this pipeline, or somebody else has emptied it.
  init?(_ row: Row, tag: PipelineTag) throws(PostgresError) {
    let key = try row.decode(0, as: [UInt8].self)
    guard let identity = RowIdentity(bytes: key), identity.tag == tag,
      let createdAt = try row.decode(1, as: Timestamp?.self),
      let version = try row.decode(2, as: Timestamp?.self),
      let name = try row.decode(3, as: String?.self), let email = try row.decode(4, as: String?.self)
    else { return nil }
    self.identity = identity
    self.createdAt = createdAt
    self.version = version
    self.name = name
    self.email = email
  }
}

/// The keys that rows of one pipeline can have: one range of the uuid type.
///
/// Rows of others may lie within it, by chance or on purpose; `RowIdentity` tells them by their checksum.
struct KeyRange {
  private let tag: PipelineTag
  /// The last possible key.
  let upper: [UInt8]

  init(tag: PipelineTag) {
    self.tag = tag
    upper =
      RowIdentity(tag: tag, sequence: RowIdentity.maximumSequence).bytes.dropLast(4)
      + [0xFF, 0xFF, 0xFF, 0xFF]
  }

  /// The first key that row `sequence` or one after it can have.
  func lower(sequence: Int64) -> [UInt8] {
    RowIdentity(tag: tag, sequence: sequence).bytes.dropLast(4) + [0, 0, 0, 0]
  }
}
