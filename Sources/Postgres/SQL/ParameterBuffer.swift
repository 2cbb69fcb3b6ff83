/// Parameters laid out as libpq takes them; made once and filled again and again.
struct ParameterBuffer {
  private(set) var types: [UInt32] = []
  private(set) var lengths: [Int32] = []
  private(set) var formats: [Int32] = []
  /// Where each value begins in `bytes`; -1 for NULL.
  private var offsets: [Int] = []
  private var bytes: [UInt8] = []
  private var pointers: [UnsafePointer<CChar>?] = []

  var count: Int { types.count }

  mutating func removeAll() {
    types.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    formats.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
  }

  /// Adds a parameter in binary form; text goes as text, so that the server may infer its type.
  ///
  /// - Throws: `PostgresError` with code `invalidParameter` for a text with a NUL character, or a uuid that is
  ///   not 16 bytes long.
  mutating func append(_ parameter: Parameter) throws(PostgresError) {
    switch parameter {
    case .null: add(TypeOID.inferred, offset: -1, length: 0, format: 1)
    case .bool(let value): add(TypeOID.bool, value ? [1] : [0])
    case .int16(let value): add(TypeOID.int2, integer: value)
    case .int32(let value): add(TypeOID.int4, integer: value)
    case .int64(let value): add(TypeOID.int8, integer: value)
    case .float(let value): add(TypeOID.float4, integer: value.bitPattern)
    case .double(let value): add(TypeOID.float8, integer: value.bitPattern)
    case .text(let value): try add(text: value)
    case .bytes(let value): add(TypeOID.bytea, value)
    case .uuid(let value):
      guard value.count == 16 else {
        throw PostgresError(
          .invalidParameter, message: "parameter $\(count + 1) is a uuid of \(value.count) bytes, not of 16")
      }
      add(TypeOID.uuid, value)
    case .timestamp(let value): add(TypeOID.timestamp, integer: PostgresEpoch.count(value))
    case .timestamptz(let value): add(TypeOID.timestamptz, integer: PostgresEpoch.count(value))
    case .lsn(let value): add(TypeOID.lsn, integer: value.rawValue)
    case .transactionID(let value): add(TypeOID.xid8, integer: value.rawValue)
    }
  }

  private mutating func add(_ type: UInt32, offset: Int, length: Int, format: Int32) {
    types.append(type)
    offsets.append(offset)
    lengths.append(Int32(clamping: length))
    formats.append(format)
  }

  private mutating func add(_ type: UInt32, _ value: [UInt8]) {
    add(type, offset: bytes.count, length: value.count, format: 1)
    bytes.append(contentsOf: value)
  }

  private mutating func add(_ type: UInt32, integer value: some FixedWidthInteger) {
    add(type, offset: bytes.count, length: value.bitWidth / 8, format: 1)
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func add(text value: String) throws(PostgresError) {
    let offset = bytes.count
    bytes.append(contentsOf: value.utf8)
    // libpq reads text up to its NUL, so a NUL within would cut the value unseen.
    guard !bytes[offset...].contains(0) else {
      throw PostgresError(
        .invalidParameter,
        message: "parameter $\(count + 1) is a text with a NUL character, which no text can hold")
    }
    add(TypeOID.inferred, offset: offset, length: bytes.count - offset, format: 0)
    bytes.append(0)
  }

  /// Calls `body` with the values' addresses, which hold within the call.
  mutating func withPointers<R>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
    var pointers: [UnsafePointer<CChar>?] = []
    swap(&pointers, &self.pointers)
    defer { swap(&pointers, &self.pointers) }
    return bytes.withUnsafeBytes { buffer in
      pointers.removeAll(keepingCapacity: true)
      // An empty value is not NULL: it has an address even where nothing was ever stored.
      let base = buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
      for offset in offsets {
        pointers.append(offset < 0 ? nil : base?.advanced(by: offset).assumingMemoryBound(to: CChar.self))
      }
      return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
  }
}
