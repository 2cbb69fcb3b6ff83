import DMS
import Time

/// A file that is complete in memory and has to go into the bucket.
struct EncodedObject: Sendable {
  enum Name: Sendable {
    /// A CDC object, named after when it was closed.
    case changes(closedAt: Timestamp)
    /// A file of all tables' changes, likewise.
    case transactions(closedAt: Timestamp)
    /// A full-load object.
    case fullLoad(number: UInt32, isLast: Bool)
  }

  /// The number of its table, whose objects are written one after the other.
  let table: Int
  let source: QualifiedName
  let target: QualifiedName
  let location: TableLocation
  let name: Name
  let file: EncodedFile
  let rowCount: Int
  /// The batch that it holds; nil for a full load.
  let batch: BatchPlan.BatchID?
  /// The faults in its rows, to be told once its key is known.
  let rowFaults: [FaultTruth]
  /// Its rows, where faults are due that may take them.
  let rows: [FaultRow]
  /// The same file without rows, where faults are due.
  let emptyFile: [UInt8]?
}

/// What became of an object.
enum UploadOutcome: Sendable {
  /// It is durable, or a fault took it: done with.
  case done(EncodedObject, key: String)
  /// A fault held it back, and the replicator is stopping: it counts as never written.
  case heldBack(EncodedObject)
  case failed(any Error)
}
