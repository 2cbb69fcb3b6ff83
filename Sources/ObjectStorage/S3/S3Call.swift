import HTTP

/// A request to S3, before it has an address and a signature.
struct S3Call: Sendable {
  var operation: StorageError.Operation
  var method = HTTPRequest.Method.get
  /// The object's key; empty for the bucket.
  var key = ""
  /// The prefix of a listing, for errors.
  var prefix: String?
  var query: [(name: String, value: String)] = []
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// The most bytes that the answer may have.
  var limit: Int64 = S3Call.smallAnswer
  /// Whether a success may hold an error in its body, as that of a completed upload does.
  var mayFailWithin = false

  /// What errors, settings and a page of a listing fit in: 1,000 keys of 1,024 bytes, percent-encoded.
  static let smallAnswer: Int64 = 8 << 20

  func error(_ code: StorageError.Code, store: String, detail: String? = nil) -> StorageError {
    StorageError(code, operation, store: store, key: key.isEmpty ? prefix : key, detail: detail)
  }
}
