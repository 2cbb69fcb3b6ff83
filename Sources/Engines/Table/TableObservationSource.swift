public import Ledger
public import Reconciliation
import Synchronization
import Time

/// Takes observations from a table that an engine wrote, and reads an object itself where the table does not tell
/// enough of it.
///
/// What an engine cannot tell: an object's ETag when it read it, whether a column is absent or null throughout,
/// the order of rows that are not ours, and objects that it skipped. So a record counts only where the object has
/// the listed size and time, all the rows of its footer, and nothing in doubt; a finding therefore never rests on
/// what the engine left out.
public final class TableObservationSource: ObservationSource {
  /// Why an object was read natively.
  public enum Doubt: String, CaseIterable, Sendable {
    /// The engine skipped it, or it is newer than the table.
    case absent = "not in the table"
    /// It was written over since, or it is another than the one that the engine saw.
    case changed = "of another size or time than listed"
    /// Its records contradict one another: one of them may be there twice.
    case contradictory = "with records that cannot all be true"
    /// The engine gave up in the midst of it.
    case partial = "not read to the end"
    /// A column may be absent or null, or of a type that the engine rounds: only the object tells.
    case ambiguous = "with columns that are null throughout or that it would round"
    /// The newest object, whose columns and order of rows the native reader vouches for.
    case newest = "the newest of their table"
  }

  private struct Tally {
    var fromTable = 0
    var doubts: [Doubt: Int] = [:]
    /// What was read of the tables themselves.
    var taken: [TableName: (bytes: Int64, requests: Int)] = [:]
  }

  private let engine: String
  private let tables: [TableName: ObservationTable]
  private let native: any ObservationSource
  private let cost: String?
  /// Bytes that the engine scanned; nil where it does not say.
  public let scannedBytes: Int64?
  private let tally = Mutex(Tally())

  /// A source that prefers `tables` to `native`.
  ///
  /// - Parameters:
  ///   - engine: whose tables they are, for the notes.
  ///   - cost: what making the tables took, for the notes.
  ///   - scannedBytes: bytes that the engine scanned for them; nil where it does not say.
  public init(
    engine: String, tables: [TableName: ObservationTable], native: any ObservationSource, cost: String? = nil,
    scannedBytes: Int64? = nil
  ) {
    (self.engine, self.tables, self.native, self.cost) = (engine, tables, native, cost)
    self.scannedBytes = scannedBytes
  }

  /// What the object holds, by the table where it tells, else by its bytes.
  ///
  /// - Throws: `ObservationFailure`.
  public func observe(
    _ object: ObjectReference, _ request: ObservationRequest
  ) async throws(ObservationFailure) -> Observation {
    guard let name = request.table, let table = tables[name] else {
      return try await read(object, request, .absent)
    }
    let records: [ObservationRecordRow]?
    do {
      records = try await table.records(of: object.key)
    } catch let error as EngineError {
      throw ObservationFailure(.outOfReach, error.description)
    } catch {
      throw ObservationFailure(.outOfReach, "\(error)")
    }
    guard let records else { return try await read(object, request, .absent) }
    let (bytes, requests) = (await table.bytesRead, await table.requests)
    switch await TableRecords(records, of: object, request, newest: table.newestChanges).judged {
    case .doubt(let doubt): return try await read(object, request, doubt)
    case .observation(var observation):
      // The table's own bytes and requests count once, with the object that made them be read.
      (observation.bytesRead, observation.requests) = tally.withLock { tally in
        tally.fromTable += 1
        let before = tally.taken[name] ?? (0, 0)
        tally.taken[name] = (max(before.bytes, bytes), max(before.requests, requests))
        return (max(0, bytes - before.bytes), max(0, requests - before.requests))
      }
      return observation
    }
  }

  private func read(
    _ object: ObjectReference, _ request: ObservationRequest, _ doubt: Doubt
  ) async throws(ObservationFailure) -> Observation {
    tally.withLock { $0.doubts[doubt, default: 0] += 1 }
    return try await native.observe(object, request)
  }

  /// What of the result is the engine's, and what it cannot know: for the report.
  public func notes() async -> [String] {
    let tally = tally.withLock { $0 }
    let read = tally.doubts.values.reduce(0, +)
    let cost = cost.map { [$0] } ?? []
    guard tally.fromTable + read > 0 else { return cost }
    let reasons = Doubt.allCases.compactMap { doubt in
      tally.doubts[doubt].map { "\($0) \(doubt.rawValue)" }
    }
    return cost + [
      "\(tally.fromTable) objects were observed by \(engine), \(read) by the native reader"
        + (reasons.isEmpty ? "" : ": " + reasons.joined(separator: ", ")),
      "\(engine) cannot tell an object's ETag when it read it, nor a change of columns between objects.",
    ]
  }
}

/// The records of one object, judged.
struct TableRecords {
  enum Judgement {
    case observation(Observation)
    case doubt(TableObservationSource.Doubt)
  }

  let records: [ObservationRecordRow]
  let object: ObjectReference
  let request: ObservationRequest
  let newest: String?

  init(
    _ records: [ObservationRecordRow], of object: ObjectReference, _ request: ObservationRequest,
    newest: String?
  ) {
    (self.records, self.object, self.request, self.newest) = (records, object, request, newest)
  }

