import TestSupport
import Testing
import Time

@testable import Ledger

@Suite struct ObjectArrivalsTests {
  let directory = ScratchDirectory()
  private let start = Timestamp(seconds: 1_790_000_000)

  @Test func objectsAreCountedByTheirSliceOfTime() throws {
    let store = try open(directory)
    try store.declareTable(TableDeclaration(name: .customers))
    try store.write { session in
      let table = try #require(try session.table(.customers))
      let bucket = try session.bucket("b")
      let objects: [(ObjectKind, Int, Int64)] = [
        (.load, 0, 100), (.changes, 9, 5), (.changes, 10, 7), (.changes, 99, 8), (.changes, 100, 9),
        (.changes, 101, 1), (.other, 9, 1),
      ]
      for (place, (kind, second, size)) in objects.enumerated() {
        try session.add(
          ListedEntry(
            key: "k\(place)", etag: "e", size: size, lastModified: start + .seconds(second), kind: kind,
            place: Int64(place)),
          bucket: bucket, table: table.id, listing: 1, now: start)
      }
    }
    let arrivals = try store.objectArrivals(from: start, until: start + .seconds(100), slices: 10)
    #expect(arrivals.map { ($0.start - start).inSeconds } == [0, 10, 90, 100])
    #expect(arrivals.map(\.loads) == [1, 0, 0, 0])
    #expect(arrivals.map(\.changes) == [1, 1, 1, 1])
    #expect(arrivals.first?.bytes == 105)
    #expect(arrivals.first?.smallest == 5 && arrivals.first?.largest == 100)
    #expect(try store.objectArrivals(from: start, until: start, slices: 240).map(\.objects) == [1])
  }
}
