/// A Parquet file put together byte by byte, so that it can be as odd as some writers' are.
///
/// Written apart from the module, from parquet.thrift: it shares no code with what it tests.
struct ForgedFile {
  /// A value of Thrift's compact protocol.
  indirect enum Value {
    case int32(Int)
    case int64(Int)
    case bool(Bool)
    case text(String)
    case bytes([UInt8])
    case list([Value])
    case structure([(Int, Value)])

    var type: UInt8 {
      switch self {
      case .bool(let value): value ? 1 : 2
      case .int32: 5
      case .int64: 6
      case .text, .bytes: 8
      case .list: 9
      case .structure: 12
      }
    }

    var encoded: [UInt8] {
      switch self {
      case .int32(let value), .int64(let value):
        return ForgedFile.varint(UInt64(bitPattern: Int64(value << 1 ^ value >> 63)))
      case .bool: return []
      case .text(let text): return ForgedFile.varint(UInt64(text.utf8.count)) + Array(text.utf8)
      case .bytes(let bytes): return ForgedFile.varint(UInt64(bytes.count)) + bytes
      case .list(let elements):
        let type = elements.first?.type ?? 5
        let header =
          elements.count < 15
          ? [UInt8(elements.count) << 4 | type] : [0xf0 | type] + ForgedFile.varint(UInt64(elements.count))
        return header + elements.flatMap(\.encoded)
      case .structure(let fields):
        var bytes: [UInt8] = []
        var last = 0
        for (id, value) in fields {
          if (1...15).contains(id - last) {
            bytes.append(UInt8(id - last) << 4 | value.type)
          } else {
            bytes += [value.type] + Value.int32(id).encoded
          }
          bytes += value.encoded
          last = id
        }
        return bytes + [0]
      }
    }
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
  }

  static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// A byte array as PLAIN has it.
  static func plain(_ text: String) -> [UInt8] { littleEndian(UInt32(text.utf8.count)) + Array(text.utf8) }

  private(set) var bytes = Array("PAR1".utf8)

  /// Where the next bytes will stand.
  var offset: Int { bytes.count }

  mutating func append(_ more: [UInt8]) { bytes += more }

  /// Appends a page: its header with these details, and its body; `sizes` are said instead of the true ones.
  mutating func appendPage(
    _ type: Int, _ details: (Int, Value), _ body: [UInt8], sizes: (uncompressed: Int, compressed: Int)? = nil
  ) {
    let fields: [(Int, Value)] = [
      (1, .int32(type)), (2, .int32(sizes?.uncompressed ?? body.count)),
      (3, .int32(sizes?.compressed ?? body.count)), details,
    ]
    bytes += Value.structure(fields).encoded + body
  }

  /// Appends a data page of version 1.
  mutating func appendDataPage(count: Int, encoding: Int, _ body: [UInt8], levels: Int = 3) {
    appendPage(
      0,
      (5, .structure([(1, .int32(count)), (2, .int32(encoding)), (3, .int32(levels)), (4, .int32(levels))])),
      body)
  }

  /// Appends a dictionary page.
  mutating func appendDictionary(count: Int, encoding: Int, _ body: [UInt8]) {
    appendPage(2, (7, .structure([(1, .int32(count)), (2, .int32(encoding))])), body)
  }

  /// The file with a footer of these fields.
  func finished(_ footer: [(Int, Value)], magic: String = "PAR1") -> [UInt8] {
    let encoded = Value.structure(footer).encoded
    return bytes + encoded + Self.littleEndian(UInt32(encoded.count)) + Array(magic.utf8)
  }

  /// The file with one row group of one column of `rows` rows.
  ///
  /// - Parameters:
  ///   - element: the column's fields of `SchemaElement`.
  ///   - chunk: the chunk's fields of `ColumnMetaData`; those that are missing are left out.
  func finished(
    rows: Int, element: [(Int, Value)], chunk: [(Int, Value)], columnChunk: [(Int, Value)] = [(2, .int64(4))],
    createdBy: String? = nil
  ) -> [UInt8] {
    let rowGroup: Value = .structure([
      (1, .list([.structure(columnChunk + [(3, .structure(chunk))])])), (2, .int64(bytes.count)),
      (3, .int64(rows)),
    ])
    var footer: [(Int, Value)] = [
      (1, .int32(1)),
      (
        2,
        .list([.structure([(4, .text("root")), (5, .int32(1))]), .structure(element)])
      ), (3, .int64(rows)), (4, .list([rowGroup])),
    ]
    if let createdBy { footer.append((6, .text(createdBy))) }
    return finished(footer)
  }
}
