import DMS
import Ledger
import ObjectStorage
import Parquet

/// Reads one csv object from its beginning to its end, in requests of bounded size.
struct CSVObjectReader {
  let store: any ObjectStore
  let object: ObjectReference
  let request: ObservationRequest
  private(set) var bytesRead: Int64 = 0
  private(set) var requests = 0

  private static let portion: Int64 = 8 << 20
  private static let inflated = 1 << 20

  init(store: any ObjectStore, object: ObjectReference, request: ObservationRequest) {
    self.store = store
    self.object = object
    self.request = request
  }

  /// What the object holds.
  ///
  /// - Throws: `ObservationFailure`.
  mutating func observe(_ layout: CSVLayout) async throws(ObservationFailure) -> Observation {
    let name = object.key.split(separator: "/").last.map(String.init) ?? object.key
    let kind: CSVLayout.Kind =
      object.isLoad ? .load : name.hasPrefix("CDC_TXN-") ? .transactions : .changes
    var observer = CSVObserver(request: request, layout: layout, kind: kind)
    var rows = CSVReader(layout.settings)
    var offset: Int64 = 0
    if name.hasSuffix(FileFormat.gzippedCSV.rawValue) {
      var gzip: GzipReader
      do throws(ParquetError) { gzip = try GzipReader() } catch { throw ObservationFailure(error) }
      while offset < object.size {
        gzip.feed(try await portion(from: &offset))
        while true {
          let text: [UInt8]
          do throws(ParquetError) { text = try gzip.read(upTo: CSVObjectReader.inflated) } catch {
            throw ObservationFailure(.unreadable, "it is no whole gzip file")
          }
          guard !text.isEmpty else { break }
          rows.feed(text)
          while let row = try rows.next() { try observer.take(row) }
        }
      }
      guard gzip.isAtEnd else { throw ObservationFailure(.unreadable, "it is no whole gzip file") }
    } else {
      while offset < object.size {
        rows.feed(try await portion(from: &offset))
        while let row = try rows.next() { try observer.take(row) }
      }
    }
    if let row = try rows.rest() { try observer.take(row) }
    var observation = try observer.finish()
    observation.bytesRead = bytesRead
    observation.requests = requests
    return observation
  }

  private mutating func portion(from offset: inout Int64) async throws(ObservationFailure) -> [UInt8] {
    let range = offset..<min(object.size, offset + CSVObjectReader.portion)
    requests += 1
    let answer: ObjectBytes
    do throws(StorageError) {
      answer = try await store.get(
        object.key, range: range == 0..<object.size ? nil : .bytes(range), ifMatch: ETag(object.etag))
    } catch { throw ObservationFailure(error) }
    bytesRead += Int64(answer.bytes.count)
    guard Int64(answer.bytes.count) == range.upperBound - range.lowerBound else {
      throw ObservationFailure(.replaced, "\(object.key) has another size than was listed")
    }
    offset = range.upperBound
    return answer.bytes
  }
}
