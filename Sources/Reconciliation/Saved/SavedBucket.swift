import Foundation
public import Ledger
public import ObjectStorage
public import Time

/// A bucket as a file of saved observations has it: it lists and observes, and has no bytes of objects.
public final class SavedBucket: ObjectStore, ObservationSource {
  /// The name of the bucket that was saved.
  public let name: String
  /// As of when it was saved: the clock by which it is to be judged.
  public let savedAt: Timestamp
  private let header: SavedObservations.Header
  private let path: String
  private let data: Data
  private let keys: [String]
  private let lines: [String: Range<Int>]

  /// The bucket of the file at `path`, for a ledger that has not looked at the bucket since.
  ///
  /// - Throws: `SavedObservations.Problem` where there is none, or it is not whole, or of another pipeline or
  ///   version, or the ledger knows better: what came since would be missed. `LedgerError`.
  public convenience init(path: String, for ledger: LedgerStore) throws {
    try self.init(path: path, tag: ledger.pipelineTag)
    guard let listed = try ledger.lastListing(ofBucket: name), listed > savedAt else { return }
    throw SavedObservations.Problem(
      description: "\(path) was saved at \(savedAt), and the ledger has seen the bucket at \(listed): "
        + "save it anew, or take a copy of the ledger from before")
  }

  /// The bucket of the file at `path`.
  ///
  /// - Throws: `SavedObservations.Problem` where there is none, or it is not whole, or of another pipeline or
  ///   version.
  init(path: String, tag: PipelineTag) throws {
    func problem(_ text: String) -> SavedObservations.Problem {
      SavedObservations.Problem(description: "\(path) \(text)")
    }
    do { data = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped) } catch {
      throw problem("cannot be read: \(error.localizedDescription)")
    }
    let decoder = JSONDecoder()
    var ranges: [Range<Int>] = []
    var start = 0
    while let end = data[start...].firstIndex(of: 0x0A) {
      ranges.append(start..<end)
      start = end + 1
    }
    guard start == data.count, let last = ranges.popLast(),
      let header = try? decoder.decode(SavedObservations.Header.self, from: data[last])
    else { throw problem("is no whole file of saved observations") }
    guard header.format == SavedObservations.format, header.version == SavedObservations.version else {
      throw problem("is of version \(header.version), and this program knows \(SavedObservations.version)")
    }
    guard header.objects == ranges.count else {
      throw problem("has \(ranges.count) of \(header.objects) objects")
    }
    guard header.tag == tag.value else { throw problem("is of another pipeline than the ledger") }
    var lines: [String: Range<Int>] = [:]
    for range in ranges {
      guard let entry = try? decoder.decode(SavedObservations.Entry.self, from: data[range]) else {
        throw problem("is no whole file of saved observations")
      }
      lines[entry.key] = range
    }
    keys = lines.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    (self.lines, self.header, self.path) = (lines, header, path)
    (name, savedAt) = (header.bucket, header.savedAt)
  }

  /// The place of the first key after `after` that may begin with `prefix`.
  private func firstKey(after: String, prefix: String) -> Int {
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      let key = keys[middle].utf8
      let isBefore =
        key.lexicographicallyPrecedes(prefix.utf8) || !after.utf8.lexicographicallyPrecedes(key)
      if isBefore { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func entry(_ key: String) -> SavedObservations.Entry? {
    lines[key].flatMap { try? JSONDecoder().decode(SavedObservations.Entry.self, from: data[$0]) }
  }

  /// A page of the listing that was saved.
  public func listPage(_ query: ListQuery, cursor: ListCursor?) async throws(StorageError) -> ListPage {
    let after = cursor?.text ?? query.startAfter ?? ""
    var objects: [ListedObject] = []
    var isMore = false
    for key in keys[firstKey(after: after, prefix: query.prefix)...] {
      guard key.utf8.starts(with: query.prefix.utf8) else { break }
      guard objects.count < query.pageSize else {
        isMore = true
        break
      }
      guard let entry = entry(key) else { continue }
      objects.append(
        ListedObject(key: key, size: entry.size, lastModified: entry.modified, etag: ETag(entry.etag)))
    }
    return ListPage(objects: objects, next: isMore ? objects.last.map { ListCursor(state: $0.key) } : nil)
  }

  /// What was read of an object when it was saved, as far as `request` asks.
  ///
  /// - Throws: `ObservationFailure`: what it was then; `.unsupported` where less was saved than is asked for.
  public func observe(
    _ object: ObjectReference, _ request: ObservationRequest
  ) async throws(ObservationFailure) -> Observation {
    guard let entry = entry(object.key), entry.etag == object.etag else {
      throw ObservationFailure(.replaced, "\(path) has no \(object.key) with this ETag")
    }
    guard let observation = entry.observation else {
      throw ObservationFailure(
        entry.failureKind ?? .unsupported, entry.failure ?? "\(path) says nothing of what it holds")
    }
    guard request.level <= observation.level else {
      throw ObservationFailure(
        .unsupported, "it was saved at level \(observation.level), and \(request.level) is asked for")
    }
    return observation.reduced(to: request.level)
  }

  /// The bucket's clock as it was measured when it was saved.
  public func clockReading() async throws(StorageError) -> ClockReading {
    guard let offset = header.clockOffset, let uncertainty = header.clockUncertainty else {
      throw unsupported
    }
    return ClockReading(offset: .microseconds(offset), uncertainty: .microseconds(uncertainty))
  }

  private var unsupported: StorageError { StorageError(.unsupported, .get, store: name) }

  /// Not there: bytes were not saved.
  public func get(_ key: String, range: ByteRange?, ifMatch: ETag?) async throws(StorageError) -> ObjectBytes
  {
    throw unsupported
  }
  /// Not there.
  public func head(_ key: String) async throws(StorageError) -> ObjectHead { throw unsupported }
  /// Not there: what was saved is read alone.
  public func put(_ key: String, _ bytes: [UInt8], ifNoneMatch: Bool) async throws(StorageError) -> ETag {
    throw unsupported
  }
  /// Not there: what was saved is read alone.
  public func delete(_ key: String) async throws(StorageError) { throw unsupported }
  /// Not there.
  public func region() async throws(StorageError) -> String { throw unsupported }
  /// Not there.
  public func versioning() async throws(StorageError) -> BucketVersioning { throw unsupported }
  /// Not there.
  public func encryption() async throws(StorageError) -> BucketEncryption? { throw unsupported }
  /// Not there.
  public func publicAccessBlock() async throws(StorageError) -> PublicAccessBlock? { throw unsupported }
  /// Not there.
  public func policyIsPublic() async throws(StorageError) -> Bool? { throw unsupported }
  /// None are needed.
  public func credentialSource() async throws(StorageError) -> String? { nil }
}
