/// Definition levels of a flat column as they come: the lengths of runs, in turn of values and of nulls.
struct LevelRuns: Sendable {
  /// The first is a run of values, which may be empty.
  private(set) var lengths: [UInt32] = [0]
  private var lastIsPresent = true

  @inline(__always)
  mutating func append(isPresent: Bool, count: Int = 1) {
    if isPresent == lastIsPresent {
      lengths[lengths.count &- 1] &+= UInt32(truncatingIfNeeded: count)
    } else {
      lengths.append(UInt32(truncatingIfNeeded: count))
      lastIsPresent = isPresent
    }
  }

  var entryCount: Int { lengths.reduce(0) { $0 + Int($1) } }

  mutating func removeAll() {
    lengths.removeAll(keepingCapacity: true)
    lengths.append(0)
    lastIsPresent = true
  }

  /// Takes out the entries up to the value of number `valueCount`.
  mutating func removeFirst(values valueCount: Int) -> LevelRuns {
    var taken = LevelRuns()
    var rest = LevelRuns()
    var left = valueCount
    for (index, length) in lengths.enumerated() {
      let isPresent = index & 1 == 0
      let part = left == 0 ? 0 : isPresent ? min(left, Int(length)) : Int(length)
      if part > 0 { taken.append(isPresent: isPresent, count: part) }
      if part < Int(length) { rest.append(isPresent: isPresent, count: Int(length) - part) }
      if isPresent { left -= part }
    }
    self = rest
    return taken
  }
}

/// Encodes definition levels of one bit as runs and bit-packed groups; see `HybridDecoder`.
struct LevelEncoder: Sendable {
  private(set) var bytes: [UInt8] = []
  private var runLevel = false
  private var runCount = 0
  /// The open bit-packed group of eight.
  private var group: UInt8 = 0
  private var groupCount = 0
  private var literal = LiteralRun()

  mutating func append(_ runs: LevelRuns) {
    for (index, length) in runs.lengths.enumerated() where length > 0 {
      append(index & 1 == 0, count: Int(length))
    }
  }

  private mutating func append(_ level: Bool, count: Int) {
    var left = count
    if runCount > 0 {
      if level == runLevel {
        runCount += left
        return
      }
      endRun()
    }
    if groupCount > 0 {
      let taken = min(8 - groupCount, left)
      addToGroup(level, taken)
      left -= taken
    }
    if left >= 8 {
      runLevel = level
      runCount = left
    } else if left > 0 {
      addToGroup(level, left)
    }
  }

  private mutating func addToGroup(_ level: Bool, _ count: Int) {
    if level { group |= (UInt8(truncatingIfNeeded: 1 << count) &- 1) << UInt8(groupCount) }
    groupCount += count
    if groupCount == 8 { endGroup() }
  }

  private mutating func endGroup() {
    literal.beginGroup(&bytes)
    bytes.append(group)
    group = 0
    groupCount = 0
  }

  private mutating func endRun() {
    literal.end(&bytes)
    bytes.append(varint: UInt64(runCount) << 1)
    bytes.append(runLevel ? 1 : 0)
    runCount = 0
  }

  /// Ends the encoding; the last group is filled with zeros.
  mutating func finish() {
    if runCount > 0 { endRun() }
    if groupCount > 0 { endGroup() }
    literal.end(&bytes)
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
  }
}

/// The header of a bit-packed run, filled in when the run ends; the run is kept so short that it takes a byte.
struct LiteralRun: Sendable {
  private static let maximumGroups = 63
  private var header = -1
  private var groups = 0

  @inline(__always)
  mutating func beginGroup(_ bytes: inout [UInt8]) {
    if groups == Self.maximumGroups { end(&bytes) }
    if header < 0 {
      header = bytes.count
      bytes.append(0)
    }
    groups &+= 1
  }

  @inline(__always)
  mutating func end(_ bytes: inout [UInt8]) {
    guard header >= 0 else { return }
    bytes[header] = UInt8(truncatingIfNeeded: groups << 1 | 1)
    header = -1
    groups = 0
  }
}
