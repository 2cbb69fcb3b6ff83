import DMS
import Dispatch
import ObjectStorage
import Synchronization
import Time

/// Writes objects into the bucket beside the stream: those of one table one after the other, since a later one
/// that shows before an earlier one would look like a loss; those of different tables at the same time.
final class UploadQueue: Sendable {
  private struct State {
    var last: [Int: Task<Void, Never>] = [:]
    var names: [Int: NameSequence] = [:]
    var outcomes: [UploadOutcome] = []
    /// Bytes in memory of objects that are not written yet, and their bytes on the disk.
    var (byteCount, spooledByteCount) = (0, 0)
    /// Tables of which an object was held back for good: nothing may follow it.
    var blocked: Set<Int> = []
    /// Nothing more is written: the run has failed.
    var isAbandoned = false
  }

  private let state = Mutex(State())
  /// Signalled for each object that is done with.
  private let progress = DispatchSemaphore(value: 0)
  let store: any ObjectStore
  let settings: EndpointSettings
  private let onStep: @Sendable (ReplicationStep) throws -> Void
  private let faults: ObjectFaults?
  /// Called when an outcome has come.
  private let notify: @Sendable () -> Void

  init(
    store: any ObjectStore, settings: EndpointSettings, faults: ObjectFaults?,
    onStep: @escaping @Sendable (ReplicationStep) throws -> Void, notify: @escaping @Sendable () -> Void
  ) {
    self.store = store
    self.settings = settings
    self.faults = faults
    self.onStep = onStep
    self.notify = notify
  }

  /// Bytes on the disk that may wait to be written: with the open files, some gigabytes at most.
  private static let spoolLimit = 2 << 30

  /// Bytes on the disk of objects that are not written yet.
  var spooledByteCount: Int { state.withLock { $0.spooledByteCount } }

  /// What has become of objects since the last call.
  func takeOutcomes() -> [UploadOutcome] {
    state.withLock { state in
      defer { state.outcomes = [] }
      return state.outcomes
    }
  }

  /// Lets an object be written after those of its table that came before.
  func enqueue(_ object: EncodedObject) {
    state.withLock { state in
      state.byteCount += object.file.tail.count
      state.spooledByteCount += object.file.spooledByteCount
      let previous = state.last[object.table]
      state.last[object.table] = Task {
        await previous?.value
        await self.process(object)
      }
    }
  }

  /// Returns when all that was given is done, held back or failed.
  func finish() async {
    while true {
      let tasks = state.withLock { state in
        defer { state.last = [:] }
        return Array(state.last.values)
      }
      if tasks.isEmpty { return }
      for task in tasks { await task.value }
    }
  }

  /// Blocks this thread, which must not be one of the shared ones, while that much waits to be written.
  ///
  /// Returns at once where nothing more will be written, and false where the deadline comes first.
  @discardableResult
  func blockUntil(byteCountBelow limit: Int, deadline: DispatchTime = .distantFuture) -> Bool {
    while state.withLock({ state in
      (state.byteCount >= limit || state.spooledByteCount >= UploadQueue.spoolLimit) && !state.isAbandoned
    }) {
      if progress.wait(timeout: deadline) == .timedOut { return false }
    }
    return true
  }

  /// Writes nothing more of what is waiting.
  func abandon() {
    state.withLock { $0.isAbandoned = true }
    faults?.stopWaiting()
  }

  /// Ends the waits that faults have made; what they held back is not written.
  func stopWaiting() {
    faults?.stopWaiting()
  }

  private func process(_ object: EncodedObject) async {
    let outcome: UploadOutcome?
    let (isAbandoned, isBlocked) = state.withLock { ($0.isAbandoned, $0.blocked.contains(object.table)) }
    if isAbandoned {
      outcome = nil
    } else if isBlocked {
      outcome = .heldBack(object)
    } else {
      outcome = await written(object)
    }
    state.withLock { state in
      state.byteCount -= object.file.tail.count
      state.spooledByteCount -= object.file.spooledByteCount
      switch outcome {
      case .done?, nil: break
      case .heldBack?: state.blocked.insert(object.table)
      case .failed?: state.isAbandoned = true
      }
      if let outcome { state.outcomes.append(outcome) }
    }
    progress.signal()
    notify()
  }

