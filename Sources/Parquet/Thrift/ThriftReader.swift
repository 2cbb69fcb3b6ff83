/// Reads Thrift's compact protocol from bytes that are not trusted.
///
/// Every size is checked against the bytes that remain, a varint has at most 10 bytes and skipped structures nest
/// at most `maximumDepth` deep. Format: thrift/doc/specs/thrift-compact-protocol.md.
struct ThriftReader: ~Escapable {
  static let maximumDepth = 32

  let bytes: RawSpan
  private(set) var offset: Int

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  var remaining: Int { bytes.byteCount &- offset }

  func flaw(_ problem: Problem) -> Flaw { Flaw(problem, at: offset) }

  @_lifetime(self: copy self)
  @inline(__always)
  mutating func byte() throws(Flaw) -> UInt8 {
    guard offset < bytes.byteCount else { throw flaw(.endOfBytes) }
    // Checked just above, and offsets only grow.
    let byte = bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    offset &+= 1
    return byte
  }

  @_lifetime(self: copy self)
  @inline(__always)
  mutating func varint() throws(Flaw) -> UInt64 {
    let first = try byte()
    if first < 0x80 { return UInt64(first) }
    return try longVarint(first)
  }

  @_lifetime(self: copy self)
  private mutating func longVarint(_ first: UInt8) throws(Flaw) -> UInt64 {
    var value = UInt64(first & 0x7f)
    var shift: UInt64 = 7
    while true {
      let next = try byte()
      // The tenth byte holds the 64th bit and no more.
      if shift == 63 && next > 1 { throw flaw(.varintTooLong) }
      value |= UInt64(next & 0x7f) &<< shift
      if next < 0x80 { return value }
      shift &+= 7
    }
  }

  /// A zigzag integer of any width.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func integer() throws(Flaw) -> Int64 {
    let raw = try varint()
    return Int64(bitPattern: raw &>> 1) ^ -Int64(bitPattern: raw & 1)
  }

  /// A zigzag integer that must fit into 32 bits.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func int32(_ field: MetadataField) throws(Flaw) -> Int32 {
    let value = try integer()
    guard let small = Int32(exactly: value) else { throw flaw(.fieldOutOfRange(field, value: value)) }
    return small
  }

  /// A zigzag integer that must not be negative.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func count(_ field: MetadataField) throws(Flaw) -> Int64 {
    let value = try integer()
    guard value >= 0 else { throw flaw(.fieldOutOfRange(field, value: value)) }
    return value
  }

  /// The range of a binary or string value, which is passed over.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func binary() throws(Flaw) -> Range<Int> {
    let size = try varint()
    guard size <= UInt64(remaining) else { throw flaw(.sizeBeyondEnd(byteCount: Int64(clamping: size))) }
    let start = offset
    offset &+= Int(size)
    return start..<offset
  }

  @_lifetime(self: copy self)
  mutating func string() throws(Flaw) -> String {
    bytes.text(try binary())
  }

  /// The next field of a structure: its type, with its number in `id`; `.stop` at the structure's end.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func field(_ id: inout Int32) throws(Flaw) -> ThriftType {
    let header = try byte()
    guard header != 0 else { return .stop }
    let delta = Int32(header &>> 4)
    if delta != 0 {
      // Deltas are at most 15 and a structure of n bytes has at most n fields, so this cannot overflow before
      // the bytes end; the wrap is harmless.
      id &+= delta
    } else {
      id = Int32(truncatingIfNeeded: try integer())
    }
    return ThriftType(rawValue: header & 0x0f)
  }

  /// A list's element type and count; the count is at most what remains, an element having at least one byte.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func list() throws(Flaw) -> (type: ThriftType, count: Int) {
    let header = try byte()
    var count = UInt64(header &>> 4)
    if count == 15 { count = try varint() }
    guard count <= UInt64(remaining) else { throw flaw(.sizeBeyondEnd(byteCount: Int64(clamping: count))) }
    return (ThriftType(rawValue: header & 0x0f), Int(count))
  }

  /// Passes over a value of a field.
  @_lifetime(self: copy self)
  @inline(__always)
  mutating func skip(_ type: ThriftType) throws(Flaw) {
    switch type {
    case .true, .false: return
    case .int16, .int32, .int64: _ = try varint()
    case .binary: _ = try binary()
    default: try skip(type, depth: 0)
    }
  }

  @_lifetime(self: copy self)
  private mutating func skip(_ type: ThriftType, depth: Int) throws(Flaw) {
    guard depth < Self.maximumDepth else { throw flaw(.nestingTooDeep(limit: Self.maximumDepth)) }
    switch type {
    case .true, .false: return
    case .int8: try advance(1)
    case .int16, .int32, .int64: _ = try varint()
    case .double: try advance(8)
    case .uuid: try advance(16)
    case .binary: _ = try binary()
    case .list, .set:
      let list = try list()
      if list.type == .int32 || list.type == .int64 {
        for _ in 0..<list.count { _ = try varint() }
      } else {
        for _ in 0..<list.count { try skipElement(list.type, depth: depth) }
      }
    case .map:
      let count = try varint()
      guard count > 0 else { return }
      guard count <= UInt64(remaining) else { throw flaw(.sizeBeyondEnd(byteCount: Int64(clamping: count))) }
      let types = try byte()
      for _ in 0..<count {
        try skipElement(ThriftType(rawValue: types &>> 4), depth: depth)
        try skipElement(ThriftType(rawValue: types & 0x0f), depth: depth)
      }
    case .struct:
      var id: Int32 = 0
      while true {
        let field = try field(&id)
        if field == .stop { return }
        if field == .int32 || field == .int64 {
          _ = try varint()
        } else {
          try skip(field, depth: depth &+ 1)
        }
      }
    default: throw flaw(.unknownThriftType(type.rawValue))
    }
  }

  /// An element of a collection: there a boolean takes a byte, where a field's takes none.
  @_lifetime(self: copy self)
  private mutating func skipElement(_ type: ThriftType, depth: Int) throws(Flaw) {
    if type == .true || type == .false { try advance(1) } else { try skip(type, depth: depth &+ 1) }
  }

  /// Passes over `known` where it is what comes next.
  @_lifetime(self: copy self)
  mutating func pass(_ known: ArraySlice<UInt8>) -> Bool {
    guard !known.isEmpty, known.count <= remaining,
      bytes.extracting(offset..<offset &+ known.count).isEqual(to: known.span.bytes)
    else { return false }
    offset &+= known.count
    return true
  }

  @_lifetime(self: copy self)
  private mutating func advance(_ count: Int) throws(Flaw) {
    guard count <= remaining else { throw flaw(.endOfBytes) }
    offset &+= count
  }
}

/// A type of the compact protocol; a structure rather than an enumeration, since a file may hold any number.
struct ThriftType: Equatable {
  let rawValue: UInt8

  static let stop = ThriftType(rawValue: 0)
  static let `true` = ThriftType(rawValue: 1)
  static let `false` = ThriftType(rawValue: 2)
  static let int8 = ThriftType(rawValue: 3)
  static let int16 = ThriftType(rawValue: 4)
  static let int32 = ThriftType(rawValue: 5)
  static let int64 = ThriftType(rawValue: 6)
  static let double = ThriftType(rawValue: 7)
  static let binary = ThriftType(rawValue: 8)
  static let list = ThriftType(rawValue: 9)
  static let set = ThriftType(rawValue: 10)
  static let map = ThriftType(rawValue: 11)
  static let `struct` = ThriftType(rawValue: 12)
  static let uuid = ThriftType(rawValue: 13)
}
