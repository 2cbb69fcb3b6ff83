import ObjectStorage

/// A file that grows: what is more than so many bytes goes to the disk, to where it is to stay if the bucket has room
/// for drafts.
struct Spool {
  /// Below it a file is held in memory alone, as most files are.
  private static let threshold = 8 << 20
  /// What is written at once from then on: soon enough to be in the processor's caches still.
  private static let pieceSize = 1 << 20

  private let store: any ObjectStore
  private var file: (any ObjectDraft)?
  private var isOfStore = false

  init(of store: any ObjectStore) {
    self.store = store
  }

  var byteCount: Int { file?.byteCount ?? 0 }

  /// Whether so many bytes in memory are to be moved.
  func isDue(_ heldByteCount: Int) -> Bool {
    heldByteCount >= (file == nil ? Spool.threshold : Spool.pieceSize)
  }

  /// Moves bytes to the disk.
  mutating func move(_ bytes: [UInt8]) throws(ReplicatorError) {
    if file == nil {
      let draft = store.makeDraft()
      isOfStore = draft != nil
      file = if let draft { draft } else { try SpoolFile() }
    }
    do {
      try file?.append(bytes)
    } catch let error as ReplicatorError {
      throw error
    } catch let error as StorageError {
      throw ReplicatorError(error)
    } catch {
      throw ReplicatorError(.storage, detail: "a draft in \(store.name) cannot be written", cause: error)
    }
  }

  /// Ends the file with what of it is in memory.
  mutating func finish(_ tail: [UInt8]) throws(ReplicatorError) -> EncodedFile {
    guard isOfStore else { return EncodedFile(spool: file, tail: tail) }
    try move(tail)
    return EncodedFile(spool: file, tail: [])
  }
}
