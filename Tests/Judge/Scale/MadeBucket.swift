import DMS
import Foundation
import Ledger
import ObjectStorage
import Reconciliation
import Synchronization
import Time

/// A bucket of as many objects as are asked for, made up as they are listed.
///
/// Each was closed a step after the one before. Nothing of it is stored.
final class MadeBucket: ObjectStore, ObservationSource {
  let name = "s3://made"
  let prefix: String
  private let settings: EndpointSettings
  private let start: Timestamp
  private let step: Duration
  private let state: Mutex<(count: Int, rows: [Int: [ObservedRow]], listed: Int)>

  init(table: TableName, settings: EndpointSettings, start: Timestamp, step: Duration, count: Int) {
    prefix = "\(table.schema)/\(table.name)/"
    (self.settings, self.start, self.step) = (settings, start, step)
    state = Mutex((count, [:], 0))
  }

  var count: Int { state.withLock { $0.count } }
  /// Objects that listings named.
  var listed: Int { state.withLock { $0.listed } }

  func closed(_ number: Int) -> Timestamp { start + step * number }

  func key(_ number: Int) -> String {
    prefix + ObjectName(.changes(settings.civilTime(at: closed(number))), .parquet).description
  }

  /// Writes objects more; `rows` of ours, by the number of the object.
  func grow(by more: Int, rows: [Int: [ObservedRow]] = [:]) {
    state.withLock { state in
      state.count += more
      state.rows = rows
    }
  }

  func listPage(_ query: ListQuery, cursor: ListCursor?) async throws(StorageError) -> ListPage {
    let after = cursor?.text ?? query.startAfter ?? ""
    let count = count
    // Keys are in the order of numbers.
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if key(middle) > after { high = middle } else { low = middle + 1 }
    }
    let end = min(count, low + query.pageSize)
    let objects = (low..<end).map { number in
      ListedObject(
        key: key(number), size: 1_000, lastModified: closed(number), etag: ETag("\(number)"))
    }
    state.withLock { $0.listed += objects.count }
    return ListPage(
      objects: objects, next: end < count ? objects.last.map { ListCursor(state: $0.key) } : nil)
  }

  func observe(
    _ object: ObjectReference, _ request: ObservationRequest
  ) async throws(ObservationFailure) -> Observation {
    guard let number = Int(object.etag) else { throw ObservationFailure(.replaced, object.key) }
    var observation = Observation(level: request.level)
    observation.schema = ["Op byteArray", "customer_id byteArray"]
    observation.rows = state.withLock { $0.rows[number] ?? [] }
    observation.foreignRows = 10
    observation.rowCount = Int64(10 + observation.rows.count)
    observation.firstCommit = closed(number) - step
    observation.lastCommit = closed(number) - .milliseconds(1)
    observation.requests = 1
    return observation
  }

  func clockReading() async throws(StorageError) -> ObjectStorage.ClockReading {
    ClockReading(offset: .zero, uncertainty: .zero)
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
