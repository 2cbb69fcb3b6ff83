/// The shape of a file's content; the raw value is the extension that DMS gives it.
public enum FileFormat: String, Hashable, Sendable, CaseIterable {
  /// Parquet; a codec is inside and leaves no mark in the name (DMS.md section 1).
  case parquet = ".parquet"
  /// Plain csv.
  case csv = ".csv"
  /// csv within gzip.
  case gzippedCSV = ".csv.gz"
}
