import ObjectStorage

/// A file that is complete: what of it waits on the disk, and the rest.
struct EncodedFile: ObjectContent {
  private let spool: (any ObjectDraft)?
  let tail: [UInt8]

  /// A file that is in memory alone.
  init(_ bytes: [UInt8]) {
    (spool, tail) = (nil, bytes)
  }

  init(spool: (any ObjectDraft)?, tail: [UInt8]) {
    (self.spool, self.tail) = (spool, tail)
  }

  var byteCount: Int { spooledByteCount + tail.count }
  var spooledByteCount: Int { spool?.byteCount ?? 0 }
  var draft: (any ObjectDraft)? { tail.isEmpty ? spool : nil }

  func read(_ range: Range<Int>) throws -> [UInt8] {
    let border = spooledByteCount
    var bytes: [UInt8] = []
    if let spool, range.lowerBound < border {
      bytes = try spool.read(range.lowerBound..<min(border, range.upperBound))
    }
    if range.upperBound > border {
      bytes += tail[max(0, range.lowerBound - border)..<range.upperBound - border]
    }
    return bytes
  }
}
