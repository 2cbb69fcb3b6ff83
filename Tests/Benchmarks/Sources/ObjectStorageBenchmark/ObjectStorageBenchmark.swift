import Foundation
import ObjectStorage
import Parquet
import Synchronization

/// Lists, fetches, or fetches and reads the footers of what a location holds, and prints one JSON line: in how many
/// seconds, with how much of the processor and of memory.
@main struct ObjectStorageBenchmark {
  enum Job: String {
    case footers, fetch, list
  }

  static func main() async {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3, let job = Job(rawValue: arguments[1]) else {
      return fail("usage: ObjectStorageBenchmark footers|fetch|list s3://bucket/prefix [transfers]")
    }
    do {
      try await run(
        job, BucketLocation(arguments[2]), transfers: arguments.count > 3 ? Int(arguments[3]) ?? 64 : 64)
    } catch {
      fail("\(error)")
    }
  }

  @concurrent static func run(_ job: Job, _ location: BucketLocation, transfers: Int) async throws {
    var configuration = StorageConfiguration()
    configuration.maximumTransfers = transfers
    let store = try ObjectStores.open(location, configuration)
    let start = ContinuousClock.now
    var objects = 0
    var rows: Int64 = 0
    if job == .list {
      for try await page in store.list(prefix: location.prefix) { objects += page.objects.count }
    } else {
      // More readers than transfers, so that requests wait when connections come free.
      let readers = transfers * 4
      let backlog = Backlog(store.list(prefix: location.prefix))
      try await withThrowingTaskGroup(of: (Int, Int64).self) { group in
        for _ in 0..<readers {
          group.addTask {
            var objects = 0
            var rows: Int64 = 0
            while let object = try await backlog.next() {
              objects += 1
              rows += try await read(object, store, parses: job == .footers)
            }
            return (objects, rows)
          }
        }
        for try await (count, found) in group {
          objects += count
          rows += found
        }
      }
    }
    report(job, objects, rows, ContinuousClock.now - start)
  }

  /// The rows that an object's footer tells; the listing has its size, so a small object is one GET.
  static func read(_ object: ListedObject, _ store: any ObjectStore, parses: Bool) async throws -> Int64 {
    let tail = Int64(FooterDecoder.suggestedTailByteCount)
    let range: ByteRange? = object.size <= tail ? nil : .suffix(tail)
    let read = try await store.get(object.key, range: range, ifMatch: object.etag)
    guard parses else { return 0 }
    guard case .metadata(let metadata) = try FooterDecoder(fileSize: object.size).decode(tail: read.bytes)
    else {
      throw StorageError(
        .tooLarge, .get, store: store.name, key: object.key, detail: "a footer beyond the tail")
    }
    return metadata.rowCount
  }

  static func report(_ job: Job, _ objects: Int, _ rows: Int64, _ elapsed: Duration) {
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let processor = [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
    }
    print(
      "{\"job\": \"\(job)\", \"objects\": \(objects), \"rows\": \(rows), \"seconds\": \(seconds), "
        + "\"processor\": \(processor), \"megabytes\": \(usage.ru_maxrss / 1024)}")
  }

  static func fail(_ message: String) {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(1)
  }
}

/// What is listed and not read yet: the next page is listed while the last one is read.
final class Backlog: Sendable {
  private struct State {
    var objects: [ListedObject] = []
    var next = 0
    var page: Task<[ListedObject]?, any Error>
  }

  private let state: Mutex<State>
  private let pages: Pages

  init(_ listing: ListedPages) {
    let pages = Pages(listing)
    self.pages = pages
    state = Mutex(State(page: Task { try await pages.next() }))
  }

  func next() async throws -> ListedObject? {
    while true {
      let (object, page) = state.withLock { state -> (ListedObject?, Task<[ListedObject]?, any Error>) in
        guard state.next < state.objects.count else { return (nil, state.page) }
        state.next += 1
        return (state.objects[state.next - 1], state.page)
      }
      if let object { return object }
      guard let objects = try await page.value else { return nil }
      state.withLock { state in
        guard state.page == page else { return }  // Another reader was faster.
        (state.objects, state.next) = (objects, 0)
        state.page = Task { [pages] in try await pages.next() }
      }
    }
  }

  private actor Pages {
    private var iterator: ListedPages.Iterator

    init(_ listing: ListedPages) { iterator = listing.makeAsyncIterator() }

    func next() async throws -> [ListedObject]? {
      var current = iterator
      let page = try await current.next(isolation: self)
      iterator = current
      return page?.objects
    }
  }
}
