import Testing
import Time

@testable import Replicator

/// Binary forms beside the texts of the same values, and bytes that no server sends.
@Suite struct ValueBinaryTests {
  private func of<Number: FixedWidthInteger, Result>(
    _ number: Number, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    withUnsafeBytes(of: number.bigEndian, body)
  }

  private func timestamp(_ count: Int64) -> Int64? {
    guard case .value(let time)? = of(count, { ValueBinary.timestamp($0) }) else { return nil }
    return time.microseconds
  }

  @Test func timestampsEndWhereTheirTextsEnd() {
    #expect(timestamp(0) == 946_684_800_000_000)
    // 9999-12-31 23:59:59 and 4713-01-01 BC stand for the infinities.
    #expect(timestamp(.max) == 253_402_300_799_000_000)
    #expect(timestamp(.min) == -210_863_520_000_000_000)
    // The last microsecond of 290000, and the one after it.
    let last = "290000-12-31 23:59:59.999999".withUTF8Bytes { ValueText.timestamp($0) }
    guard case .value(let end)? = last else {
      Issue.record("the text has a value")
      return
    }
    #expect(timestamp(end.microseconds - 946_684_800_000_000) == end.microseconds)
    #expect(timestamp(end.microseconds - 946_684_800_000_000 + 1) == nil)
    // 294276-12-31 23:59:59.999999, PostgreSQL's own last.
    #expect(timestamp(9_223_371_331_199_999_999) == nil)
  }

  private func date(_ count: Int32) -> Int32? {
    guard case .value(let days)? = of(count, { ValueBinary.date($0) }) else { return nil }
    return days
  }

  @Test func datesEndWhereTheirTextsEnd() {
    #expect(date(0) == 10_957 && date(-10_957) == 0)
    #expect(date(.max) == 2_932_896 && date(.min) == -2_440_550)
    // 5874897-12-31, PostgreSQL's own last.
    #expect(date(2_145_031_948) == nil)
  }

  private func decimal(
    _ halves: [UInt16], precision: Int = 38, scale: Int = 2
  ) -> (value: Int128?, isNumeric: Bool) {
    let bytes = halves.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    let decimal = bytes.withUnsafeBytes { ValueBinary.decimal($0, precision: precision, scale: scale) }
    guard let decimal else { return (nil, false) }
    if case .value(let value) = decimal { return (value, true) }
    return (nil, true)
  }

  @Test func numericsAreCutAndFilledToTheScale() {
    // Digits, weight, sign, scale, then the digits: 12345.6789, 0, 0.0001, 100000000, -0.05.
    #expect(decimal([3, 1, 0, 4, 1, 2345, 6789]).value == 1_234_567)
    #expect(decimal([0, 0, 0, 2]).value == 0)
    #expect(decimal([1, 0xFFFF, 0, 4, 1]).value == 0)
    #expect(decimal([1, 2, 0, 0, 1]).value == 10_000_000_000)
    #expect(decimal([1, 0xFFFF, 0x4000, 2, 500]).value == -5)
    #expect(decimal([1, 2, 0, 0, 1], precision: 10).value == nil)
    #expect(decimal([1, 0, 0, 0, 9], scale: 0).value == 9)
  }

  @Test func whatNoServerSendsIsNoValue() {
    #expect(decimal([0, 0, 0xC000, 0]).isNumeric && decimal([0, 0, 0xC000, 0]).value == nil)
    #expect(!decimal([0, 0, 0x1234, 0]).isNumeric)
    #expect(!decimal([2, 0, 0, 0, 1]).isNumeric)
    #expect(!decimal([1, 0, 0, 0, 10_000]).isNumeric)
    #expect(!decimal([1, 0, 0]).isNumeric)
    // As many digits as there can be, all of them beyond the precision or the scale: it comes to an end.
    #expect(decimal([1, 0x7FFF, 0, 0, 1]).value == nil)
    #expect(decimal([1, 0x8000, 0, 0, 1]).value == 0)
    #expect([UInt8](repeating: 0, count: 7).withUnsafeBytes { ValueBinary.timestamp($0) == nil })
    var text = [UInt8](repeating: 0, count: ValueBinary.uuidByteCount)
    let isWritten = text.withUnsafeMutableBytes { text in
      [UInt8](repeating: 0, count: 15).withUnsafeBytes { bytes in
        text.baseAddress.map { ValueBinary.write(uuid: bytes, to: $0) }
      }
    }
    #expect(isWritten == false)
    #expect([UInt8]().withUnsafeBytes { ValueBinary.boolean($0) == nil })
    #expect(of(Int64(86_400_000_001)) { ValueBinary.timeMilliseconds($0) } == nil)
    #expect(of(Int64(86_400_000_000)) { ValueBinary.timeMilliseconds($0) } == 86_399_999)
  }
}

@Suite struct CopyBinarySplitterTests {
  private let header: [UInt8] = [
    0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0,
  ]
  private let row: [UInt8] = [0, 2, 0, 0, 0, 1, 0x61, 0xFF, 0xFF, 0xFF, 0xFF]

  /// The fields of each row, "NULL" for null; the pieces come in blocks of so many.
  private func split(_ pieces: [[UInt8]], atOnce: Int = 1) throws -> [[String]] {
    var splitter = CopyBinarySplitter()
    var rows: [[String]] = []
    for start in stride(from: 0, to: pieces.count, by: atOnce) {
      var block = RowBlock()
      for piece in pieces[start..<min(pieces.count, start + atOnce)] { block.append(piece.span.bytes) }
      let cut = try splitter.split(block, columnCount: 2)
      let columns = (0..<2).map { column in
        cut.column(column).map { field in
          field.count < 0
            ? "NULL"
            : String(
              decoding: cut.bytes[Int(field.start)..<Int(field.start) + Int(field.count)], as: UTF8.self)
        }
      }
      rows += (0..<cut.count).map { row in columns.map { $0[row] } }
    }
    return rows
  }

  @Test func rowsComeAfterAHeaderOfTheirOwnOrTheirs() throws {
    #expect(try split([header + row, row, [0xFF, 0xFF]]) == [["a", "NULL"], ["a", "NULL"]])
    #expect(try split([header, row, [0xFF, 0xFF]]) == [["a", "NULL"]])
    #expect(try split([header + row, row, row, [0xFF, 0xFF]], atOnce: 2).count == 3)
    #expect(try split([header + [0xFF, 0xFF]]) == [])
  }

  @Test func whatIsCutOrTooLongIsRefused() {
    for end in 0..<row.count {
      #expect(throws: ReplicatorError.self) { try split([header, Array(row[..<end])]) }
    }
    #expect(throws: ReplicatorError.self) { try split([header, row + [0]]) }
    #expect(throws: ReplicatorError.self) { try split([header, [0, 1, 0, 0, 0, 0]]) }
    #expect(throws: ReplicatorError.self) { try split([header, [0, 2, 0x7F, 0xFF, 0xFF, 0xFF, 1]]) }
    #expect(throws: ReplicatorError.self) { try split([row]) }
    var critical = header
    critical[11] = 1
    #expect(throws: ReplicatorError.self) { try split([critical + row]) }
  }
}

extension String {
  fileprivate func withUTF8Bytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    Array(utf8).withUnsafeBytes(body)
  }
}
