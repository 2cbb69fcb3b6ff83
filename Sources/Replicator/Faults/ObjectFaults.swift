import DMS
import ObjectStorage
import Synchronization
import Time

/// The faults that concern whole objects: they stand between a finished file and the bucket.
final class ObjectFaults: Sendable {
  private struct State {
    /// Waits that are under way, to be ended when the replicator stops.
    var waits: [Int: Task<Void, any Error>] = [:]
    var lastWait = 0
    var isStopping = false
    /// Until when nothing is written.
    var stalledUntil: Timestamp?
    /// By table, the key of an object that the next one replaces.
    var toOverwrite: [Int: (key: String, rows: [FaultRow])] = [:]
    /// By table, the key of an object that goes when the next one is written.
    var toDelete: [Int: (key: String, rows: [FaultRow])] = [:]
    /// By table, an object that waits until the next one is written.
    var toFollow: [Int: (object: EncodedObject, key: String)] = [:]
  }

  private let state = Mutex(State())
  private let injector: FaultInjector
  private var clock: any WallClock { injector.clock }

  init(_ injector: FaultInjector) {
    self.injector = injector
  }

  /// Ends every wait, now and from now on.
  func stopWaiting() {
    let waits = state.withLock { state in
      state.isStopping = true
      return Array(state.waits.values)
    }
    for wait in waits { wait.cancel() }
  }

  /// Writes an object, with the fault that is due for it, and returns its key; nil where it is held back and
  /// the replicator stops.
  func deliver(_ object: EncodedObject, key: String, through queue: UploadQueue) async throws -> String? {
    for var truth in object.rowFaults {
      truth.object = key
      try injector.record(truth)
    }
    if let until = state.withLock({ $0.stalledUntil }), until > clock.now() {
      guard await wait(until: until) else { return nil }
    }
    if case .fullLoad = object.name {
      return try await deliverLoad(object, key: key, through: queue)
    }
    if let earlier = state.withLock({ $0.toOverwrite.removeValue(forKey: object.table) }) {
      try record(
        .overwriteObject, object, earlier.key, rows: earlier.rows, detail: "by what should be \(key)")
      try await queue.store.put(earlier.key, content: object.file, ifNoneMatch: false)
      return earlier.key
    }
    // Of the object before, not of this one.
    let (toDelete, toFollow) = state.withLock { state in
      (state.toDelete.removeValue(forKey: object.table), state.toFollow.removeValue(forKey: object.table))
    }
    let written = try await deliverChanges(object, key: key, through: queue)
    if written != nil, let earlier = toDelete {
      try record(.deleteObject, object, earlier.key, rows: earlier.rows)
      try await queue.store.delete(earlier.key)
    }
    if written != nil, let earlier = toFollow {
      try record(.lateObject, earlier.object, earlier.key, detail: "after \(key)")
      _ = try await queue.put(earlier.object, content: earlier.object.file, at: earlier.key)
    }
    return written
  }

  private func deliverLoad(_ object: EncodedObject, key: String, through queue: UploadQueue) async throws
    -> String
  {
    if case .fullLoad(_, isLast: false) = object.name, injector.take([.gapInLoad]) != nil {
      try record(.gapInLoad, object, key, detail: "\(object.rowCount) rows")
      return key
    }
    if case .fullLoad(let number, isLast: true) = object.name, injector.take([.doubleLoad]) != nil {
      let second = object.location.key(
        ObjectName(.fullLoad(number: number + 1, segment: nil), queue.settings.fileFormat))
      try record(.doubleLoad, object, second, detail: "which is \(key) again")
      try await queue.store.put(second, content: object.file, ifNoneMatch: false)
    }
    return try await queue.put(object, content: object.file, at: key)
  }

  private static let kinds: Set<Fault.Kind> = [
    .dropObject, .delay, .stall, .doubleObject, .truncateObject, .corruptFooter, .overwriteObject,
    .emptyObject, .zeroObject, .lateObject, .foreignObject, .deleteObject,
  ]

