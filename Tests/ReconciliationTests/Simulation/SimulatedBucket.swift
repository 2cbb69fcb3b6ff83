import Ledger
import Reconciliation
import Synchronization
import TestSupport
import Time

@testable import ObjectStorage

/// A bucket in memory whose objects are observations; it lists as S3 does.
final class SimulatedBucket: ObjectStore, ObservationSource {
  struct Stored: Sendable {
    var etag: String
    var modified: Timestamp
    var content: Result<Observation, ObservationFailure>
  }

  private struct State {
    var objects: [String: Stored] = [:]
    var writes = 0
    var listFailure: StorageError?
    var listsBackwards = false
    var clockOffset = (offset: Duration.zero, uncertainty: Duration.zero)
    var requests: [String] = []
    var pageSize = 1_000
    var beforePage: (@Sendable (Int) -> Void)?
    var afterPage: (@Sendable (Int) -> Void)?
    var pages = 0
    /// The number, from now on, of the request that fails.
    var failing: Int?
    var hasFailed = false

    mutating func fails() -> Bool {
      guard let number = failing else { return false }
      failing = number - 1
      hasFailed = hasFailed || number == 1
      return number == 1
    }
  }

  let name = "file:///simulated"
  let clock: ManualClock
  private let state = Mutex(State())

  init(clock: ManualClock) { self.clock = clock }

  var keys: [String] { state.withLock { $0.objects.keys.sorted() } }
  /// `LIST start` and `GET key`, in order.
  var requests: [String] { state.withLock { $0.requests } }
  func forgetRequests() { state.withLock { $0.requests = [] } }
  func setPageSize(_ size: Int) { state.withLock { $0.pageSize = size } }
  func failListing(_ error: StorageError?) { state.withLock { $0.listFailure = error } }
  func listBackwards(_ backwards: Bool) { state.withLock { $0.listsBackwards = backwards } }
  /// Sets the bucket's clock apart from the machine's; what is written from now on has its times.
  func setClock(offset: Duration, uncertainty: Duration) {
    state.withLock { $0.clockOffset = (offset, uncertainty) }
  }
  /// Has the n-th request from now on fail.
  ///
  /// - Returns: whether the one named before did.
  @discardableResult
  func failRequest(_ number: Int?) -> Bool {
    state.withLock { state in
      defer { (state.failing, state.hasFailed) = (number, false) }
      return state.hasFailed
    }
  }
  /// Runs before each page is made, with the number of the page since it was set, from 0.
  func beforePage(_ body: (@Sendable (Int) -> Void)?) {
    state.withLock { state in
      state.beforePage = body
      state.pages = 0
    }
  }

  /// Runs after each page is made, as `beforePage` does before.
  func afterPage(_ body: (@Sendable (Int) -> Void)?) {
    state.withLock { state in
      state.afterPage = body
      state.pages = 0
    }
  }

  func write(_ key: String, _ content: Result<Observation, ObservationFailure>, modified: Timestamp? = nil) {
    state.withLock { state in
      state.writes += 1
      state.objects[key] = Stored(
        etag: "\(state.writes)", modified: modified ?? clock.now() + state.clockOffset.offset,
        content: content)
    }
  }

  /// Puts an object back as it was.
  func restore(_ key: String, _ stored: Stored) { state.withLock { $0.objects[key] = stored } }

  func remove(_ key: String) { _ = state.withLock { $0.objects.removeValue(forKey: key) } }

  func stored(_ key: String) -> Stored? { state.withLock { $0.objects[key] } }

  func listPage(_ query: ListQuery, cursor: ListCursor?) async throws(StorageError) -> ListPage {
    let (hook, number) = state.withLock { state in
      defer { state.pages += 1 }
      return (state.beforePage, state.pages)
    }
    hook?(number)
    let (page, failure) = state.withLock { state -> (ListPage, StorageError?) in
      state.requests.append("LIST \(query.startAfter ?? "")")
      let after = cursor?.state as? String ?? query.startAfter ?? ""
      let keys = state.objects.keys.filter { $0.hasPrefix(query.prefix) && $0 > after }.sorted()
      let objects = keys.prefix(state.pageSize).compactMap { key in
        state.objects[key].map { stored in
          ListedObject(key: key, size: 1, lastModified: stored.modified, etag: ETag(stored.etag))
        }
      }
      let next = keys.count > objects.count ? objects.last.map { ListCursor(state: $0.key) } : nil
      let listed = state.listsBackwards ? objects.reversed() : objects
      return (ListPage(objects: listed, next: next), state.listFailure)
    }
    state.withLock { $0.afterPage }?(number)
    if let failure { throw failure }
    if state.withLock({ $0.fails() }) { throw StorageError(.serverFailed, .list, store: name) }
    return page
  }

  func observe(
    _ object: ObjectReference, _ request: ObservationRequest
  ) async throws(ObservationFailure) -> Observation {
    let stored = state.withLock { state in
      state.requests.append("GET \(object.key)")
      return state.objects[object.key]
    }
    if state.withLock({ $0.fails() }) { throw ObservationFailure(.outOfReach, "500") }
    guard let stored, stored.etag == object.etag else {
      throw ObservationFailure(.replaced, "\(object.key) was replaced")
    }
    var observation = try stored.content.get()
    observation.level = request.level
    if request.level < .keys {
      for row in observation.rows {
        switch request.level == .ops ? row.op : .none {
        case .operation(.insert): observation.counts.inserts += 1
        case .operation(.update): observation.counts.updates += 1
        case .operation(.delete): observation.counts.deletes += 1
        case .none, .other: observation.counts.unmarked += 1
        }
      }
      observation.rows = []
      observation.foreignRows = 0
    } else if request.level < .values {
      for index in observation.rows.indices { observation.rows[index].digest = nil }
    }
    return observation
  }

  func clockReading() async throws(StorageError) -> ObjectStorage.ClockReading {
    let clock = state.withLock { $0.clockOffset }
    return ClockReading(offset: clock.offset, uncertainty: clock.uncertainty)
  }

  func get(_ key: String, range: ByteRange?, ifMatch: ETag?) async throws(StorageError) -> ObjectBytes {
    throw unsupported
  }
  func head(_ key: String) async throws(StorageError) -> ObjectHead { throw unsupported }
  func put(_ key: String, _ bytes: [UInt8], ifNoneMatch: Bool) async throws(StorageError) -> ETag {
    throw unsupported
  }
  func delete(_ key: String) async throws(StorageError) { throw unsupported }
  func region() async throws(StorageError) -> String { throw unsupported }
  func versioning() async throws(StorageError) -> BucketVersioning { throw unsupported }
  func encryption() async throws(StorageError) -> BucketEncryption? { throw unsupported }
  func publicAccessBlock() async throws(StorageError) -> PublicAccessBlock? { throw unsupported }
  func policyIsPublic() async throws(StorageError) -> Bool? { throw unsupported }
  func credentialSource() async throws(StorageError) -> String? { nil }

  private var unsupported: StorageError { StorageError(.unsupported, .get, store: name) }
}
