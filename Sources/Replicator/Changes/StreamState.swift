import Postgres
import Time

/// What a run holds while it reads changes.
final class StreamState {
  let replication: ReplicationConnection
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
    replication: ReplicationConnection, writer: ChangeWriter, slots: ReplicationSlots, uploads: UploadQueue,
    unrepresentableBefore: Int, now: Timestamp
  ) {
    self.replication = replication
    self.writer = writer
    self.slots = slots
    self.uploads = uploads
    self.unrepresentableBefore = unrepresentableBefore
    lastFeedback = now
  }
}