  private func deliverChanges(
    _ object: EncodedObject, key: String, through queue: UploadQueue
  ) async throws -> String? {
    guard let (kind, seconds) = injector.take(ObjectFaults.kinds) else {
      return try await queue.put(object, content: object.file, at: key)
    }
    switch kind {
    case .dropObject:
      try record(kind, object, key, detail: "\(object.rowCount) rows")
      return key
    case .delay:
      try record(kind, object, key, detail: "\(seconds) seconds")
      guard await wait(until: clock.now() + .seconds(seconds)) else { return nil }
      return try await queue.put(object, content: object.file, at: key)
    case .stall:
      try record(kind, object, key, detail: "\(seconds) seconds, all tables")
      let until = clock.now() + .seconds(seconds)
      state.withLock { $0.stalledUntil = until }
      guard await wait(until: until) else { return nil }
      return try await queue.put(object, content: object.file, at: key)
    case .doubleObject:
      let second = try await queue.newKey(for: object)
      try record(kind, object, key, detail: "again as \(second)")
      _ = try await queue.put(object, content: object.file, at: key)
      return try await queue.put(object, content: object.file, at: second)
    case .truncateObject:
      try record(kind, object, key)
      return try await queue.put(
        object, content: EncodedFile(Array(try bytes(of: object).prefix(object.file.byteCount / 2))), at: key)
    case .zeroObject:
      try record(kind, object, key)
      return try await queue.put(object, content: EncodedFile([]), at: key)
    case .lateObject:
      // It counts as written: a run that ends before the next object has lost it.
      state.withLock { $0.toFollow[object.table] = (object, key) }
      return key
    case .corruptFooter:
      try record(kind, object, key)
      return try await queue.put(object, content: EncodedFile(spoiled(try bytes(of: object))), at: key)
    case .overwriteObject:
      let written = try await queue.put(object, content: object.file, at: key)
      state.withLock { $0.toOverwrite[object.table] = (written, object.rows) }
      return written
    case .emptyObject:
      let written = try await queue.put(object, content: object.file, at: key)
      guard let emptyFile = object.emptyFile else { return written }
      let second = try await queue.newKey(for: object)
      try record(kind, object, second, rows: [])
      return try await queue.put(object, content: EncodedFile(emptyFile), at: second)
    case .foreignObject:
      let foreign = object.location.prefix + "part-00000-not-from-dms" + queue.settings.fileFormat.rawValue
      try record(kind, object, foreign)
      try await queue.store.put(foreign, Array("this was not written by DMS\n".utf8), ifNoneMatch: false)
      return try await queue.put(object, content: object.file, at: key)
    case .deleteObject:
      let written = try await queue.put(object, content: object.file, at: key)
      state.withLock { $0.toDelete[object.table] = (written, object.rows) }
      return written
    default:
      return try await queue.put(object, content: object.file, at: key)
    }
  }

  /// Half of the metadata inverted: of a Parquet file, what stands before the length at its end.
  private func bytes(of object: EncodedObject) throws -> [UInt8] {
    try object.file.read(0..<object.file.byteCount)
  }

  private func spoiled(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count > 8 else { return [] }
    let end = bytes.count - 8
    let length = bytes[end..<end + 4].enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    var spoiled = bytes
    for index in max(0, end - length)..<max(0, end - length / 2) { spoiled[index] = ~spoiled[index] }
    return spoiled
  }

  /// Waits until a point, and says whether it came; not where the replicator stops first.
  private func wait(until point: Timestamp) async -> Bool {
    let clock = clock
    let wait = Task { try await clock.sleep(until: point) }
    let number: Int? = state.withLock { state in
      guard !state.isStopping else { return nil }
      state.lastWait += 1
      state.waits[state.lastWait] = wait
      return state.lastWait
    }
    guard let number else {
      wait.cancel()
      return false
    }
    let result = await wait.result
    state.withLock { $0.waits[number] = nil }
    if case .success = result { return true }
    return false
  }

  private func record(
    _ kind: Fault.Kind, _ object: EncodedObject, _ key: String, rows: [FaultRow]? = nil,
    detail: String? = nil
  ) throws(ReplicatorError) {
    try injector.record(
      FaultTruth(
        fault: kind, table: object.target.description, object: key,
        rowCount: rows?.count ?? object.rowCount, rows: rows ?? object.rows, detail: detail))
  }
}
