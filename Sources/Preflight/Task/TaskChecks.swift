import AWS
import DMS
import Foundation
import Time

/// The task runs.
struct TaskStatusCheck: TaskCheck {
  static let name = "status"
  static let wanted = "a task that is running, of full load and ongoing changes"
  static let why = "nothing arrives while it does not run, and its slot holds the log meanwhile"

  func diagnose(_ facts: TaskFacts) -> [Diagnosis] {
    let task = facts.task
    var found = "\(task.identifier) is \(task.status)"
    if let reason = task.stopReason, !task.isRunning { found += " (\(reason))" }
    if let stopped = task.stopDate, !task.isRunning { found += " since \(stopped)" }
    if let failure = task.lastFailure, !task.isRunning { found += ": \(failure)" }
    if task.isRunning, task.migrationType != "full-load" {
      let migration = task.migrationType
      return [diagnosis(.ok, found + (migration.isEmpty ? "" : ", \(migration)"))]
    }
    switch task.status {
    case "running":
      return [
        diagnosis(
          .critical, found + ", full-load alone: changes are not replicated",
          mend: "make a task of the type full-load-and-cdc")
      ]
    case "failed", "stopped":
      return [diagnosis(.critical, found, mend: Self.mend(task))]
    case "ready", "creating":
      return [
        diagnosis(.critical, found + ": it was never started", mend: "start it: start-replication")
      ]
    default:
      return [diagnosis(.warning, found, mend: "wait until it is running, then look again")]
    }
  }

  private static func mend(_ task: ReplicationTask) -> String {
    let reason = task.stopReason ?? ""
    let resume = "resume it: aws dms start-replication-task --start-replication-task-type resume-processing"
    if reason.contains("LOW_MEMORY") { return "give it a larger instance class, then \(resume)" }
    if reason.contains("LOW_DISK") { return "give its instance more storage, then \(resume)" }
    if reason.contains("AFTER_FULL_LOAD") || reason.contains("CACHED_EVENTS") {
      return "set StopTaskCachedChangesApplied and StopTaskCachedChangesNotApplied to false, then \(resume)"
    }
    return task.status == "failed"
      ? "see the task's log in CloudWatch (dms-tasks-…), mend the cause, then \(resume)" : resume
  }
}

/// The task's mappings select the canary's tables, and name them as configured.
struct TaskMappingCheck: TaskCheck {
  static let name = "table-mappings"
  static let wanted = "mappings that select each table of the canary, under the name that is configured"
  static let why =
    "a table that the task does not select never arrives, and one that it renames arrives elsewhere"

  func diagnose(_ facts: TaskFacts) -> [Diagnosis] {
    guard let json = facts.task.tableMappings else { return [diagnosis(.unknown, "DMS shows no mappings")] }
    let theirs: TableMappings
    do throws(DMSError) {
      theirs = try TableMappings(json: json)
    } catch {
      return [diagnosis(.unknown, "the task's mappings cannot be read here: \(error)")]
    }
    return facts.expectations.tables.map { table in
      let subject = table.description
      guard theirs.selects(table) else {
        return diagnosis(
          .critical, "the task does not select it", subject: subject,
          mend: "add a selection rule for the schema \(table.schema) to the task's mappings, then reload it")
      }
      let target = theirs.target(of: table)
      let configured = facts.expectations.mappings?.target(of: table) ?? table
      guard target == configured else {
        return diagnosis(
          .critical, "the task writes it as \(target), and lakecanary looks for \(configured)",
          subject: subject, mend: "give lakecanary the task's mappings (table_mappings)")
      }
      return diagnosis(.ok, "selected", subject: subject)
    }
  }
}

/// The task's settings do not cost rows.
struct TaskSettingsCheck: TaskCheck {
  static let name = "task-settings"
  static let wanted = "limited LOB mode with a size that holds the longest value, BatchApplyEnabled off"
  static let why =
    "longer values are cut; and DMS warns that BatchApplyEnabled may lose data with an S3 target"

  func diagnose(_ facts: TaskFacts) -> [Diagnosis] {
    guard let text = facts.task.settings else { return [] }
    let settings: TaskSettings
    do throws(DMSError) {
      settings = try TaskSettings(json: text)
    } catch {
      return [diagnosis(.unknown, "the task's settings cannot be read here: \(error)")]
    }
    var diagnoses: [Diagnosis] = []
    if settings.appliesInBatches {
      diagnoses.append(
        diagnosis(.warning, "BatchApplyEnabled is on", mend: "set TargetMetadata.BatchApplyEnabled to false"))
    }
    if settings.fullLOBMode {
      diagnoses.append(
        diagnosis(
          .warning, "full LOB mode, which an S3 target does not have",
          mend: "set LimitedSizeLobMode to true and LobMaxSize above the longest value"))
    } else if settings.supportsLOBs == false {
      diagnoses.append(
        diagnosis(
          .warning, "LOB columns are left out (SupportLobs is false)",
          mend: "set TargetMetadata.SupportLobs to true"))
    } else if let size = settings.lobMaxSizeKB {
      diagnoses.append(diagnosis(.ok, "LOBs up to \(size) KB"))
    }
    if settings.logs == false {
      diagnoses.append(
        diagnosis(
          .warning, "logging is off", wanted: "the task's log in CloudWatch",
          why: "what DMS cuts, ignores or cannot read stands in its log alone",
          mend: "set Logging.EnableLogging to true"))
    }
    return diagnoses
  }
}