  var judged: Judgement {
    guard records.allSatisfy(isOfTheListedObject) else { return .doubt(.changed) }
    guard areConsistent else { return .doubt(.contradictory) }
    let rows = records.reduce(0) { $0 + $1.rows }
    // The footer's count comes once, or not at all.
    let byFooter = records.compactMap(\.objectRows).reduce(0, +)
    let knowsFooter = records.contains { $0.objectRows != nil }
    if request.level == .counts, knowsFooter, rows == 0 {
      return .observation(observation(rows: byFooter))
    }
    guard !knowsFooter || byFooter == rows else { return .doubt(.partial) }
    guard !isAmbiguous(rows) else { return .doubt(.ambiguous) }
    guard object.key != newest else { return .doubt(.newest) }
    return .observation(observation(rows: rows))
  }

  /// Whether each row can be in one record alone: a table that holds a file of itself twice adds up as well.
  private var areConsistent: Bool {
    // Below level keys, nobody has looked at the keys of a table that has them.
    guard records.count(where: { $0.objectRows ?? 0 > 0 }) <= 1,
      request.level < .keys || records.count(where: { !$0.hasKey && $0.rows > 0 }) <= 1
    else { return false }
    let total = records.compactMap(\.objectRows).max() ?? .max
    var places: Set<Int64> = []
    var rows: Set<ObservedRow> = []
    for record in records {
      guard var own = record.own else { continue }
      if own.place >= 0 {
        guard record.rows == 1, own.place < total, places.insert(own.place).inserted else { return false }
      } else {
        // Equal rows are one record, whenever each of them was committed.
        own.commit = nil
        guard rows.insert(own).inserted else { return false }
      }
    }
    return true
  }

  private func isOfTheListedObject(_ record: ObservationRecordRow) -> Bool {
    guard record.size == object.size else { return false }
    guard let listed = object.lastModified, let seen = record.lastModified else { return true }
    // Engines tell whole seconds or milliseconds; the finest that they tell must agree.
    let unit: Int64 = seen.microseconds % 1_000_000 == 0 ? 1_000_000 : 1_000
    return floored(listed.microseconds, unit) == floored(seen.microseconds, unit)
  }

  private func floored(_ value: Int64, _ unit: Int64) -> Int64 {
    value / unit - (value % unit < 0 ? 1 : 0)
  }

  /// Whether a column may be absent: only the footer tells that from null.
  private func isAmbiguous(_ rows: Int64) -> Bool {
    guard request.level >= .keys else { return false }
    if rows > 0, records.reduce(0, { $0 + $1.keyless }) == rows { return true }
    let own = records.filter { $0.own != nil }
    for record in own {
      guard let row = record.own, row.version == nil else { continue }
      if row.op != .operation(.delete) { return true }
    }
    guard request.level >= .values else { return false }
    let whole = own.filter { $0.own?.digest != nil }
    guard !whole.isEmpty else { return false }
    return request.digestColumns.indices.contains { column in
      request.digestColumns[column] != nil
        && !whole.contains { column < $0.present.count && $0.present[column] }
    }
  }

  private func observation(rows: Int64) -> Observation {
    var observation = Observation(level: request.level)
    observation.rowCount = rows
    observation.commitsAscend = true
    var own: [ObservedRow] = []
    for record in records {
      observation.counts.inserts += record.counts.inserts
      observation.counts.updates += record.counts.updates
      observation.counts.deletes += record.counts.deletes
      if let first = record.firstCommit {
        observation.firstCommit = min(observation.firstCommit ?? first, first)
      }
      if let last = record.lastCommit { observation.lastCommit = max(observation.lastCommit ?? last, last) }
      if let row = record.own {
        for _ in 0..<min(record.rows, 1_000_000) { own.append(row) }
      } else if record.rows > 0, request.level >= .keys {
        observation.foreignRows += record.rows
        // In which order they stand is not known: they prove nothing.
        observation.commitsAscend = false
        if let last = record.lastCommit {
          observation.lastForeignCommit = max(observation.lastForeignCommit ?? last, last)
        }
      }
    }
    let marked = observation.counts.inserts + observation.counts.updates + observation.counts.deletes
    observation.counts.unmarked = max(0, rows - marked)
    if own.contains(where: { $0.place < 0 }) {
      // Places are not known: the order of commits is the best guess, and accuses nobody of another.
      own.sort { order($0) < order($1) }
      for index in own.indices { own[index].place = Int64(index) }
    } else {
      own.sort { $0.place < $1.place }
    }
    for (row, next) in zip(own, own.dropFirst()) {
      if let commit = row.commit, let later = next.commit, later < commit - .seconds(1) {
        observation.commitsAscend = false
      }
    }
    observation.rows = own
    // Milliseconds where every version is whole ones; a file of microseconds has none such by chance.
    let versions = own.compactMap(\.version)
    if !versions.isEmpty, versions.allSatisfy({ $0.microseconds % 1_000 == 0 }) {
      observation.versionPrecision = 1_000
    }
    return observation
  }

  private func order(_ row: ObservedRow) -> (Timestamp, Timestamp, Int64) {
    let earliest = Timestamp(microseconds: .min)
    return (row.commit ?? earliest, row.version ?? row.commit ?? earliest, row.sequence)
  }
}
