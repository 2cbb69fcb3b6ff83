public import DMS

/// The limits of a verdict.
///
/// A lag's limits are beyond the batch interval, within which DMS owes nothing.
public struct Limits: Hashable, Sendable, Codable {
  /// How long a batch may stay open: CdcMaxBatchInterval.
  public var batchInterval: Duration
  /// An operation later than this beyond the batch interval makes a WARNING.
  public var warningLag: Duration = .seconds(60)
  /// An operation later than this beyond the batch interval makes it CRITICAL; then it is due.
  public var criticalLag: Duration = .seconds(300)
  /// The whole lag of the 95th percentile that makes a WARNING; nil for the batch interval + `warningLag`.
  public var warningP95Lag: Duration?
  /// The whole lag of the 95th percentile that makes it CRITICAL; nil for the batch interval + `criticalLag`.
  public var criticalP95Lag: Duration?
  /// The share of due operations that must have arrived, or it is CRITICAL.
  public var minimumCompleteness: Double = 1
  /// The duplicates in findings not acknowledged that make a WARNING when passed; nil for any number.
  public var maximumDuplicates: Int?
  /// The altered rows in findings not acknowledged that make it CRITICAL when passed.
  public var maximumAltered = 0
  /// The rows out of order in findings not acknowledged that make a WARNING when passed; nil for any number.
  public var maximumOutOfOrder: Int? = 0
  /// An operation due for longer than this counts as lost, proof or none.
  public var lossLimit: Duration = .seconds(86_400)
  /// Where nothing was committed for longer than this it is UNKNOWN; nil for any time.
  public var idleLimit: Duration? = .seconds(86_400)
  /// A bucket that cannot be read, or a source that cannot be written, for longer than this makes it CRITICAL; nil
  /// for never.
  public var silenceLimit: Duration? = .seconds(3_600)
  /// The age of a reconciliation beyond which it is not judged any more (`check`); nil for any.
  public var staleLimit: Duration? = .seconds(3_600)
  /// How much later the commit time of a row of others must be than an operation's to prove that it is lost.
  public var foreignMargin: Duration = .seconds(60)

  /// The defaults that follow from the endpoint's settings.
  public init(settings: EndpointSettings) {
    batchInterval = settings.cdcMaxBatchInterval
  }

  /// How long after its commit an operation is due.
  public var deadline: Duration { batchInterval + criticalLag }
  /// How long after its commit an operation is worth a warning.
  public var warningDeadline: Duration { batchInterval + warningLag }
}
