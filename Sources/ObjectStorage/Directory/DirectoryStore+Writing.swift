import Glibc
import Synchronization

extension DirectoryStore {
  /// Writes a file: to a temporary one beside it, synced, renamed, and the directory synced.
  ///
  /// - Throws: `StorageError`: `.alreadyExists`, `.bucketMissing`, `.notWritable`, `.noSpace`, `.invalidKey`,
  ///   `.unsupported` where the key is another key's directory, `.interrupted` by the hook, `.ioFailed`.
  @discardableResult
  public func put(
    _ key: String, _ bytes: [UInt8], ifNoneMatch: Bool
  ) async throws(StorageError) -> ETag {
    try await put(key, content: HeldContent(bytes: bytes), ifNoneMatch: ifNoneMatch)
  }

  /// Writes a file as `put(_:_:ifNoneMatch:)` does, a piece after the other.
  ///
  /// - Throws: `StorageError` as there; `.ioFailed` where the content cannot be read.
  @discardableResult
  public func put(
    _ key: String, content: any ObjectContent, ifNoneMatch: Bool
  ) async throws(StorageError) -> ETag {
    try requireWriting(.put, key)
    let outcome = try await run(.put, key: key) { () throws(SystemCallFailure) in
      try write(key, content, ifNoneMatch: ifNoneMatch)
    }
    switch outcome {
    case .done(let etag): return etag
    case .unreadable(let error): throw error
    case .interrupted(let cause):
      throw StorageError(.interrupted, .put, store: name, key: key, cause: cause)
    }
  }

  private enum Writing: Sendable {
    case done(ETag)
    /// The content could not be read; nothing was written.
    case unreadable(StorageError)
    case interrupted(any Error)
  }

  private func write(
    _ key: String, _ content: any ObjectContent, ifNoneMatch: Bool
  ) throws(SystemCallFailure) -> Writing {
    let names = try names(of: key)
    let directory = try makeDirectory(names)
    if let draft = content.draft as? DirectoryDraft,
      let writing = try place(draft, as: names.file, of: key, in: directory, ifNoneMatch: ifNoneMatch)
    {
      return writing
    }
    let temporary = try createTemporary(in: directory)
    let etag: ETag
    do {
      if let error = try write(content, of: key, to: temporary.file) {
        unlinkat(directory.number, temporary.name, 0)
        return .unreadable(error)
      }
      etag = try sync(temporary.file)
      if let stop = step(.written(key: key)) { return .interrupted(stop) }
      try rename(temporary.name, to: names.file, in: directory, ifNoneMatch: ifNoneMatch)
    } catch {
      unlinkat(directory.number, temporary.name, 0)
      throw error
    }
    return try makeDurable(key, in: directory, etag)
  }

  /// Gives a draft its name.
  ///
  /// - Returns: nil where that cannot be done: its bytes have to be copied.
  private func place(
    _ draft: DirectoryDraft, as file: String, of key: String, in directory: borrowing Descriptor,
    ifNoneMatch: Bool
  ) throws(SystemCallFailure) -> Writing? {
    let etag = try sync(draft.file)
    if let stop = step(.written(key: key)) { return .interrupted(stop) }
    if ifNoneMatch {
      guard try link(draft, as: file, in: directory) else { return nil }
    } else {
      // A link does not replace a file; a name between does.
      let temporary = KeyPath.newTemporaryName()
      guard try link(draft, as: temporary, in: directory) else { return nil }
      do {
        try rename(temporary, to: file, in: directory, ifNoneMatch: false)
      } catch {
        unlinkat(directory.number, temporary, 0)
        throw error
      }
    }
    return try makeDurable(key, in: directory, etag)
  }

  /// Says whether the draft has the name now.
  private func link(
    _ draft: DirectoryDraft, as name: String, in directory: borrowing Descriptor
  ) throws(SystemCallFailure) -> Bool {
    guard draft.claim() else { return false }
    let (source, target) = ("/proc/self/fd/\(draft.file.number)", directory.number)
    do throws(SystemCallFailure) {
      try calls.make(.link) { linkat(AT_FDCWD, source, target, name, AT_SYMLINK_FOLLOW) }
      return true
    } catch {
      draft.release()
      // The key's directory may be another file system; ENOENT is of a missing /proc.
      switch error.errno {
      case EXDEV, ENOENT, ENOTSUP, EPERM: return false
      default: throw error
      }
    }
  }

  private func sync(_ file: borrowing Descriptor) throws(SystemCallFailure) -> ETag {
    let number = file.number
    try calls.make(.syncFile) { fsync(number) }
    return ObjectHead(try calls.status(file)).etag
  }

