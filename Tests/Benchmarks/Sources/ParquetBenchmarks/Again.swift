import Parquet

/// One piece of work on one file in memory, again and again: what its instructions are counted on.
enum Again {
  static func run(_ work: String, repeats: Int) throws -> Outcome {
    var outcome = Outcome()
    let bytes = try Customers.file()
    let file = try ParquetFile(bytes)
    let leaves = file.metadata.schema.leaves
    var counter = ValueCounter()
    for _ in 0..<repeats {
      switch work {
      case "footer":
        guard
          case .metadata(let metadata) = try FooterDecoder(fileSize: Int64(bytes.count)).decode(tail: bytes)
        else { return outcome }
        outcome.rows += metadata.rowCount
      case "count":
        try counter.add(file.metadata.rowGroups[0].columns[0], column: leaves[0], bytes: bytes, at: 0)
        outcome.rows = counter.counts.total
      default:
        for column in leaves.indices { outcome.rows += Int64(try file.values(column: column).count) }
      }
    }
    return outcome
  }
}
