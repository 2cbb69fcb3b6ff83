import DMS
import ObjectStorage
import Parquet

/// The one csv file of all tables' changes in commit order, under `PreserveTransactions` (DMS.md section 1).
///
/// A row is `Op,table,schema`, then the timestamp column where there is one, then the values of its own table.
struct TransactionFile {
  private let settings: EndpointSettings
  private var formatters: [Int: CSVRowFile] = [:]
  private var bytes: [UInt8] = []
  private(set) var rowCount = 0
  /// A file holds whole transactions, however large they are.
  private var spool: Spool

  /// - Parameter store: where it is to go.
  init(settings: EndpointSettings, for store: any ObjectStore) {
    self.settings = settings
    spool = Spool(of: store)
  }

  mutating func append(_ row: borrowing SourceRow, _ table: ReplicatedTable) throws(ReplicatorError) {
    guard var layout = table.layout else { return }
    layout.hasOp = false
    if formatters[table.number]?.layout != layout {
      formatters[table.number] = CSVRowFile(layout: layout, settings: settings)
    }
    let delimiter = settings.csv.delimiter
    bytes += row.header.operation.letter
    bytes += "\(delimiter)\(table.target.name)\(delimiter)\(table.target.schema)".utf8
    if !layout.columns.isEmpty || layout.timestampColumn != nil { bytes += delimiter.utf8 }
    try formatters[table.number]?.append(row)
    bytes += formatters[table.number]?.takeBytes() ?? []
    rowCount += 1
  }

  var spooledByteCount: Int { spool.byteCount }

  /// Moves what was written to the disk, where it has become much; says whether it was.
  mutating func spoolIfLarge() throws(ReplicatorError) -> Bool {
    guard spool.isDue(bytes.count) else { return false }
    try spool.move(try encoded())
    bytes = []
    return true
  }

  /// The whole file.
  mutating func finish() throws(ReplicatorError) -> EncodedFile {
    try spool.finish(try encoded())
  }

  /// A gzip member of its own, where it is compressed.
  private func encoded() throws(ReplicatorError) -> [UInt8] {
    guard settings.compressionType == .gzip else { return bytes }
    do {
      return try Gzip.compress(bytes)
    } catch {
      throw ReplicatorError(error, table: "all tables")
    }
  }
}
