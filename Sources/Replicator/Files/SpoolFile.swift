import Foundation
import ObjectStorage
import Synchronization

/// Bytes that wait on the disk, in a file without a name: it goes with this object and with the process, however that
/// ends.
///
/// It lies in `TMPDIR`, or in `/tmp`.
final class SpoolFile: ObjectDraft {
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
