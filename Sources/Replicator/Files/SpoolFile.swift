import Foundation
import ObjectStorage
import Synchronization

/// Bytes that wait on the disk, in a file without a name: it goes with this object and with the process, however that
/// ends.
///
/// It lies in `TMPDIR`, or in `/tmp`.
final class SpoolFile: Sendable {
  private let descriptor: Int32
  private let size = Mutex(0)

  init() throws(ReplicatorError) {
    let directory = FileManager.default.temporaryDirectory.path
    var template = Array((directory + "/lakecanary-spool-XXXXXX").utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw SpoolFile.failure(errno, "made in \(directory)") }
    unlink(template)
    // Nothing is started by a replication; this is for those who use the module otherwise.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  var byteCount: Int { size.withLock { $0 } }

  /// Adds bytes at the end.
  func append(_ bytes: [UInt8]) throws(ReplicatorError) {
    var (offset, written) = (byteCount, 0)
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        pwrite(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written, off_t(offset))
      }
      if count < 0 {
        let reason = errno
        if reason == EINTR { continue }
        throw SpoolFile.failure(reason, "written")
      }
      written += count
      offset += count
    }
    size.withLock { $0 = offset }
  }

  func read(_ range: Range<Int>) throws(ReplicatorError) -> [UInt8] {
    var reason: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      while count < range.count {
        let got = pread(
          descriptor, buffer.baseAddress?.advanced(by: count), range.count - count,
          off_t(range.lowerBound + count))
        if got < 0, errno == EINTR { continue }
        if got <= 0 {
          reason = got < 0 ? errno : EIO
          return
        }
        count += got
      }
    }
    guard bytes.count == range.count else { throw SpoolFile.failure(reason, "read") }
    return bytes
  }

  private static func failure(_ reason: Int32, _ what: String) -> ReplicatorError {
    ReplicatorError(
      .spool,
      detail: "the file on the disk for rows that do not fit into memory cannot be \(what): "
        + String(cString: strerror(reason)))
  }
}

/// A file that is complete: what of it waits on the disk, and the rest.
struct EncodedFile: ObjectContent {
  var spool: SpoolFile?
  var tail: [UInt8]

  /// A file that is in memory alone.
  init(_ bytes: [UInt8]) {
    tail = bytes
  }

  init(spool: SpoolFile?, tail: [UInt8]) {
    self.spool = spool
    self.tail = tail
  }

  var byteCount: Int { spooledByteCount + tail.count }
  var spooledByteCount: Int { spool?.byteCount ?? 0 }

  func read(_ range: Range<Int>) throws -> [UInt8] {
    let border = spooledByteCount
    var bytes: [UInt8] = []
    if let spool, range.lowerBound < border {
      bytes = try spool.read(range.lowerBound..<min(border, range.upperBound))
    }
    if range.upperBound > border {
      bytes += tail[max(0, range.lowerBound - border)..<range.upperBound - border]
    }
    return bytes
  }
}

/// A file that grows: what is more than so many bytes goes to the disk.
struct Spool {
  /// Below it a file is held in memory alone, as most files are.
  static let threshold = 8 << 20

  private(set) var file: SpoolFile?

  var byteCount: Int { file?.byteCount ?? 0 }

  /// Moves bytes to the disk.
  mutating func move(_ bytes: [UInt8]) throws(ReplicatorError) {
    if file == nil { file = try SpoolFile() }
    try file?.append(bytes)
  }
}
