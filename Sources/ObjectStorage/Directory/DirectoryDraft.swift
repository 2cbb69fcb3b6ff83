import Glibc
import Synchronization

/// A file without a name in the bucket's directory: putting it under a key gives it one.
///
/// It goes with its last descriptor, however the process ends (man 2 open, O_TMPFILE).
final class DirectoryDraft: ObjectDraft {
  let file: Descriptor
  private let calls: FileCalls
  private let store: String
  private let size = Mutex(0)
  private let isNamed = Atomic(false)

  /// - Throws: where the file system knows no such files, or the directory cannot be written.
  init(in directory: String, of store: String, calls: FileCalls) throws(SystemCallFailure) {
    // Glibc's macro is none that Swift can read (fcntl-linux.h, __O_TMPFILE).
    let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY
    file = try calls.open(.createFile, directory, O_RDWR | unnamed, mode: 0o666)
    let number = file.number
    // Between its two names it is not to be taken for a dead writer's.
    try calls.make(.lockFile) { flock(number, LOCK_EX) }
    (self.calls, self.store) = (calls, store)
  }

  var byteCount: Int { size.withLock { $0 } }

  func append(_ bytes: [UInt8]) throws(StorageError) {
    do {
      try calls.write(bytes, to: file)
    } catch {
      throw StorageError(error, .put, store: store)
    }
    size.withLock { $0 += bytes.count }
  }

  /// Says whether the file may be given a name: it gets one, and whatever is put besides is another file.
  func claim() -> Bool { !isNamed.exchange(true, ordering: .relaxed) }

  /// Takes a claim back that came to nothing.
  func release() { isNamed.store(false, ordering: .relaxed) }

  func read(_ range: Range<Int>) throws -> [UInt8] {
    let bytes: [UInt8]
    do throws(SystemCallFailure) {
      bytes = try calls.read(Int64(range.lowerBound)..<Int64(range.upperBound), of: file)
    } catch {
      throw StorageError(error, .put, store: store)
    }
    guard bytes.count == range.count else {
      throw StorageError(SystemCallFailure(call: .read, errno: EIO), .put, store: store)
    }
    return bytes
  }
}

extension DirectoryStore {
  /// A file without a name in the bucket's directory.
  ///
  /// - Returns: nil where the file system knows no such files; where the directory cannot be written, which the put
  ///   will tell; and where the store is for reading.
  public func makeDraft() -> (any ObjectDraft)? {
    guard access == .write else { return nil }
    return try? DirectoryDraft(in: path, of: name, calls: calls)
  }
}
