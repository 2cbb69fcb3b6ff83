import Foundation
import Postgres
import Time

/// What a row of `awsdms_status` says.
struct TaskFacts {
  /// The UserGuide's words for what a task does.
  enum Status: String {
    case fullLoad = "FULL LOAD"
    case changes = "CHANGE PROCESSING (CDC)"
    case notRunning = "NOT RUNNING"
  }

  var status: Status
  /// Changes that were read and are in no durable object.
  var pendingChanges = 0
  /// Bytes of open files on the disk.
  var spooledByteCount = 0
  /// Up to where the log was read.
  var position = LSN.zero
  /// The latest commit that was read.
  var time: Timestamp?
  /// Up to where the source was told that it may forget.
  var tail = LSN.zero
  /// The latest commit in a durable object.
  var appliedTime: Timestamp?
  /// Rows that were read, and bytes that were written, since the run began.
  var records = 0
  var byteCount = 0

  /// Megabytes of memory that this process holds.
  static var memoryMB: Int {
    let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
    let pages = fields.flatMap { $0.count > 1 ? Int($0[1]) : nil } ?? 0
    return pages * Int(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
  }

  static var serverName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
