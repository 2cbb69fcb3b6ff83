import Ledger
public import ObjectStorage
import Parquet
import Time

/// Observes objects by reading them, Parquet with the fewest bytes that the level allows, csv whole.
///
/// A small object is one request; of a large one the tail is read, then only the column chunks that are
/// needed, neighbours together. Where statistics prove it, no page is read.
public struct BucketObservationSource: ObservationSource {
  private let store: any ObjectStore
  /// Objects up to this size are read whole.
  private let wholeObjectLimit: Int64

  /// A source that reads from `store`; objects up to `wholeObjectLimit` bytes in one request.
  public init(store: any ObjectStore, wholeObjectLimit: Int64 = 256 * 1024) {
    self.store = store
    self.wholeObjectLimit = wholeObjectLimit
  }

  /// What the object holds, as far as `request` asks.
  ///
  /// - Throws: `ObservationFailure`.
  public func observe(
    _ object: ObjectReference, _ request: ObservationRequest
  ) async throws(ObservationFailure) -> Observation {
    if let layout = request.csv, object.key.hasSuffix(".csv") || object.key.hasSuffix(".csv.gz") {
      var reader = CSVObjectReader(store: store, object: object, request: request)
      do throws(ObservationFailure) { return try await reader.observe(layout) } catch {
        throw ObservationFailure(
          error.kind, error.message, bytesRead: reader.bytesRead, requests: reader.requests)
      }
    }
    var pieces = ObjectPieces(store: store, object: object)
    do throws(ObservationFailure) {
      guard object.size > 0 else { throw ObservationFailure(.unreadable, "it has no bytes") }
      let metadata = try await metadata(of: object, request, &pieces)
      var reader = ParquetObserver(metadata: metadata, request: request, file: object.key)
      for group in metadata.rowGroups.indices {
        let needed = try reader.chunks(ofGroup: group)
        try await pieces.fetch(needed.map(\.byteRange))
        try reader.read(group: group) { range throws(ObservationFailure) in try pieces.piece(holding: range) }
        pieces.dropAllButTail()
      }
      var observation = reader.observation
      observation.bytesRead = pieces.bytesRead
      observation.requests = pieces.requests
      return observation
    } catch {
      throw ObservationFailure(
        error.kind, error.message, bytesRead: pieces.bytesRead, requests: pieces.requests)
    }
  }

  private func metadata(
    of object: ObjectReference, _ request: ObservationRequest, _ pieces: inout ObjectPieces
  ) async throws(ObservationFailure) -> FileMetadata {
    let tail = min(object.size, Int64(FooterDecoder.suggestedTailByteCount))
    let isWhole = object.size <= wholeObjectLimit && request.level >= .keys
    var start = isWhole ? 0 : object.size - tail
    let decoder = FooterDecoder(fileSize: object.size, file: object.key)
    while true {
      try await pieces.fetchTail(from: start)
      let outcome: FooterDecoder.Outcome
      do throws(ParquetError) { outcome = try decoder.decode(tail: pieces.tail.bytes) } catch {
        throw ObservationFailure(error)
      }
      switch outcome {
      case .metadata(let metadata): return metadata
      case .needs(let range):
        guard range.lowerBound < start else { throw ObservationFailure(.unreadable, "its footer has no end") }
        start = range.lowerBound
      }
    }
  }
}

extension ObservationFailure {
  /// What a file of a wrong form means for its object.
  init(_ error: ParquetError) {
    switch error.code {
    case .unsupported, .encrypted, .limitExceeded, .compressionFailed, .misuse:
      self.init(.unsupported, "\(error)")
    case .notParquet, .truncated, .malformedMetadata, .malformedData, .checksumMismatch,
      .decompressionFailed:
      self.init(.unreadable, "\(error)")
    }
  }

  /// What a failed request means for its object.
  init(_ error: StorageError) {
    switch error.code {
    case .notFound, .preconditionFailed: self.init(.replaced, "\(error)")
    case .rangeNotSatisfiable: self.init(.unreadable, "\(error)")
    default: self.init(.outOfReach, "\(error)")
    }
  }
}

/// The parts of one object that were fetched, and what that cost.
struct ObjectPieces {
  struct Piece {
    var offset: Int64
    var bytes: [UInt8]
    var range: Range<Int64> { offset..<offset + Int64(bytes.count) }
  }

  private let store: any ObjectStore
  private let object: ObjectReference
  private(set) var tail: Piece
  private var pieces: [Piece] = []
  private(set) var bytesRead: Int64 = 0
  private(set) var requests = 0

  /// Bytes between two ranges that cost less than another request.
  private static let gapLimit: Int64 = 64 * 1024

  init(store: any ObjectStore, object: ObjectReference) {
    self.store = store
    self.object = object
    tail = Piece(offset: object.size, bytes: [])
  }

  /// Makes the tail begin at `start`, fetching what it lacks.
  mutating func fetchTail(from start: Int64) async throws(ObservationFailure) {
    guard start < tail.offset else { return }
    let bytes = try await get(start..<tail.offset)
    tail = Piece(offset: start, bytes: bytes + tail.bytes)
  }

  /// Fetches ranges that are not at hand, neighbours in one request.
  mutating func fetch(_ ranges: [Range<Int64>]) async throws(ObservationFailure) {
    let lacking = ranges.filter { $0.lowerBound < tail.offset }.sorted { $0.lowerBound < $1.lowerBound }
    var merged: [Range<Int64>] = []
    for range in lacking {
      if let last = merged.last, range.lowerBound - last.upperBound <= ObjectPieces.gapLimit {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    for range in merged {
      pieces.append(Piece(offset: range.lowerBound, bytes: try await get(range)))
    }
  }

  /// The piece that holds `range`.
  func piece(holding range: Range<Int64>) throws(ObservationFailure) -> Piece {
    for piece in pieces + [tail]
    where piece.offset <= range.lowerBound && range.upperBound <= piece.range.upperBound { return piece }
    throw ObservationFailure(.unreadable, "a column lies beyond the end of the object")
  }

  mutating func dropAllButTail() { pieces = [] }

  private mutating func get(_ range: Range<Int64>) async throws(ObservationFailure) -> [UInt8] {
    requests += 1
    let isWhole = range == 0..<object.size
    let answer: ObjectBytes
    do throws(StorageError) {
      answer = try await store.get(
        object.key, range: isWhole ? nil : .bytes(range), ifMatch: ETag(object.etag))
    } catch { throw ObservationFailure(error) }
    bytesRead += Int64(answer.bytes.count)
    guard Int64(answer.bytes.count) == range.upperBound - range.lowerBound else {
      throw ObservationFailure(.replaced, "\(object.key) has another size than was listed")
    }
    return answer.bytes
  }
}
