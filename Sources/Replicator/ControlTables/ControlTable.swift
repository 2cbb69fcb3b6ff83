import DMS

/// A table in which a task tells of itself (DMS.md section 1).
///
/// The columns are those of the UserGuide ("Control table task settings"), with the types that a table of Athena over
/// real files of `awsdms_status` has; those of the other tables are inferred from it. `awsdms_apply_exceptions` is not
/// among them: no setting enables it, and DMS makes it on database targets alone (UserGuide, same page).
enum ControlTable: Int, CaseIterable {
  // The numbers are those of the upload queue, where the task's tables count from 0.
  case status = -2
  case history = -3
  case suspendedTables = -4

  var name: String {
    switch self {
    case .status: "awsdms_status"
    case .history: "awsdms_history"
    case .suspendedTables: "awsdms_suspended_tables"
    }
  }

  /// The columns with their types in PostgreSQL's terms.
  var columns: [(name: String, oid: UInt32)] {
    let (text, time, number): (UInt32, UInt32, UInt32) = (25, 1_114, 20)
    return switch self {
    case .status:
      [
        ("server_name", text), ("task_name", text), ("task_status", text), ("status_time", time),
        ("pending_changes", number), ("disk_swap_size", number), ("task_memory", number),
        ("source_current_position", text), ("source_current_timestamp", time), ("source_tail_position", text),
        ("source_tail_timestamp", time), ("source_timestamp_applied", time),
      ]
    case .history:
      [
        ("server_name", text), ("task_name", text), ("timeslot_type", text), ("timeslot", time),
        ("timeslot_duration", number), ("timeslot_latency", number), ("timeslot_records", number),
        ("timeslot_volume", number),
      ]
    case .suspendedTables:
      [
        ("server_name", text), ("task_name", text), ("table_owner", text), ("table_name", text),
        ("suspend_reason", text), ("suspend_timestamp", time),
      ]
    }
  }
}

extension EncodedObject {
  /// Whether it tells of the task, and holds no row of the source.
  var isOfControlTable: Bool { ControlTable(rawValue: table) != nil }
}
