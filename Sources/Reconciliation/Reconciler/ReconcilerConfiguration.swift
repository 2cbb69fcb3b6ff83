public import DMS
public import Ledger
public import Time

/// What a reconciliation is to look at, and by which limits it judges.
public struct ReconcilerConfiguration: Sendable {
  /// The bucket, for the ledger and the report: `s3://bucket/prefix`, `file:///dir`.
  public var bucket: String
  /// What keys begin with before the settings' BucketFolder: empty, or ending in "/".
  public var prefix = ""
  /// The endpoint's settings.
  public var settings: EndpointSettings
  /// The task's table mappings: schemas, tables and columns may have other names in the bucket.
  public var mappings: TableMappings?
  /// The source's tables; empty for all that the ledger knows.
  public var tables: [TableName] = []
  /// The level; nil for values where a table is ours alone and keys where it is shared.
  public var level: ObservationLevel?
  /// The limits.
  public var limits: Limits
  /// PostgreSQL's clock against this machine's, where it was measured.
  public var sourceClock: ClockOffset?
  /// The bucket's clock when `sourceClock` was measured, where that was in an earlier run: it tells of a step that
  /// this machine's clock has made since.
  public var bucketClockThen: ClockOffset?
  /// When the task began, by this machine's clock, where DMS or the stand-in for it says so: what was committed before
  /// is not expected.
  public var taskBegan: Timestamp?
  /// How long a table may be listed only from its newest objects on.
  public var fullListingEvery: Duration = .seconds(86_400)
  /// How far before the newest object a listing begins.
  public var listingOverlap: Duration = .seconds(3_600)
  /// Whether objects are moved away on purpose once they are read.
  public var allowsVanishedObjects = false
  /// How many objects are read at a time.
  public var parallelReads = 16

  /// All of a pipeline's tables in `bucket`, with the defaults that follow from `settings`.
  public init(bucket: String, prefix: String = "", settings: EndpointSettings) {
    self.bucket = bucket
    self.prefix = prefix
    self.settings = settings
    limits = Limits(settings: settings)
  }
}
