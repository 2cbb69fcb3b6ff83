import Glibc
import Parquet

/// What a task did, printed as one line of JSON.
struct Outcome: Sendable {
  var files = 0
  /// Nil where it is the task's whole time.
  var seconds: Double?
  var rows: Int64 = 0
  var requests = 0
  var bytes: Int64 = 0
  var counts = ValueCounts()

  mutating func add(_ other: Outcome) {
    files += other.files
    rows += other.rows
    requests += other.requests
    bytes += other.bytes
    counts.add(other.counts)
  }
}

/// The processor time of the process so far, in seconds.
func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

@main struct Main {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else {
      print(
        """
        usage: ParquetBenchmarks footers|ops|tails FOLDER, parse FILE REPEATS, write|write-batches ROWS,
          huge FILE MEGABYTES, stream FILE COLUMN, again footer|count|values REPEATS
        """
      )
      exit(64)
    }
    let clock = ContinuousClock()
    let repeats = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1
    var outcome = Outcome()
    let start = clock.now
    let processorStart = processorSeconds()
    switch arguments[1] {
    case "footers": outcome = await Footers.read(arguments[2])
    case "ops": outcome = await Ops.count(arguments[2])
    case "tails": outcome = await Footers.tails(arguments[2])
    case "parse": outcome = Footers.parse(arguments[2], repeats: repeats)
    case "huge": outcome = try Huge.write(arguments[2], megabytes: repeats)
    case "stream": outcome = try Huge.read(arguments[2], column: arguments.count > 3 ? arguments[3] : "Op")
    case "again": outcome = try Again.run(arguments[2], repeats: repeats)
    case "write": outcome = try Customers.writeRows(Int(arguments[2]) ?? 0)
    case "write-batches": outcome = try Customers.writeBatches(Int(arguments[2]) ?? 0)
    default: exit(64)
    }
    let seconds = outcome.seconds ?? (clock.now - start) / .seconds(1)
    let processor = processorSeconds() - processorStart
    print(
      """
      {"seconds": \(seconds), "processor": \(processor), "files": \(outcome.files), "rows": \(outcome.rows), \
      "requests": \(outcome.requests), "bytes": \(outcome.bytes), "I": \(outcome.counts["I"]), \
      "U": \(outcome.counts["U"]), "D": \(outcome.counts["D"]), "peak_kib": \(peakMemory())}
      """)
  }

  /// The process's own high-water mark in KiB; that of getrusage has the parent's in it.
  private static func peakMemory() -> Int {
    guard let status = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(status) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), status) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if text.hasPrefix("VmHWM:") { return Int(text.filter(\.isNumber)) ?? 0 }
    }
    return 0
  }
}
