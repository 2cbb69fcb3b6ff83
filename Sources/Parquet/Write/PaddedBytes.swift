/// Bytes that grow at their end, with initialised room behind them.
///
/// The room makes a load of eight bytes at any place stay inside, so that short values need no loop.
struct PaddedBytes: Sendable {
  static let padding = 8

  private var storage: [UInt8] = []
  private(set) var count = 0

  var span: RawSpan {
    @_lifetime(borrow self)
    get { storage.span.bytes.extracting(0..<count) }
  }

  /// Makes room for `extra` further bytes.
  @inline(__always)
  mutating func reserve(_ extra: Int) {
    if storage.count &- count &- Self.padding < extra { grow(extra) }
  }

  private mutating func grow(_ extra: Int) {
    let wanted = max(count + extra + Self.padding, storage.count * 2, 64)
    storage.append(contentsOf: repeatElement(0, count: wanted - storage.count))
  }

  @inline(__always)
  mutating func append<Number: BitwiseCopyable>(_ value: Number) {
    let size = MemoryLayout<Number>.size
    reserve(size)
    let start = count
    storage.withUnsafeMutableBytes { $0.storeBytes(of: value, toByteOffset: start, as: Number.self) }
    count &+= size
  }

  @inline(__always)
  mutating func append(_ value: RawSpan) {
    let size = value.byteCount
    reserve(size)
    let start = count
    storage.withUnsafeMutableBytes { target in
      value.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: target[start...]).copyMemory(from: $0) }
    }
    count &+= size
  }

  /// Appends a byte array as PLAIN stores it: its length in 4 bytes first.
  @inline(__always)
  mutating func append(lengthAnd value: RawSpan) {
    let size = value.byteCount
    reserve(size &+ 4)
    let start = count
    storage.withUnsafeMutableBytes { target in
      target.storeBytes(
        of: UInt32(truncatingIfNeeded: size).littleEndian, toByteOffset: start, as: UInt32.self)
      value.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(rebasing: target[(start &+ 4)...]).copyMemory(from: $0)
      }
    }
    count &+= size &+ 4
  }

  /// Lets `body` write behind the bytes, into room that `reserve` has made, and change their number.
  @inline(__always)
  mutating func append(_ body: (_ bytes: UnsafeMutableRawPointer, _ count: inout Int) -> Void) {
    storage.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      body(base, &count)
      assert(count + Self.padding <= buffer.count, "no room was reserved")
    }
  }

  mutating func removeAll() { count = 0 }

  mutating func removeFirst(_ removed: Int) {
    let rest = count - removed
    storage.withUnsafeMutableBytes { bytes in
      bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[removed..<removed + rest]))
    }
    count = rest
  }

  /// Calls `body` with the bytes and the room behind them.
  @inline(__always)
  func withUnsafePointer<Result>(_ body: (UnsafeRawPointer) -> Result) -> Result? {
    storage.withUnsafeBytes { buffer in buffer.baseAddress.map(body) }
  }
}
