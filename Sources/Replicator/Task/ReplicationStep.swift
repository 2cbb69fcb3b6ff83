public import DMS
public import Postgres

/// The steps of a run at which a crash leaves something behind; a hook is called at each.
public enum ReplicationStep: Hashable, Sendable {
  /// The publications are there.
  case publicationsCreated
  /// The slot of a full load is there; the snapshot is of that position.
  case loadSlotCreated(LSN)
  /// Objects of a target table that were in the way are gone.
  case targetPrepared(QualifiedName)
  /// A full-load object is durable.
  case fullLoadObjectWritten(key: String)
  /// All full-load objects of a source table are durable.
  case tableLoaded(QualifiedName)
  /// All full-load objects are durable; a restart would still load again.
  case fullLoadFinished
  /// The slot is there from which a restart resumes.
  case liveSlotCreated
  /// The stream has begun.
  case streaming(from: LSN)
  /// The stream was received up to here; nothing of it need be durable yet.
  case received(LSN)
  /// A file is complete in memory.
  case objectEncoded(key: String)
  /// A CDC object is durable.
  case objectWritten(key: String)
  /// The source was told that it may forget what is before.
  case lsnConfirmed(LSN)
  /// What DDL at the source asks for was done: a new table is published, a dropped one's objects are gone.
  case ddlFollowed
  /// The heartbeat's row was updated, for the n-th time since the stream began.
  case heartbeat(Int)
  /// Everything is written and confirmed.
  case stopped

  /// The step's name without its details.
  public var name: String {
    switch self {
    case .publicationsCreated: "publicationsCreated"
    case .loadSlotCreated: "loadSlotCreated"
    case .targetPrepared: "targetPrepared"
    case .fullLoadObjectWritten: "fullLoadObjectWritten"
    case .tableLoaded: "tableLoaded"
    case .fullLoadFinished: "fullLoadFinished"
    case .liveSlotCreated: "liveSlotCreated"
    case .streaming: "streaming"
    case .received: "received"
    case .objectEncoded: "objectEncoded"
    case .objectWritten: "objectWritten"
    case .lsnConfirmed: "lsnConfirmed"
    case .ddlFollowed: "ddlFollowed"
    case .heartbeat: "heartbeat"
    case .stopped: "stopped"
    }
  }
}
