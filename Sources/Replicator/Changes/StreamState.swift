import Postgres
import Synchronization
import Time

/// What a run holds while it reads changes.
final class StreamState {
  let replication: ReplicationConnection
  let skipped: SkippedPublication
  let writer: ChangeWriter
  let slots: ReplicationSlots
  let uploads: UploadQueue
  let unrepresentableBefore: Int
  var lastFeedback: Timestamp
  var replyRequested = false
  /// When the heartbeat's row is updated next; nil where there is none.
  var nextHeartbeat: Timestamp?
  var heartbeats = 0

  init(
    replication: ReplicationConnection, skipped: SkippedPublication, writer: ChangeWriter,
    slots: ReplicationSlots, uploads: UploadQueue,
    unrepresentableBefore: Int, now: Timestamp
  ) {
    self.replication = replication
    self.skipped = skipped
    self.writer = writer
    self.slots = slots
    self.uploads = uploads
    self.unrepresentableBefore = unrepresentableBefore
    lastFeedback = now
  }
}

/// Whether the server has passed a publication over that was not there when a change was made.
///
/// It ends the stream then, but since PostgreSQL 18, which sends a warning and goes on (pgoutput.c, LoadPublications).
final class SkippedPublication: Sendable {
  private let heard = Atomic<Bool>(false)

  var isThere: Bool { heard.load(ordering: .relaxed) }

  func hear(_ notice: Notice) {
    guard notice.sqlState == .objectNotInPrerequisiteState else { return }
    heard.store(true, ordering: .relaxed)
  }
}