/// DMS's own state of each table.
struct TableStateCheck: TaskCheck {
  static let name = "table-state"
  static let wanted = "every table completed, without errors"
  static let why = "a table in error is suspended: the task runs on without it"

  func diagnose(_ tables: [TableStatistics], _ facts: TaskFacts) -> [Diagnosis] {
    var diagnoses: [Diagnosis] = []
    for table in tables {
      let subject = "\(table.schema).\(table.table)"
      if ["Table error", "Table cancelled", "Table does not exist"].contains(table.state) {
        diagnoses.append(
          diagnosis(
            .critical, table.state, subject: subject,
            mend: "see the task's log for it, mend the cause, then reload the table"))
      } else if table.fullLoadErrorRows > 0 {
        diagnoses.append(
          diagnosis(
            .critical, "\(table.fullLoadErrorRows) rows could not be loaded", subject: subject,
            mend: "see the task's log for them, then reload the table"))
      }
    }
    for name in facts.expectations.tables
    where !tables.contains(where: { $0.schema == name.schema && $0.table == name.name }) {
      diagnoses.append(
        diagnosis(
          .warning, "DMS does not count it as yet", subject: name.description,
          mend: "a table that was made after the task's start is met with its first change; else reload it"))
    }
    let good = tables.count - diagnoses.count { $0.severity == .critical }
    return diagnoses + (good > 0 ? [diagnosis(.ok, "\(good) of \(tables.count) tables without errors")] : [])
  }
}

/// DMS's own validation, where it is on.
struct ValidationCheck: TaskCheck {
  static let name = "validation"
  static let wanted = "no record that DMS's validation finds to differ"
  static let why = "DMS compares source and target itself, where that is on: for S3 once a day, by Athena"

  func diagnose(_ tables: [TableStatistics], _ facts: TaskFacts) -> [Diagnosis] {
    let bad = tables.filter {
      $0.validationFailedRecords > 0
        || ["Mismatched records", "Table error", "Error", "Suspended records"].contains(
          $0.validationState ?? "")
    }
    guard !bad.isEmpty else {
      guard !tables.isEmpty else { return [] }
      let states = Dictionary(grouping: tables) { $0.validationState ?? "Not enabled" }
      let isOff = states.keys.allSatisfy { $0 == "Not enabled" }
      let counts = states.sorted { $0.key < $1.key }.map { "\($1.count) \($0.lowercased())" }
      return [diagnosis(.ok, isOff ? "not enabled" : counts.joined(separator: ", "))]
    }
    return bad.map { table in
      diagnosis(
        .critical, "\(table.validationState ?? "failed"), \(table.validationFailedRecords) records failed",
        subject: "\(table.schema).\(table.table)",
        mend: "see the folder s3_validation_failures of the bucket, and the canary's own findings")
    }
  }
}

/// How far the task is behind, by CloudWatch.
struct LatencyCheck: TaskCheck {
  static let name = "latency"
  static let wanted =
    "CDCLatencySource below a minute, CDCLatencyTarget below the batch interval and a minute"
  static let why =
    "lag is the sum of both; at the source the task reads too slowly or a long transaction is open, at the target it writes too slowly"

  func diagnose(_ points: [String: MetricPoint], settings: EndpointSettings) -> [Diagnosis] {
    guard !points.isEmpty else {
      return [
        diagnosis(
          .note, "CloudWatch has no value of the last \(Measure.time(TaskMetrics.span.inSeconds))",
          mend: "see that the task runs, and that cloudwatch:GetMetricData is asked in its region")
      ]
    }
    let interval = settings.cdcMaxBatchInterval.inSeconds
    var diagnoses: [Diagnosis] = []
    for (name, limit) in [(TaskMetrics.sourceLatency, 60), (TaskMetrics.targetLatency, interval + 60)] {
      guard let point = points[name] else { continue }
      diagnoses.append(
        diagnosis(
          point.value > limit * 5 ? .critical : point.value > limit ? .warning : .ok,
          "\(Measure.time(point.value)) at \(point.time)", subject: name,
          mend: point.value > limit
            ? "see open transactions at the source, and CPU, memory and swap of the instance" : nil))
    }
    if let point = points[TaskMetrics.incomingChanges] {
      diagnoses.append(
        diagnosis(.ok, "\(Int64(min(point.value, 9e18))) changes wait", subject: TaskMetrics.incomingChanges))
    }
    return diagnoses
  }
}
