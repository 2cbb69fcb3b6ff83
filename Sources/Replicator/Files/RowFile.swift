import DMS
import ObjectStorage
import Parquet

/// One file that is being written, in the format that the settings ask for.
struct RowFile {
  // Exactly one is there. An enum's payload could not be changed in place, and a file is too large to copy.
  private var parquet: ParquetRowFile?
  private var csv: CSVRowFile?
  private var spool: Spool

  /// - Parameter store: where it is to go.
  init(layout: FileLayout, settings: EndpointSettings, for store: any ObjectStore) throws(ReplicatorError) {
    spool = Spool(of: store)
    switch settings.dataFormat {
    case .parquet: parquet = try ParquetRowFile(layout: layout, settings: settings)
    case .csv: csv = CSVRowFile(layout: layout, settings: settings)
    }
  }

  var rowCount: Int { parquet?.rowCount ?? csv?.rowCount ?? 0 }

  /// The size that the file has so far, about.
  var byteCountEstimate: Int {
    parquet?.byteCountEstimate ?? csv.map { spool.byteCount + $0.heldByteCount } ?? 0
  }

  /// Bytes of it that wait on the disk.
  var spooledByteCount: Int { spool.byteCount }

  /// Values written as NULL because the column's type cannot hold them.
  var unrepresentable: Int { parquet?.unrepresentable ?? csv?.unrepresentable ?? 0 }

  mutating func append(_ row: borrowing SourceRow) throws(ReplicatorError) {
    try parquet?.append(row)
    try csv?.append(row)
  }

  /// Appends rows of a full load that were read in binary form, as they are for a file of Parquet alone.
  mutating func append(
    _ rows: BinaryRows, _ range: Range<Int>, times: ColumnBatch
  ) throws(ReplicatorError) {
    try parquet?.append(rows, range, times: times)
  }

  /// What of it is in memory, about.
  var heldByteCountEstimate: Int { byteCountEstimate - spool.byteCount }

  /// Moves what is complete to the disk.
  ///
  /// A file of Parquet is moved by whole row groups: the one that is open stays in memory.
  mutating func moveToDisk() throws(ReplicatorError) {
    try parquet?.takeBytes { bytes throws(ReplicatorError) in try spool.move(bytes) }
    if let bytes = try csv?.takeEncodedBytes(), !bytes.isEmpty { try spool.move(bytes) }
  }

  /// Moves what is complete to the disk, where it has become much.
  mutating func moveToDiskIfLarge() throws(ReplicatorError) {
    if spool.isDue(parquet?.completeByteCount ?? csv?.heldByteCount ?? 0) { try moveToDisk() }
  }

  /// The whole file.
  mutating func finish() throws(ReplicatorError) -> EncodedFile {
    var tail = try parquet?.finish() ?? []
    if csv != nil { tail = try csv?.finish() ?? [] }
    return try spool.finish(tail)
  }
}
