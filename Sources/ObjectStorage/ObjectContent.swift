/// The bytes of an object that is to be written, given piece by piece, so that an object need not fit into memory.
///
/// They may be asked for more than once and from several threads at once, and must not change meanwhile.
public protocol ObjectContent: Sendable {
  /// How many they are.
  var byteCount: Int { get }

  /// A piece of them.
  ///
  /// - Throws: anything: the object is not written then, and the error is the cause of a `StorageError` with code
  ///   `ioFailed`.
  func read(_ range: Range<Int>) throws -> [UInt8]

  /// The draft that holds exactly these bytes; nil where there is none.
  var draft: (any ObjectDraft)? { get }
}

extension ObjectContent {
  /// None.
  public var draft: (any ObjectDraft)? { nil }
}

extension ObjectDraft {
  /// The draft itself.
  public var draft: (any ObjectDraft)? { self }
}

/// Bytes that are in memory.
struct HeldContent: ObjectContent {
  let bytes: [UInt8]

  var byteCount: Int { bytes.count }

  func read(_ range: Range<Int>) -> [UInt8] { Array(bytes[range]) }
}

extension ObjectContent {
  func read(_ range: Range<Int>, for key: String, in store: String) throws(StorageError) -> [UInt8] {
    do {
      return try read(range)
    } catch {
      throw StorageError(
        .ioFailed, .put, store: store, key: key, detail: "its bytes cannot be read", cause: error)
    }
  }
}
