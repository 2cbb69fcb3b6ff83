import ObjectStorage
import Parquet

/// Why an object cannot be told of, as `inspect --json` prints it.
struct InspectionError: Encodable, Sendable {
  /// Who says so: `parquet` of what the bytes hold, `storage` of what the bucket answered, `inspect` of what it
  /// does not read.
  let part: String
  /// The kind of error, in words joined by underscores: `not_parquet`, `checksum_mismatch`, `precondition_failed`.
  let code: String
  /// One sentence for people.
  let message: String
  /// Where in the file; what is not known is left out.
  var rowGroup: Int?
  var column: String?
  var offset: Int64?
  /// What the server answered, where it did.
  var httpStatus: Int?
  var serviceCode: String?

  init(_ error: ParquetError) {
    (part, code, message) = ("parquet", Self.words(error.code.rawValue), error.description)
    (rowGroup, column, offset) = (error.location.rowGroup, error.location.column, error.location.offset)
  }

  init(_ error: StorageError) {
    (part, code, message) = ("storage", Self.words("\(error.code)"), error.description)
    (httpStatus, serviceCode) = (error.status, error.serviceCode)
  }

  /// What this program does not read.
  init(unsupported message: String) {
    (part, code, self.message) = ("inspect", "unsupported", message)
  }

  /// `checksumMismatch` as `checksum_mismatch`, as the keys are written.
  private static func words(_ name: String) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }
}
