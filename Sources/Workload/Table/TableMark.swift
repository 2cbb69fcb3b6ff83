import Ledger

/// The comment by which lakecanary knows a table that it made, and for which pipeline.
struct TableMark: Hashable, Sendable {
  let tag: PipelineTag
  let pipeline: String

  init(tag: PipelineTag, pipeline: String) {
    self.tag = tag
    self.pipeline = pipeline
  }

  /// The mark in a comment, or nil where it has none.
  init?(comment: String) {
    guard comment.hasPrefix(TableMark.opening) else { return nil }
    let rest = comment.dropFirst(TableMark.opening.count)
    let digits = rest.prefix(12)
    guard digits.utf8.count == 12, digits.utf8.allSatisfy(isLowerHexadecimal),
      let value = UInt64(digits, radix: 16)
    else { return nil }
    let tail = rest.dropFirst(12)
    guard tail.hasPrefix(TableMark.middle), tail.hasSuffix(TableMark.closing) else { return nil }
    tag = PipelineTag(value)
    pipeline = String(tail.dropFirst(TableMark.middle.count).dropLast(TableMark.closing.count))
  }

  /// The comment.
  var comment: String {
    let digits = String(tag.value, radix: 16)
    let padding = String(repeating: "0", count: 12 - digits.count)
    return TableMark.opening + padding + digits + TableMark.middle + pipeline + TableMark.closing
  }

  private static let opening = "Made by lakecanary (tag "
  private static let middle = ") for the pipeline "
  private static let closing = ": its rows are made up and may be changed or deleted at any time."
}

private func isLowerHexadecimal(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
}
