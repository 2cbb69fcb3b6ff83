import Ledger
import Time

/// Rows in the binary form of COPY (PostgreSQL documentation, "COPY", "Binary Format"), written into memory that is
/// lent.
struct BinaryCopy {
  private let bytes: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  /// More than a row takes: ten lengths, the fixed columns, and texts within the lengths of their columns.
  static let longestRow = 8_192

  /// Begins an empty piece of a COPY in `bytes`, which must outlive it.
  init(_ bytes: UnsafeMutableRawBufferPointer) {
    self.bytes = bytes
  }

  /// The signature, no flags, no extension.
  mutating func appendHeader() {
    for byte: UInt8 in [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00] { append(byte) }
    append(Int32(0))
    append(Int32(0))
  }

  /// The end of the rows.
  mutating func appendTrailer() {
    append(Int16(-1))
  }

  mutating func append(_ customer: Customer) {
    append(Int16(10))
    append(customer.createdAt)
    append(customer.updatedAt)
    let key = customer.identity.words
    append(Int32(16))
    append(key.high)
    append(key.low)
    append(customer.person.name)
    append(customer.person.address.region)
    append(customer.person.address.country)
    append(customer.person.address.latitude)
    append(customer.person.address.longitude)
    append(customer.person.email)
    append(customer.person.address.phone)
  }

  /// Microseconds since 2000-01-01, PostgreSQL's epoch.
  private mutating func append(_ time: Timestamp) {
    append(Int32(8))
    append(time.microseconds - 946_684_800_000_000)
  }

  private mutating func append(_ number: Double) {
    append(Int32(8))
    append(number.bitPattern)
  }

  private mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      append(Int32(utf8.count))
      precondition(utf8.count <= bytes.count - count, "a text is longer than its column")
      UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: UnsafeRawBufferPointer(utf8))
      count += utf8.count
    }
  }

  @inline(__always)
  private mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(_ integer: Number) {
    bytes.storeBytes(of: integer.bigEndian, toByteOffset: count, as: Number.self)
    count &+= MemoryLayout<Number>.size
  }
}