  private func makeDurable(
    _ key: String, in directory: borrowing Descriptor, _ etag: ETag
  ) throws(SystemCallFailure) -> Writing {
    if let stop = step(.renamed(key: key)) { return .interrupted(stop) }
    let number = directory.number
    try calls.make(.syncDirectory) { fsync(number) }
    if let stop = step(.synced(key: key)) { return .interrupted(stop) }
    return .done(etag)
  }

  private func step(_ step: Step) -> (any Error)? {
    do {
      try onStep?(step)
      return nil
    } catch {
      return error
    }
  }

  /// Bytes that are read and written at once.
  private static let pieceSize = 1 << 20

  /// Answers with the error where the content cannot be read.
  private func write(
    _ content: any ObjectContent, of key: String, to file: borrowing Descriptor
  ) throws(SystemCallFailure) -> StorageError? {
    if let held = content as? HeldContent {
      try calls.write(held.bytes, to: file)
      return nil
    }
    let byteCount = content.byteCount
    for start in stride(from: 0, to: byteCount, by: DirectoryStore.pieceSize) {
      let piece: [UInt8]
      do throws(StorageError) {
        let end = min(byteCount, start + DirectoryStore.pieceSize)
        piece = try content.read(start..<end, for: key, in: name)
      } catch {
        return error
      }
      try calls.write(piece, to: file)
    }
    return nil
  }

  private func rename(
    _ temporary: String, to file: String, in directory: borrowing Descriptor, ifNoneMatch: Bool
  ) throws(SystemCallFailure) {
    let number = directory.number
    guard ifNoneMatch else {
      try calls.make(.rename) { renameat(number, temporary, number, file) }
      return
    }
    // Unlike rename, link refuses a name that is taken, also on NFS.
    try calls.make(.link) { linkat(number, temporary, number, file, 0) }
    try calls.make(.unlink) { unlinkat(number, temporary, 0) }
  }

  /// Opens the key's directory, making what lacks, and makes its way down durable once.
  private func makeDirectory(_ names: KeyPath) throws(SystemCallFailure) -> Descriptor {
    let isKnown = prepared.contains(names.directoryPath)
    var directory = try openRoot(O_RDONLY)
    var isNew = false
    for name in names.directories {
      let parent = directory.number
      do throws(SystemCallFailure) {
        try calls.make(.makeDirectory) { mkdirat(parent, name, 0o777) }
        isNew = true
      } catch {
        if error.errno != EEXIST { throw error }
      }
      if isNew || !isKnown { try calls.make(.syncDirectory) { fsync(parent) } }
      directory = try openBelow(directory, name)
    }
    if !isKnown || isNew {
      removeLeftovers(in: directory)
      prepared.insert(names.directoryPath)
    }
    return directory
  }

  private func openBelow(
    _ directory: borrowing Descriptor, _ name: String
  ) throws(SystemCallFailure) -> Descriptor {
    do throws(SystemCallFailure) {
      return try calls.open(.openDirectory, name, in: directory.number, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    } catch {
      guard error.errno == ENOTDIR || error.errno == ELOOP else { throw error }
      throw SystemCallFailure(call: .openDirectory, errno: EISDIR)
    }
  }

  /// A new temporary file, locked, so that nobody takes it for a dead writer's.
  private func createTemporary(
    in directory: borrowing Descriptor
  ) throws(SystemCallFailure) -> TemporaryFile {
    while true {
      let name = KeyPath.newTemporaryName()
      let temporary = TemporaryFile(
        file: try calls.open(
          .createFile, name, in: directory.number, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o666),
        name: name)
      let number = temporary.file.number
      do {
        try calls.make(.lockFile) { flock(number, LOCK_EX) }
        // Between its creation and the lock another writer may have swept it away.
        if try calls.status(temporary.file).st_nlink > 0 { return temporary }
      } catch {
        unlinkat(directory.number, name, 0)
        throw error
      }
    }
  }

  /// Removes the temporary files of writers that were killed: those that nobody holds a lock on.
  private func removeLeftovers(in directory: borrowing Descriptor) {
    let copy = openat(directory.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0, let stream = fdopendir(copy) else {
      if copy >= 0 { close(copy) }
      return
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      guard let name = DirectoryWalk.name(of: entry), KeyOrder.begins(name, with: KeyPath.temporary) else {
        continue
      }
      let number = openat(directory.number, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard number >= 0 else { continue }
      let file = Descriptor(number)
      if flock(file.number, LOCK_EX | LOCK_NB) == 0 { unlinkat(directory.number, name, 0) }
    }
  }
}

/// A file that is being written, under a name that no key has.
private struct TemporaryFile: ~Copyable {
  let file: Descriptor
  let name: String
}

/// The directories that one store has made durable and swept.
final class PreparedDirectories: Sendable {
  private let paths = Mutex<Set<String>>([])

  func contains(_ path: String) -> Bool { paths.withLock { $0.contains(path) } }

  func insert(_ path: String) { paths.withLock { _ = $0.insert(path) } }
}
