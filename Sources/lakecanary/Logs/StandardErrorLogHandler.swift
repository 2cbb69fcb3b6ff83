import Foundation
import Logging
import Reporting
import Time

/// Log lines on standard error, one event a line.
///
/// Under systemd, whose journal keeps the time itself, a line begins with the priority that sd-daemon(3)
/// knows (`<4>`); elsewhere with the time and the level.
struct StandardErrorLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel: Logger.Level
  private let label: String
  private let isJournal: Bool
  private let clock: any WallClock
  private let write: @Sendable (String) -> Void

  init(
    label: String, level: Logger.Level, isJournal: Bool, clock: any WallClock,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.label = label
    logLevel = level
    self.isJournal = isJournal
    self.clock = clock
    self.write = write
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var fields = metadata
    fields.merge(metadataProvider?.get() ?? [:]) { $1 }
    fields.merge(event.metadata ?? [:]) { $1 }
    if let error = event.error { fields["error"] = "\(error)" }
    var line = isJournal ? "<\(Self.priority(event.level))>" : "\(clock.now()) \(event.level.rawValue) "
    line += "\(label): \(event.message)"
    for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
      line += " \(name)=\(Self.quoted("\(value)"))"
    }
    write(SafeText.shown(line))
  }

  /// Whether standard error is the journal itself: JOURNAL_STREAM holds the device and inode of the stream
  /// that systemd gave (systemd.exec(5)).
  static func isJournal(_ environment: [String: String], descriptor: Int32 = STDERR_FILENO) -> Bool {
    guard let stream = environment["JOURNAL_STREAM"] else { return false }
    var status = stat()
    return fstat(descriptor, &status) == 0 && stream == "\(status.st_dev):\(status.st_ino)"
  }

  private static func quoted(_ value: String) -> String {
    guard value.isEmpty || value.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else {
      return value
    }
    return "\"\(value.replacing("\"", with: "\\\""))\""
  }

  private static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}
