import DMS

/// Cuts the text of a csv file into rows and values, in the form that an endpoint's settings give it
/// (DMS.md section 4); no I/O: it is fed pieces.
struct CSVReader {
  /// One row's values.
  struct Row {
    /// A value: its bytes, without quotes, and whether it stood in quotes.
    struct Value {
      var range: Range<Int>
      var isQuoted: Bool
    }

    fileprivate(set) var bytes: [UInt8] = []
    fileprivate(set) var values: [Value] = []
    fileprivate let nullValue: [UInt8]

    /// The text of a value; nil of NULL, or where the row has no such value.
    func text(_ index: Int?) -> String? {
      guard let index, index < values.count, !isNull(index) else { return nil }
      return String(decoding: bytes[values[index].range], as: UTF8.self)
    }

    /// Whether a value stands for NULL; a text that is empty stands in quotes.
    func isNull(_ index: Int) -> Bool {
      let value = values[index]
      guard !value.isQuoted else { return false }
      return bytes[value.range].elementsEqual(nullValue)
        || nullValue.isEmpty && bytes[value.range].elementsEqual("NULL".utf8)
    }
  }

  private enum State { case start, plain, quoted, afterQuote }

  private let delimiter: [UInt8]
  private let rowDelimiter: [UInt8]
  private let quotes: Bool
  private let nullValue: [UInt8]
  private var state = State.start
  private var row: Row
  private var start = 0
  private var isQuoted = false
  private var input: [UInt8] = []
  private var position = 0

  /// No row is longer than this: beyond it a quote is open.
  private static let longestRow = 64 << 20

  init(_ settings: CSVSettings) {
    delimiter = Array(settings.delimiter.utf8)
    rowDelimiter = Array(settings.rowDelimiter.utf8)
    quotes = settings.rfc4180
    nullValue = Array(settings.nullValue.utf8)
    row = Row(nullValue: nullValue)
  }

  /// Takes more of the text; all rows of what was given before must have been taken.
  mutating func feed(_ bytes: [UInt8]) {
    input = bytes
    position = 0
  }

  /// The next whole row; nil where more of the text is needed.
  ///
  /// - Throws: `.unreadable` where a row has no end.
  mutating func next() throws(ObservationFailure) -> Row? {
    while position < input.count {
      let byte = input[position]
      position += 1
      switch state {
      case .start where quotes && byte == UInt8(ascii: "\""):
        (state, isQuoted) = (.quoted, true)
      case .quoted:
        if byte == UInt8(ascii: "\"") { state = .afterQuote } else { row.bytes.append(byte) }
      case .afterQuote where byte == UInt8(ascii: "\"") && row.bytes.count >= start:
        row.bytes.append(byte)
        state = .quoted
      case .start, .plain, .afterQuote:
        if state == .start { state = .plain }
        row.bytes.append(byte)
        if ends(with: delimiter) {
          endValue(cutting: delimiter.count)
        } else if ends(with: rowDelimiter) {
          return endRow(cutting: rowDelimiter.count)
        }
      }
      if row.bytes.count > CSVReader.longestRow { throw ObservationFailure(.unreadable, "a row has no end") }
    }
    return nil
  }

  /// What is left at the end of the text: a last row without a row delimiter.
  ///
  /// - Throws: `.unreadable` where the text ends within quotes.
  mutating func rest() throws(ObservationFailure) -> Row? {
    guard state != .quoted else { throw ObservationFailure(.unreadable, "it ends within a value") }
    guard !row.bytes.isEmpty || !row.values.isEmpty || isQuoted else { return nil }
    return endRow(cutting: 0)
  }

  private func ends(with text: [UInt8]) -> Bool {
    guard let last = text.last, row.bytes.last == last, row.bytes.count - start >= text.count else {
      return false
    }
    return text.count == 1 || row.bytes.suffix(text.count).elementsEqual(text)
  }

  private mutating func endValue(cutting count: Int) {
    row.bytes.removeLast(count)
    row.values.append(Row.Value(range: start..<row.bytes.count, isQuoted: isQuoted))
    start = row.bytes.count
    (state, isQuoted) = (.start, false)
  }

  private mutating func endRow(cutting count: Int) -> Row {
    row.bytes.removeLast(count)
    // Lines that a tool has ended with CR LF.
    if rowDelimiter == [0x0A], row.bytes.count > start, row.bytes.last == 0x0D { row.bytes.removeLast() }
    endValue(cutting: 0)
    defer {
      row = Row(nullValue: nullValue)
      start = 0
    }
    return row
  }
}
