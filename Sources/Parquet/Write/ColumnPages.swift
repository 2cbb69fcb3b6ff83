/// The pages of a column chunk that is being written, and its dictionary.
struct ColumnPages: Sendable {
  /// A data page whose bytes are ready, but for compression.
  struct EncodedPage: Sendable {
    let bytes: [UInt8]
    let valueCount: Int
    let isDictionary: Bool
  }

  private let type: PhysicalType
  private let isOptional: Bool
  private let settings: WriterSettings
  private(set) var statistics: StatisticsBuilder
  /// Nil where the column has none.
  private(set) var dictionary: ValueDictionary?
  /// Whether values go into the dictionary still.
  private var usesDictionary: Bool
  private(set) var complete: [EncodedPage] = []
  private var completeByteCount = 0

  // The open page.
  private var levels = LevelEncoder()
  private var entryCount = 0
  private var indices: [UInt32] = []

  init(_ definition: ColumnDefinition, settings: WriterSettings) {
    type = definition.physicalType
    isOptional = definition.isOptional
    self.settings = settings
    statistics = StatisticsBuilder(type: type)
    usesDictionary = settings.encoding != .plain && type != .boolean
    if usesDictionary {
      dictionary = ValueDictionary(width: type.byteWidth(typeLength: definition.typeLength) ?? 0)
    }
  }

  /// The bytes held, about.
  var byteCountEstimate: Int {
    completeByteCount + indices.count + (dictionary?.bytes.count ?? 0)
  }

  /// As much as is encoded at once: never more than the open page takes.
  var stageLimit: (valueCount: Int, byteCount: Int) {
    // Indices take about two bytes, and booleans a bit.
    if usesDictionary {
      let room = (settings.dataPageSize + 1) / 2 - indices.count
      return (min(Self.batchValueCount, max(1, room)), min(Self.batchByteCount, settings.dataPageSize))
    }
    return (Int.max, type == .boolean ? settings.dataPageSize * 8 : settings.dataPageSize)
  }

  /// What stays in the processor's nearer caches.
  private static let batchValueCount = 4096
  private static let batchByteCount = 128 << 10

  /// Encodes the values of `stage`, which is full; where a dictionary is full, what comes behind stays in the stage.
  mutating func encode(_ stage: inout ValueStage) {
    if usesDictionary {
      number(&stage)
    } else {
      // The stage of a column without dictionary is its page.
      endPlainPage(&stage)
    }
  }

  /// Encodes the values of `stage` and ends the chunk's last page.
  mutating func finish(_ stage: inout ValueStage) {
    if usesDictionary { number(&stage) }
    if usesDictionary { endIndexPage() } else { endPlainPage(&stage) }
  }

  private mutating func number(_ stage: inout ValueStage) {
    let known = dictionary?.bytes.count ?? 0
    let taken =
      dictionary?.number(stage, into: &indices, limit: settings.dictionaryPageSizeLimit)
      ?? (values: 0, byteCount: 0)
    // Only values that are new can be bounds.
    if settings.writesStatistics, let dictionary {
      statistics.add(plain: dictionary.bytes.span.extracting(known..<dictionary.bytes.count))
    }
    if taken.values == stage.valueCount {
      take(stage.runs, valueCount: stage.valueCount)
      stage.removeAll()
    } else {
      take(stage.removeFirst(values: taken.values, byteCount: taken.byteCount), valueCount: taken.values)
    }
    if taken.values > 0 && (dictionary?.bytes.count ?? 0) >= settings.dictionaryPageSizeLimit {
      endIndexPage()
      usesDictionary = false
    } else if indices.count * 2 >= settings.dataPageSize {
      endIndexPage()
    }
  }

  private mutating func take(_ runs: LevelRuns, valueCount: Int) {
    guard isOptional else {
      entryCount += valueCount
      return
    }
    levels.append(runs)
    let count = runs.entryCount
    entryCount += count
    statistics.nullCount += Int64(count - valueCount)
  }

  private mutating func endIndexPage() {
    guard entryCount > 0, let dictionary else { return }
    var bytes = takeLevels(reserving: 0)
    let width = dictionary.count <= 1 ? 0 : Int.bitWidth - (dictionary.count - 1).leadingZeroBitCount
    // Width 0 is allowed, but older readers expect at least a bit.
    bytes.append(UInt8(max(1, width)))
    HybridEncoder.append(indices, bitWidth: max(1, width), to: &bytes)
    indices.removeAll(keepingCapacity: true)
    endPage(bytes)
  }

  private mutating func endPlainPage(_ stage: inout ValueStage) {
    take(stage.runs, valueCount: stage.valueCount)
    guard entryCount > 0 else { return }
    var bytes = takeLevels(reserving: stage.bytes.count)
    append(stage.bytes.span, to: &bytes)
    stage.removeAll()
    endPage(bytes)
  }

  private mutating func append(_ values: RawSpan, to bytes: inout [UInt8]) {
    if settings.writesStatistics { statistics.add(plain: values) }
    if type == .boolean { bytes.append(bits: values) } else { bytes.append(values, 0..<values.byteCount) }
  }

  /// The page's definition levels with their length, for a column that has them.
  private mutating func takeLevels(reserving byteCount: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    guard isOptional else { return bytes }
    levels.finish()
    bytes.reserveCapacity(byteCount + levels.bytes.count + 4)
    bytes.append(littleEndian: UInt32(levels.bytes.count))
    bytes += levels.bytes
    levels.removeAll()
    return bytes
  }

  private mutating func endPage(_ bytes: [UInt8]) {
    completeByteCount += bytes.count
    complete.append(EncodedPage(bytes: bytes, valueCount: entryCount, isDictionary: usesDictionary))
    entryCount = 0
  }

  /// Makes ready for the next row group.
  mutating func removeAll() {
    complete.removeAll(keepingCapacity: true)
    completeByteCount = 0
    statistics = StatisticsBuilder(type: type)
    if dictionary != nil {
      dictionary?.removeAll()
      usesDictionary = true
    }
  }
}

extension Array<UInt8> {
  /// Appends booleans, a byte each, as bits.
  fileprivate mutating func append(bits values: RawSpan) {
    reserveCapacity(count + (values.byteCount + 7) / 8)
    for start in stride(from: 0, to: values.byteCount, by: 8) {
      var bits: UInt8 = 0
      for offset in 0..<Swift.min(8, values.byteCount - start) {
        bits |= values.byte(start + offset) << UInt8(offset)
      }
      append(bits)
    }
  }
}
