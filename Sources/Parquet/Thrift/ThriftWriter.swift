/// Writes Thrift's compact protocol.
struct ThriftWriter {
  private(set) var bytes: [UInt8] = []
  private var lastField: Int32 = 0
  private var outerFields: [Int32] = []

  mutating func field(_ id: Int32, int32 value: Int32) {
    header(id, .int32)
    varint(zigzag: Int64(value))
  }

  mutating func field(_ id: Int32, int64 value: Int64) {
    header(id, .int64)
    varint(zigzag: value)
  }

  mutating func field(_ id: Int32, bool value: Bool) {
    header(id, value ? .true : .false)
  }

  mutating func field(_ id: Int32, binary value: some Collection<UInt8>) {
    header(id, .binary)
    binary(value)
  }

  mutating func field(_ id: Int32, string value: String) {
    field(id, binary: value.utf8)
  }

  mutating func beginStruct(_ id: Int32) {
    header(id, .struct)
    beginStruct()
  }

  /// A structure that is an element of a list, or the outermost.
  mutating func beginStruct() {
    outerFields.append(lastField)
    lastField = 0
  }

  mutating func endStruct() {
    bytes.append(0)
    lastField = outerFields.removeLast()
  }

  mutating func list(_ id: Int32, of type: ThriftType, count: Int) {
    header(id, .list)
    if count < 15 {
      bytes.append(UInt8(count) << 4 | type.rawValue)
    } else {
      bytes.append(0xf0 | type.rawValue)
      varint(UInt64(count))
    }
  }

  mutating func varint(zigzag value: Int64) {
    varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  mutating func binary(_ value: some Collection<UInt8>) {
    varint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func varint(_ value: UInt64) {
    bytes.append(varint: value)
  }

  private mutating func header(_ id: Int32, _ type: ThriftType) {
    let delta = id - lastField
    if delta > 0 && delta < 16 {
      bytes.append(UInt8(delta) << 4 | type.rawValue)
    } else {
      bytes.append(type.rawValue)
      varint(zigzag: Int64(id))
    }
    lastField = id
  }
}

extension Array<UInt8> {
  mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }
}
