import Glibc

extension DirectoryStore {
  /// Reads a file, or a part of it.
  ///
  /// - Throws: `StorageError`: `.notFound`, `.preconditionFailed`, `.rangeNotSatisfiable`, `.tooLarge`,
  ///   `.bucketMissing`, `.accessDenied`, `.ioFailed`.
  public func get(
    _ key: String, range: ByteRange?, ifMatch: ETag?
  ) async throws(StorageError) -> ObjectBytes {
    let outcome = try await run(.get, key: key) { () throws(SystemCallFailure) -> Reading in
      try read(key, range: range, ifMatch: ifMatch)
    }
    switch outcome {
    case .object(let object): return object
    case .refused(let code): throw StorageError(code, .get, store: name, key: key)
    }
  }

  private enum Reading: Sendable {
    case object(ObjectBytes)
    case refused(StorageError.Code)
  }

  private func read(
    _ key: String, range: ByteRange?, ifMatch: ETag?
  ) throws(SystemCallFailure) -> Reading {
    let file = try openObject(key)
    let head = ObjectHead(try calls.status(file))
    if let ifMatch, ifMatch != head.etag { return .refused(.preconditionFailed) }
    let part: Range<Int64>
    if let range {
      guard range.isValid, let offsets = range.offsets(in: head.size) else {
        return .refused(.rangeNotSatisfiable)
      }
      part = offsets
    } else {
      part = 0..<head.size
    }
    guard part.upperBound - part.lowerBound <= largestWholeRead else { return .refused(.tooLarge) }
    let bytes = try calls.read(part, of: file)
    // A put replaces the file by another one; bytes that change in place are somebody else's doing, and what
    // was read is then of no state that the object ever had.
    guard Int64(bytes.count) == part.upperBound - part.lowerBound, ObjectHead(try calls.status(file)) == head
    else { return .refused(.preconditionFailed) }
    return .object(
      ObjectBytes(
        bytes: bytes, offset: part.lowerBound, size: head.size, etag: head.etag,
        lastModified: head.lastModified))
  }

  func names(of key: String) throws(SystemCallFailure) -> KeyPath {
    guard let names = KeyPath(key) else {
      throw SystemCallFailure(call: .openFile, errno: ENAMETOOLONG)
    }
    return names
  }

  func openRoot(_ flags: Int32) throws(SystemCallFailure) -> Descriptor {
    try calls.open(.openRoot, path, flags | O_DIRECTORY)
  }

  /// Opens a directory name by name, without following links.
  func openDirectory(_ names: [String], _ flags: Int32) throws(SystemCallFailure) -> Descriptor {
    var directory = try openRoot(flags)
    for name in names {
      directory = try calls.open(
        .openDirectory, name, in: directory.number, flags | O_DIRECTORY | O_NOFOLLOW)
    }
    return directory
  }

  /// Opens an object's file for reading.
  func openObject(_ key: String) throws(SystemCallFailure) -> Descriptor {
    let names = try names(of: key)
    let directory = try openDirectory(names.directories, O_RDONLY)
    // Without O_NONBLOCK, opening a named pipe would wait for its writer.
    let file = try calls.open(
      .openFile, names.file, in: directory.number, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    guard try calls.status(file).st_mode & S_IFMT == S_IFREG else {
      throw SystemCallFailure(call: .openFile, errno: ENOENT)
    }
    return file
  }
}
