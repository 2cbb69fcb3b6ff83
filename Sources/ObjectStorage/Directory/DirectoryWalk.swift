import Glibc

/// A walk through a directory tree in the order of the keys' UTF-8 bytes; a value, so that a cursor carries it.
///
/// Each directory is read when the walk enters it. Names that cannot hold a key that is asked for are dropped
/// at once. Only regular files are objects; symbolic links are not followed, so nothing outside is listed.
struct DirectoryWalk: Sendable {
  private struct Entry: Sendable {
    /// The key from the root; ends in `/` for a directory.
    let key: String
    /// The path from the root.
    let path: String
    let isDirectory: Bool
  }

  private struct Level: Sendable {
    let base: String
    let entries: [Entry]
    var position = 0
  }

  /// A file met on the walk.
  struct Found {
    let key: String
    let path: String
  }

  private let query: ListQuery
  private let calls: FileCalls
  private var levels: [Level] = []
  private var isStarted = false
  /// What the delimiter has rolled up already.
  private var rolledUp: String?

  init(_ query: ListQuery, _ calls: FileCalls) {
    (self.query, self.calls) = (query, calls)
  }

  /// The next file, in order; nil at the end.
  mutating func next(root: borrowing Descriptor) throws(SystemCallFailure) -> Found? {
    if !isStarted {
      isStarted = true
      try enter(base: "", path: ".", root: root)
    }
    while var level = levels.popLast() {
      if let rolledUp, KeyOrder.begins(level.base, with: rolledUp) { continue }
      guard level.position < level.entries.count else { continue }
      let entry = level.entries[level.position]
      level.position += 1
      levels.append(level)
      if let rolledUp, KeyOrder.begins(entry.key, with: rolledUp) { continue }
      guard entry.isDirectory else { return Found(key: entry.key, path: entry.path) }
      try enter(base: entry.key, path: entry.path, root: root)
    }
    return nil
  }

  /// Leaves out all further keys that begin with `prefix`.
  mutating func skip(_ prefix: String) { rolledUp = prefix }

  private mutating func enter(
    base: String, path: String, root: borrowing Descriptor
  ) throws(SystemCallFailure) {
    do throws(SystemCallFailure) {
      levels.append(try level(base: base, path: path, root: root))
    } catch {
      // Removed, or replaced by a file, since its name was read.
      let isGone = error.call == .openDirectory && [ENOENT, ENOTDIR, ELOOP].contains(error.errno)
      if base.isEmpty || !isGone { throw error }
    }
  }

  private func level(
    base: String, path: String, root: borrowing Descriptor
  ) throws(SystemCallFailure) -> Level {
    let opened = try calls.open(
      .openDirectory, path, in: root.number, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    // fdopendir takes the descriptor over, and this one closes with its owner.
    let duplicate = try calls.make(.readDirectory) { dup(opened.number) }
    guard let stream = fdopendir(duplicate) else {
      let reason = errno
      close(duplicate)
      throw SystemCallFailure(call: .readDirectory, errno: reason)
    }
    defer { closedir(stream) }
    if let forced = calls.fault?(.readDirectory) {
      throw SystemCallFailure(call: .readDirectory, errno: forced)
    }

    var entries: [Entry] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw SystemCallFailure(call: .readDirectory, errno: errno) }
        break
      }
      guard let name = DirectoryWalk.name(of: entry), name != ".", name != "..",
        let part = KeyPath.part(ofFileName: name)
      else { continue }
      let isDirectory: Bool
      switch Int(entry.pointee.d_type) {
      case Int(DT_DIR): isDirectory = true
      case Int(DT_REG): isDirectory = false
      case Int(DT_UNKNOWN):
        var status = stat()
        guard fstatat(opened.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        guard isDirectory || status.st_mode & S_IFMT == S_IFREG else { continue }
      default: continue
      }
      let key = isDirectory ? base + part + "/" : base + part
      // A longer name is of no key, and what lies beneath it neither.
      guard key.utf8.count <= KeyPath.largestKey, mayHold(key, isDirectory: isDirectory) else { continue }
      entries.append(Entry(key: key, path: path == "." ? name : "\(path)/\(name)", isDirectory: isDirectory))
    }
    entries.sort { KeyOrder.precedes($0.key, $1.key) }
    return Level(base: base, entries: entries)
  }

  /// Whether the key, or a key beneath it, is asked for.
  private func mayHold(_ key: String, isDirectory: Bool) -> Bool {
    let fits =
      KeyOrder.begins(key, with: query.prefix) || isDirectory && KeyOrder.begins(query.prefix, with: key)
    guard fits, let startAfter = query.startAfter else { return fits }
    return KeyOrder.precedes(startAfter, key)
      || isDirectory && KeyOrder.begins(startAfter, with: key)
  }

  /// An entry's name; nil where it is no UTF-8, which no key is.
  static func name(of entry: UnsafeMutablePointer<dirent>) -> String? {
    guard let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) else { return nil }
    // The name ends with a NUL within the entry (man 3 readdir).
    let start = (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self)
    return String(validatingCString: start)
  }
}
