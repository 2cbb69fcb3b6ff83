/// gzip of whole files, for formats beside Parquet.
public enum Gzip {
  /// The bytes of a `.gz` file with one member.
  ///
  /// - Throws: `ParquetError` where zlib fails, which it does for want of memory only.
  public static func compress(_ bytes: [UInt8]) throws(ParquetError) -> [UInt8] {
    do {
      var compressor = Compressor(.gzip)
      return try compressor.compress(bytes.span.bytes) ?? bytes
    } catch {
      throw ParquetError(error.problem, at: .init())
    }
  }
}
