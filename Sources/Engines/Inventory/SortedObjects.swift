import Foundation
import Glibc
import ObjectStorage
import Synchronization
import Time

/// Listed objects in the order of their keys, in files without a name: an inventory may list more than fits in
/// memory, and in any order.
final class SortedObjects {
  /// Objects that are sorted at a time: about 60 MB.
  private let runLength: Int
  private var buffer: [ListedObject] = []
  private var runs: [ObjectFile] = []
  private(set) var count = 0

  init(runLength: Int = 200_000) { self.runLength = runLength }

  /// Takes an object.
  func add(_ object: ListedObject) throws {
    buffer.append(object)
    count += 1
    if buffer.count >= runLength { try flush() }
  }

  private func flush() throws {
    buffer.sort { KeyOrder.precedes($0.key, $1.key) }
    let run = try ObjectFile()
    for object in buffer { try run.append(object) }
    try run.finish()
    runs.append(run)
    buffer = []
  }

  /// All objects, in order.
  func finish() throws -> ObjectFile {
    if !buffer.isEmpty || runs.isEmpty { try flush() }
    if runs.count == 1 { return runs[0] }
    let merged = try ObjectFile()
    var readers = try runs.map { run in try ObjectFile.Reader(run, from: 0) }
    var heads = try readers.indices.map { try readers[$0].next() }
    while true {
      var least: Int?
      for index in heads.indices {
        guard let head = heads[index] else { continue }
        if let known = least, let other = heads[known], !KeyOrder.precedes(head.key, other.key) { continue }
        least = index
      }
      guard let index = least, let head = heads[index] else { break }
      try merged.append(head)
      heads[index] = try readers[index].next()
    }
    try merged.finish()
    runs = []
    return merged
  }
}

/// Listed objects in a file of this process's own, which is gone with it.
final class ObjectFile: Sendable {
  private let descriptor: Int32
  private let state = Mutex(State())

  private struct State {
    var pending: [UInt8] = []
    var size: Int64 = 0
    /// Every thousandth key, with the place where it begins.
    var marks: [(key: String, offset: Int64)] = []
    var count = 0
  }

  private static let markEvery = 1_000

  init() throws {
    var template = Array((FileManager.default.temporaryDirectory.path + "/lakecanary-XXXXXX").utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw ObjectFile.failure() }
    unlink(template)
  }

  deinit { close(descriptor) }

  private static func failure() -> StorageError {
    StorageError(
      .ioFailed, .open, store: FileManager.default.temporaryDirectory.path,
      detail: "the inventory cannot be sorted",
      systemError: errno)
  }

  func append(_ object: ListedObject) throws {
    try state.withLock { state in
      if state.count % ObjectFile.markEvery == 0 {
        state.marks.append((object.key, state.size + Int64(state.pending.count)))
      }
      state.count += 1
      for text in [object.key, object.etag.rawValue] {
        let bytes = Array(text.utf8)
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { state.pending += $0 }
        state.pending += bytes
      }
      withUnsafeBytes(of: object.size.littleEndian) { state.pending += $0 }
      withUnsafeBytes(of: object.lastModified.microseconds.littleEndian) { state.pending += $0 }
      if state.pending.count > 1 << 20 { try write(&state) }
    }
  }

  func finish() throws { try state.withLock { state in try write(&state) } }

  private func write(_ state: inout State) throws {
    var rest = state.pending[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(state.size)) }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw ObjectFile.failure() }
      state.size += Int64(written)
      rest = rest.dropFirst(written)
    }
    state.pending = []
  }

  /// Where to begin to read for keys after `key`.
  func offset(before key: String) -> Int64 {
    state.withLock { state in
      var (low, high) = (0, state.marks.count)
      while low < high {
        let middle = (low + high) / 2
        if KeyOrder.precedes(state.marks[middle].key, key) { low = middle + 1 } else { high = middle }
      }
      return low == 0 ? 0 : state.marks[low - 1].offset
    }
  }

  /// Reads on from a place.
  struct Reader {
    private let file: ObjectFile
    private var bytes: [UInt8] = []
    private var position = 0
    /// The place behind what was read into `bytes`.
    private var end: Int64

    init(_ file: ObjectFile, from offset: Int64) throws {
      self.file = file
      end = offset
    }

    /// The next object; nil after the last.
    mutating func next() throws -> ListedObject? {
      guard try fill(4) else { return nil }
      let key = try text()
      let etag = try text()
      guard try fill(16) else { throw ObjectFile.failure() }
      let size = Int64(bitPattern: number(8))
      let time = Int64(bitPattern: number(8))
      return ListedObject(key: key, size: size, lastModified: Timestamp(microseconds: time), etag: ETag(etag))
    }

    private mutating func text() throws -> String {
      guard try fill(4) else { throw ObjectFile.failure() }
      let count = Int(number(4))
      guard try fill(count) else { throw ObjectFile.failure() }
      defer { position += count }
      return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }

    private mutating func number(_ width: Int) -> UInt64 {
      defer { position += width }
      return (0..<width).reduce(0) { $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1) }
    }

    /// Whether `count` more bytes are there.
    private mutating func fill(_ count: Int) throws -> Bool {
      while bytes.count - position < count {
        bytes.removeFirst(position)
        position = 0
        var portion = [UInt8](repeating: 0, count: max(256 * 1_024, count))
        let got = portion.withUnsafeMutableBytes {
          pread(file.descriptor, $0.baseAddress, $0.count, off_t(end))
        }
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw ObjectFile.failure() }
        if got == 0 { return false }
        portion.removeLast(portion.count - got)
        bytes += portion
        end += Int64(got)
      }
      return true
    }
  }
}