  private func written(_ object: EncodedObject) async -> UploadOutcome {
    do {
      var key = try await newKey(for: object)
      try onStep(.objectEncoded(key: key))
      if let faults, !object.isOfControlTable {
        guard let last = try await faults.deliver(object, key: key, through: self) else {
          return .heldBack(object)
        }
        key = last
      } else {
        key = try await put(object, content: object.file, at: key)
      }
      switch object.name {
      case .changes, .transactions: try onStep(.objectWritten(key: key))
      case .fullLoad: try onStep(.fullLoadObjectWritten(key: key))
      }
      return .done(object, key: key)
    } catch let error as StorageError {
      return .failed(ReplicatorError(error, table: object.source.description))
    } catch {
      return .failed(error)
    }
  }

  /// Puts bytes for an object and returns the key that they got.
  ///
  /// A CDC name that is taken means the next millisecond: nothing is ever written over. (It may have been taken
  /// by this very object, where the answer to an earlier attempt was lost; its rows are there twice then, as
  /// DMS's may be.) A full-load object replaces one of its name, as DMS does (inferred, DMS.md section 6).
  func put(_ object: EncodedObject, content: any ObjectContent, at key: String) async throws -> String {
    if case .fullLoad = object.name {
      try await store.put(key, content: content, ifNoneMatch: false)
      return key
    }
    var key = key
    while true {
      do {
        try await store.put(key, content: content, ifNoneMatch: true)
        return key
      } catch {
        guard error.code == .alreadyExists || error.code == .unsupported else { throw error }
        // Not every server, nor file system, writes only where nothing is. This task alone writes here, so that
        // looking first is enough.
        if error.code == .unsupported, try await !isTaken(key) {
          try await store.put(key, content: content, ifNoneMatch: false)
          return key
        }
      }
      key = try await newKey(for: object)
    }
  }

  private func isTaken(_ key: String) async throws(StorageError) -> Bool {
    do {
      _ = try await store.head(key)
      return true
    } catch {
      guard error.code == .notFound else { throw error }
      return false
    }
  }

  /// The next key for an object; each call gives another one for a CDC object.
  func newKey(for object: EncodedObject) async throws -> String {
    switch object.name {
    case .fullLoad(let number, _):
      return object.location.key(ObjectName(.fullLoad(number: number, segment: nil), settings.fileFormat))
    case .changes(let closedAt), .transactions(let closedAt):
      if state.withLock({ $0.names[object.table] == nil }) {
        let latest = try await latestName(at: object.location, from: closedAt)
        state.withLock { $0.names[object.table] = NameSequence(after: latest) }
      }
      let time = state.withLock { state in
        state.names[object.table, default: NameSequence()].next(closedAt: closedAt)
      }
      // The folder is picked by when the file was closed; DMS.md section 1 has both readings of AWS's text.
      let civil = settings.civilTime(at: time)
      if case .transactions = object.name {
        // Always csv, whatever DataFormat says (DMS.md section 1).
        let format: FileFormat = settings.compressionType == .gzip ? .gzippedCSV : .csv
        return object.location.key(ObjectName(.transactions(civil), format))
      }
      return object.location.key(ObjectName(.changes(civil), settings.fileFormat), partition: time)
    }
  }

  /// The latest time among the names that are there already and not before `point`, or nil.
  ///
  /// A run whose clock was ahead has left them. Names go on after it, so that they keep the order of the changes.
  private func latestName(at location: TableLocation, from point: Timestamp) async throws -> Timestamp? {
    var latest: Timestamp?
    // Names under PreserveTransactions begin with letters: they sort after every other one.
    for try await page in store.list(
      prefix: location.prefix, startAfter: location.startAfter(changesNamedFrom: point))
    {
      for listed in page.objects {
        guard case .object(let name, _) = location.classify(listed.key) else { continue }
        switch name.kind {
        case .changes(let civil), .transactions(let civil):
          for time in settings.timestamps(of: civil) where time >= point {
            latest = max(latest ?? time, time)
          }
        case .fullLoad: break
        }
      }
    }
    return latest
  }
}
