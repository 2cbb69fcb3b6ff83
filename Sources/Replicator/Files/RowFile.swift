import DMS

/// One file that is being written, in the format that the settings ask for.
struct RowFile {
  // Exactly one is there. An enum's payload could not be changed in place, and a file is too large to copy.
  private var parquet: ParquetRowFile?
  private var csv: CSVRowFile?

  init(layout: FileLayout, settings: EndpointSettings) throws(ReplicatorError) {
    switch settings.dataFormat {
    case .parquet: parquet = try ParquetRowFile(layout: layout, settings: settings)
    case .csv: csv = CSVRowFile(layout: layout, settings: settings)
    }
  }

  var rowCount: Int { parquet?.rowCount ?? csv?.rowCount ?? 0 }

  /// The size that the file has so far, about.
  var byteCountEstimate: Int { parquet?.byteCountEstimate ?? csv?.byteCountEstimate ?? 0 }

  /// Values written as NULL because the column's type cannot hold them.
  var unrepresentable: Int { parquet?.unrepresentable ?? csv?.unrepresentable ?? 0 }

  mutating func append(_ row: borrowing SourceRow) throws(ReplicatorError) {
    try parquet?.append(row)
    try csv?.append(row)
  }

  /// The whole file.
  mutating func finish() throws(ReplicatorError) -> [UInt8] {
    if let bytes = try parquet?.finish() { return bytes }
    return try csv?.finish() ?? []
  }
}
