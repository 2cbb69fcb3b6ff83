import Postgres

/// Why the replicator stopped: what happened, where, and the mend.
public struct ReplicatorError: Error, Sendable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Code: Hashable, Sendable {
    /// A part of the task makes no sense: its name, its prefix, a fault.
    case invalidTask
    /// Nobody answers at the source, or it does not let this user in.
    case sourceUnreachable
    /// The source refused a statement: rights, mostly.
    case sourceRefused
    /// The source went away.
    case connectionLost
    /// `wal_level` is not `logical`.
    case logicalReplicationOff
    /// `max_replication_slots` is used up.
    case noReplicationSlotFree
    /// The source is older than PostgreSQL 13.
    case unsupportedServer
    /// The slot of a task that has been running is gone.
    case slotMissing
    /// The source has removed the log that the slot still needed.
    case slotInvalidated
    /// Another process streams from the slot.
    case slotInUse
    /// A slot of this task's name belongs to another plugin or database.
    case slotOfAnother
    /// Changes cannot begin at the position that was asked for.
    case startPositionOutOfReach
    /// A publication to read through is not there, or was not there yet when a change was made.
    case publicationMissing
    /// The mappings select no table.
    case noTables
    /// A value that PostgreSQL sent is not of the type that its catalog names.
    case malformedValue
    /// A line of COPY's text format that breaks the format.
    case malformedRow
    /// The stream breaks the replication protocol.
    case malformedStream
    /// A transaction that was read is not visible at the source: mostly it waits for a synchronous standby.
    case commitNotVisible
    /// The bucket refused an object, or cannot be reached; see `cause`.
    case storage
    /// A file could not be made; see `cause`.
    case encoding
    /// A table cannot be written under its target names; see `cause`.
    case invalidTarget
    /// The truth file of the faults cannot be written.
    case truthFile
    /// The statistics' file cannot be written.
    case statisticsFile
    /// What is in the statistics' file is none of a replicator's.
    case statisticsUnreadable
    /// Rows cannot be spooled to the disk.
    case spool
  }

  /// What went wrong.
  public var code: Code
  /// The schema and table that it is about, or nil.
  public var table: String?
  /// The column that it is about, or nil.
  public var column: String?
  /// What is wrong, without any value of a row.
  public var detail: String
  /// What was thrown below, or nil.
  public var cause: (any Error)?

  /// An error of a kind, about a table and a column where they are known.
  public init(
    _ code: Code, table: String? = nil, column: String? = nil, detail: String, cause: (any Error)? = nil
  ) {
    self.code = code
    self.table = table
    self.column = column
    self.detail = detail
    self.cause = cause
  }

  /// What to do about it, or nil where the detail of a cause says it already.
  public var mend: String? {
    switch code {
    case .logicalReplicationOff:
      "set wal_level = logical (on RDS: rds.logical_replication = 1) and restart the server"
    case .noReplicationSlotFree:
      "drop slots that are not used any more, or raise max_replication_slots; a full load needs two for a moment"
    case .unsupportedServer: "use PostgreSQL 13 or later"
    case .slotMissing, .slotInvalidated:
      "changes since then are lost to this task: clean it up, or start it afresh, which loads the tables again"
    case .slotInUse: "stop the other process, or give this task another name"
    case .slotOfAnother: "give this task another name"
    case .noTables: "check the selection rules against the names of the source's tables; case counts"
    case .startPositionOutOfReach:
      "give a position that the slot has not confirmed yet, or none, to go on from where the slot is"
    case .publicationMissing:
      "make the publication before the slot: a slot sees publications as they were when each change was made"
    case .commitNotVisible: "see that the source's synchronous standbys answer (synchronous_standby_names)"
    case .truthFile, .statisticsFile: "give a path that can be written"
    case .statisticsUnreadable: "give the path of the file that `lakecanary replicate` writes"
    case .spool: "give TMPDIR a directory with room, or lower MaxFileSize and CdcMinFileSize"
    case .invalidTask, .sourceUnreachable, .sourceRefused, .connectionLost, .malformedValue, .malformedRow,
      .malformedStream, .storage, .encoding, .invalidTarget:
      nil
    }
  }

  /// Whether it may go away by connecting again.
  public var isTransient: Bool {
    switch code {
    case .connectionLost, .commitNotVisible: true
    case .sourceUnreachable: (cause as? PostgresError)?.isTransient ?? false
    default: false
    }
  }

  /// One line: what happened, to which table, and the mend.
  public var description: String {
    let place = [table, column].compactMap { $0 }.joined(separator: ".")
    return (place.isEmpty ? "" : place + ": ") + detail + (mend.map { "; " + $0 } ?? "")
  }
}
