/// Finds the pages of a chunk in bytes that are supplied, and says which bytes it lacks.
///
/// Offsets of flaws are offsets in the file.
struct PageSource {
  enum Step {
    /// These bytes of the file are needed.
    case needs(Range<Int64>)
    /// A page: its header, and where in `bytes` its body is.
    case page(PageHeader, body: Range<Int>)
    /// There is no further page.
    case end
  }

  /// What was supplied last.
  private(set) var bytes: [UInt8] = []
  private var bytesStart: Int64 = 0
  /// Where the next page's header begins in the file.
  private(set) var position: Int64
  private let end: Int64
  private var wanted: Range<Int64>?

  /// Enough for a page header without long statistics.
  private static let headerByteCount: Int64 = 4096

  init(range: Range<Int64>) {
    position = range.lowerBound
    end = range.upperBound
  }

  mutating func supply(_ bytes: [UInt8], at offset: Int64) {
    self.bytes = bytes
    bytesStart = offset
  }

  mutating func next() throws(Flaw) -> Step {
    guard position < end else { return .end }
    let (bytesEnd, overflows) = bytesStart.addingReportingOverflow(Int64(bytes.count))
    guard !overflows, bytesStart <= position, position < bytesEnd else {
      return try need(position..<min(end, position + Self.headerByteCount))
    }
    let start = Int(position - bytesStart)
    // Bytes behind the chunk's end belong to other chunks.
    let windowEnd = Int(min(end, bytesEnd) - bytesStart)
    let window = bytes
    let span = window.span.bytes.extracting(0..<windowEnd)
    var reader = ThriftReader(span, at: start)
    let header: PageHeader
    do {
      header = try reader.pageHeader()
    } catch {
      let isComplete = bytesEnd >= end
      switch error.problem {
      case .endOfBytes where !isComplete, .sizeBeyondEnd where !isComplete:
        let have = bytesEnd - position
        return try need(position..<min(end, position + max(have * 2, Self.headerByteCount)))
      default: throw Flaw(error.problem, at: Int(bytesStart) + error.offset)
      }
    }
    let bodyStart = reader.offset
    guard Int64(header.compressedSize) <= end - bytesStart - Int64(bodyStart) else {
      throw Flaw(.pageBeyondChunk(byteCount: Int64(header.compressedSize)), at: Int(position))
    }
    let bodyEnd = bodyStart + header.compressedSize
    guard bodyEnd <= windowEnd else { return try need(position..<(bytesStart + Int64(bodyEnd))) }
    position = bytesStart + Int64(bodyEnd)
    wanted = nil
    return .page(header, body: bodyStart..<bodyEnd)
  }

  /// Asks for a range; asking for the same again means that other bytes were supplied than asked for.
  private mutating func need(_ range: Range<Int64>) throws(Flaw) -> Step {
    if wanted == range && !bytes.isEmpty { throw Flaw(.bytesNotAsked(offset: bytesStart), at: Int(position)) }
    wanted = range
    return .needs(range)
  }
}
