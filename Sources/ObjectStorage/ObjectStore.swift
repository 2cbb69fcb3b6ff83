/// A bucket: objects under keys, listed in the order of the keys' UTF-8 bytes, written whole or not at all.
///
/// Keys are whole keys of the bucket. They may hold any Unicode; two keys are the same object only where
/// their UTF-8 bytes are the same (`String` comparison also equates canonically equivalent text).
public protocol ObjectStore: Sendable {
  /// The store's name in reports: `s3://bucket`, `file:///dir`.
  var name: String { get }

  /// One page of the listing; `cursor` is nil for the first page, then `next` of the page before.
  ///
  /// - Throws: `StorageError`.
  func listPage(_ query: ListQuery, cursor: ListCursor?) async throws(StorageError) -> ListPage

  /// Reads an object, or a part of it.
  ///
  /// A range that ends beyond the object is cut.
  ///
  /// - Parameters:
  ///   - key: the object's key.
  ///   - range: the bytes to read; nil for all of them.
  ///   - ifMatch: read only where the object still has this tag; an empty one, as of a listing without tags, asks
  ///     for nothing.
  /// - Throws: `StorageError`: `.notFound`; `.preconditionFailed` where the object was replaced;
  ///   `.rangeNotSatisfiable` where the range begins at or beyond the end, as any range of an empty object does.
  func get(_ key: String, range: ByteRange?, ifMatch: ETag?) async throws(StorageError) -> ObjectBytes

  /// An object's size, tag and time, without its bytes.
  ///
  /// - Throws: `StorageError`: `.notFound`.
  func head(_ key: String) async throws(StorageError) -> ObjectHead

  /// Writes an object: it appears whole and durable, or not at all.
  ///
  /// - Throws: `StorageError`: `.alreadyExists` where `ifNoneMatch` is set and the key is taken.
  @discardableResult
  func put(_ key: String, _ bytes: [UInt8], ifNoneMatch: Bool) async throws(StorageError) -> ETag

  /// Writes an object whose bytes are given piece by piece, as `put(_:_:ifNoneMatch:)` does.
  ///
  /// A store that does not say otherwise reads them all first.
  ///
  /// - Throws: `StorageError`: `.alreadyExists` where `ifNoneMatch` is set and the key is taken; `.ioFailed` where
  ///   the content cannot be read.
  @discardableResult
  func put(_ key: String, content: any ObjectContent, ifNoneMatch: Bool) async throws(StorageError) -> ETag

  /// A place for the bytes of an object whose key may not be known yet; the call blocks, as the draft's own do.
  ///
  /// - Returns: nil where the store has no such place: bytes wait elsewhere then, until they are put.
  func makeDraft() -> (any ObjectDraft)?

  /// Removes an object; one that is not there is no error.
  ///
  /// - Throws: `StorageError`.
  func delete(_ key: String) async throws(StorageError)

  /// The store's clock against the configuration's.
  ///
  /// - Throws: `StorageError`.
  func clockReading() async throws(StorageError) -> ClockReading

  /// The region that the bucket is in.
  ///
  /// - Throws: `StorageError`: `.unsupported` where the store knows no regions.
  func region() async throws(StorageError) -> String

  /// Whether the bucket keeps old versions of objects.
  ///
  /// - Throws: `StorageError`: `.unsupported`.
  func versioning() async throws(StorageError) -> BucketVersioning

  /// The bucket's encryption by default; nil where none is configured.
  ///
  /// - Throws: `StorageError`: `.unsupported`.
  func encryption() async throws(StorageError) -> BucketEncryption?

  /// The bucket's public access block; nil where none is configured.
  ///
  /// - Throws: `StorageError`: `.unsupported`.
  func publicAccessBlock() async throws(StorageError) -> PublicAccessBlock?

  /// Whether the bucket's policy makes it public; nil where it has no policy.
  ///
  /// - Throws: `StorageError`: `.unsupported`.
  func policyIsPublic() async throws(StorageError) -> Bool?

  /// Where the credentials in use come from, in words and without the credentials; nil where none are needed.
  ///
  /// - Throws: `StorageError`: `.credentialsMissing` and its like.
  func credentialSource() async throws(StorageError) -> String?
}

extension ObjectStore {
  /// The pages of a listing, fetched one by one as they are asked for.
  ///
  /// - Parameters:
  ///   - prefix: what the keys begin with.
  ///   - startAfter: keys up to and including this one are left out.
  ///   - delimiter: keys that hold it after the prefix are rolled up into `commonPrefixes`.
  public func list(prefix: String, startAfter: String? = nil, delimiter: String? = nil) -> ListedPages {
    ListedPages(store: self, query: ListQuery(prefix: prefix, startAfter: startAfter, delimiter: delimiter))
  }

  /// Reads a whole object.
  ///
  /// - Throws: `StorageError`, as `get(_:range:ifMatch:)` does.
  public func get(_ key: String) async throws(StorageError) -> ObjectBytes {
    try await get(key, range: nil, ifMatch: nil)
  }

  /// Reads a part of an object.
  ///
  /// - Throws: `StorageError`, as `get(_:range:ifMatch:)` does.
  public func get(_ key: String, range: ByteRange) async throws(StorageError) -> ObjectBytes {
    try await get(key, range: range, ifMatch: nil)
  }

  /// Reads a whole object where it still has the tag.
  ///
  /// - Throws: `StorageError`, as `get(_:range:ifMatch:)` does.
  public func get(_ key: String, ifMatch: ETag) async throws(StorageError) -> ObjectBytes {
    try await get(key, range: nil, ifMatch: ifMatch)
  }

  /// Writes an object whose bytes are given piece by piece, having read them all.
  ///
  /// - Throws: `StorageError`, as `put(_:_:ifNoneMatch:)` does; `.ioFailed` where the content cannot be read.
  @discardableResult
  public func put(
    _ key: String, content: any ObjectContent, ifNoneMatch: Bool
  ) async throws(StorageError) -> ETag {
    try await put(key, try content.read(0..<content.byteCount, for: key, in: name), ifNoneMatch: ifNoneMatch)
  }

  /// None.
  public func makeDraft() -> (any ObjectDraft)? { nil }

  /// Writes an object over whatever has its key.
  ///
  /// - Throws: `StorageError`, as `put(_:_:ifNoneMatch:)` does.
  @discardableResult
  public func put(_ key: String, _ bytes: [UInt8]) async throws(StorageError) -> ETag {
    try await put(key, bytes, ifNoneMatch: false)
  }
}
