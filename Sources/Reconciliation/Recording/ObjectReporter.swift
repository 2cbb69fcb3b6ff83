import Ledger
import Time

/// Turns what is wrong with an object into findings, whose identities are the same whenever the same object
/// is read.
struct ObjectReporter {
  let context: TableContext
  let run: RunID
  let now: Timestamp

  /// Reports what is wrong with an object that was read.
  ///
  /// - Returns: the findings that are new.
  func report(
    _ tally: ObjectTally, _ observation: Observation, of object: KnownObject, in session: LedgerSession
  ) throws -> [FindingID] {
    var new = try report(tally, of: object, in: session)
    // A file of all tables may have none of this one.
    if observation.rowCount == 0, !object.isOfAllTables {
      new += try reportObject(
        .emptyObject, object, "\(object.entry.key) holds no rows, and DMS writes no empty objects",
        in: session)
    }
    if observation.foreignRows > 0, !context.isShared {
      new += try reportForeignRows(observation, object, in: session)
    }
    new += try reportDrift(observation, object, in: session)
    new += try reportLacking(observation, object, in: session)
    if object.state == .unreadable {
      try resolve(.unreadableObject, object, because: "the object was read", in: session)
    }
    return new
  }

  /// Reports what is wrong with the rows of an object.
  func report(_ tally: ObjectTally, of object: KnownObject, in session: LedgerSession) throws -> [FindingID] {
    var new: [FindingID] = []
    for (kind, trouble) in tally.troubles.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      let found = try session.report(
        FindingReport(
          kind: kind, severity: severity(of: kind), table: context.table.id, object: object.entry.key,
          identity: identity(kind, object), summary: summary(kind, trouble, object),
          rowCount: trouble.count, rows: trouble.rows, spanStart: trouble.spanStart,
          spanEnd: trouble.spanEnd),
        run: run, now: now)
      if found.isNew { new.append(found.id) }
    }
    return new
  }

  /// Reports that an object is no whole file.
  func reportUnreadable(
    _ object: KnownObject, _ failure: ObservationFailure, in session: LedgerSession
  ) throws -> [FindingID] {
    try session.setState(.unreadable, ofObject: object.id)
    return try reportObject(
      .unreadableObject, object, "\(object.entry.key) cannot be read: \(failure.message)", in: session)
  }

  /// Reports something about an object as a whole.
  func reportObject(
    _ kind: FindingKind, _ object: KnownObject, _ summary: String, in session: LedgerSession
  ) throws -> [FindingID] {
    let found = try session.report(
      FindingReport(
        kind: kind, severity: severity(of: kind), table: context.table.id, object: object.entry.key,
        identity: identity(kind, object), summary: summary),
      run: run, now: now)
    return found.isNew ? [found.id] : []
  }

  /// Resolves what was found about an object that is no longer what it was.
  func resolveAll(about object: KnownObject, because reason: String, in session: LedgerSession) throws {
    for kind in ObjectReporter.kindsOfObjects {
      try resolve(kind, object, because: reason, in: session)
    }
  }

  /// Resolves that an object was gone.
  func resolveVanished(_ object: KnownObject, because reason: String, in session: LedgerSession) throws {
    try resolve(.vanishedObject, object, because: reason, in: session)
  }

  private static let kindsOfObjects: [FindingKind] = [
    .lostRows, .alteredRows, .duplicateRows, .outOfOrder, .unexpectedRows, .otherLedger, .unknownChanges,
    .abortedRows, .wrongTimestamp, .wrongOperation, .unreadableObject, .emptyObject, .foreignName,
  ]

  private func resolve(
    _ kind: FindingKind, _ object: KnownObject, because reason: String, in session: LedgerSession
  ) throws {
    guard let finding = try session.finding(identity: identity(kind, object)), finding.state != .resolved
    else { return }
    try session.resolve(finding.id, because: reason, now: now)
  }

  private func identity(_ kind: FindingKind, _ object: KnownObject) -> String {
    "\(kind.rawValue)/\(context.bucket)/\(object.entry.key)/\(object.entry.etag)"
  }

  /// How much a kind of finding weighs, where no limit says otherwise.
  private func severity(of kind: FindingKind) -> FindingSeverity {
    switch kind {
    case .lostRows, .lateRows, .alteredRows, .unexpectedRows, .abortedRows, .wrongOperation,
      .unreadableObject, .vanishedObject, .loadGap, .silence, .sourceDifference:
      .critical
    case .outOfOrder, .foreignRows, .wrongTimestamp, .emptyObject, .overwrittenObject, .schemaDrift,
      .foreignName:
      .warning
    case .duplicateRows, .reload, .otherLedger, .unknownChanges:
      .notice
    }
  }

  private func summary(_ kind: FindingKind, _ trouble: ObjectTally.Trouble, _ object: KnownObject) -> String {
    let rows = counted(trouble.count, "row")
    let key = object.entry.key
    switch kind {
    case .alteredRows:
      let columns = trouble.columns.sorted().map { column in
        column < context.table.declaration.columns.count
          ? context.table.declaration.columns[column] : "column \(column + 1)"
      }
      return "\(rows) in \(key) differ from what was written in \(columns.joined(separator: ", "))"
    case .duplicateRows: return "\(rows) in \(key) repeat operations that were delivered before"
    case .lostRows:
      return "\(rows) that were committed before or in the span of \(key) are not there, by number"
    case .outOfOrder: return "\(rows) in \(key) come after rows of later transactions"
    case .unexpectedRows: return "\(rows) in \(key) are rows of this pipeline in another table"
    case .otherLedger:
      return
        "\(rows) in \(key) carry this pipeline's tag, and this ledger has no record of them: it was put back "
        + "from a backup, or another host writes with a copy of it"
    case .unknownChanges:
      return
        "\(rows) in \(key) change rows of this pipeline in a way of which this ledger has no record: it was put "
        + "back from a backup, another host writes with a copy of it, or somebody else changed them"
    case .abortedRows: return "\(rows) in \(key) belong to transactions that were rolled back"
    case .wrongTimestamp: return "\(rows) in \(key) have a commit time that is not their transaction's"
    case .wrongOperation: return "\(rows) in \(key) have an Op other than the operation executed"
    default: return "\(rows) in \(key): \(kind.rawValue)"
    }
  }

  /// One finding per table: rows of others may be in every object.
  private func reportForeignRows(
    _ observation: Observation, _ object: KnownObject, in session: LedgerSession
  ) throws -> [FindingID] {
    let identity = "foreign-rows/\(context.bucket)/\(context.table.id)"
    let before = try session.finding(identity: identity)
    let count = Int(observation.foreignRows) + (before.map { $0.state == .resolved ? 0 : $0.rowCount } ?? 0)
    let found = try session.report(
      FindingReport(
        kind: .foreignRows, severity: severity(of: .foreignRows), table: context.table.id,
        object: object.entry.key, identity: identity,
        summary:
          "\(counted(count, "row")) of others in \(context.name), which is declared ours alone, the last "
          + "in \(object.entry.key)", rowCount: count, spanStart: before?.spanStart,
        spanEnd: observation.lastForeignCommit),
      run: run, now: now)
    return found.isNew ? [found.id] : []
  }

  /// Reports columns that objects do not have, as long as the newest one lacks any: of their values nothing is proved.
  private func reportLacking(
    _ observation: Observation, _ object: KnownObject, in session: LedgerSession
  ) throws -> [FindingID] {
    guard observation.level >= .values, observation.rowCount > 0 else { return [] }
    let identity = "lacking-columns/\(context.bucket)/\(context.table.id)"
    let columns = observation.absentColumns
    guard !columns.isEmpty else {
      if let finding = try session.finding(identity: identity), finding.state != .resolved {
        try session.resolve(finding.id, because: "\(object.entry.key) has the columns", now: now)
      }
      return []
    }
    let found = try session.report(
      FindingReport(
        kind: .schemaDrift, severity: severity(of: .schemaDrift), table: context.table.id,
        object: object.entry.key, identity: identity,
        summary:
          "\(object.entry.key) lacks \(columns.joined(separator: ", ")) of \(context.name), so that these "
          + "values do not arrive; where a mapping rule removes them, the table mappings must say so"),
      run: run, now: now)
    return found.isNew ? [found.id] : []
  }

  /// Reports columns other than those of the object before; the columns that DMS puts first may differ
  /// between a load and changes.
  private func reportDrift(
    _ observation: Observation, _ object: KnownObject, in session: LedgerSession
  ) throws -> [FindingID] {
    let columns = observation.schema.filter { column in
      !context.headerColumns.contains { column == $0 || column.hasPrefix($0 + " ") }
    }
    guard !columns.isEmpty else { return [] }
    var inventory = try session.inventory(bucket: context.bucket, table: context.table.id)
    let text = columns.joined(separator: "\n")
    guard inventory.columns != text else { return [] }
    let before = inventory.columns?.split(separator: "\n").map(String.init)
    inventory.columns = text
    try session.record(inventory, bucket: context.bucket, table: context.table.id)
    guard let before else { return [] }
    let gone = before.filter { !columns.contains($0) }
    let come = columns.filter { !before.contains($0) }
    let parts = [
      gone.isEmpty ? nil : "without \(gone.joined(separator: ", "))",
      come.isEmpty ? nil : "with \(come.joined(separator: ", "))",
      gone.isEmpty && come.isEmpty ? "in another order" : nil,
    ].compactMap(\.self)
    return try reportObject(
      .schemaDrift, object,
      "from \(object.entry.key) on, the columns of \(context.name) are other than before: "
        + parts.joined(separator: ", "), in: session)
  }
}

/// `1 row`, `2 rows`.
func counted(_ count: some BinaryInteger, _ noun: String) -> String {
  count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
}
