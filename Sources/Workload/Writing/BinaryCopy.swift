import Ledger
import Time

/// Rows in the binary form of COPY (PostgreSQL documentation, "COPY", "Binary Format").
struct BinaryCopy {
  private(set) var bytes: [UInt8] = []

  /// The signature, no flags, no extension.
  mutating func appendHeader() {
    bytes += [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00]
    append(Int32(0))
    append(Int32(0))
  }

  /// The end of the rows.
  mutating func appendTrailer() {
    append(Int16(-1))
  }

  /// Hands the bytes out and begins anew.
  mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  mutating func append(_ customer: Customer) {
    append(Int16(10))
    append(customer.createdAt)
    append(customer.updatedAt)
    let key = customer.identity.bytes
    append(Int32(key.count))
    bytes += key
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
    append(Int32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func append(_ integer: some FixedWidthInteger) {
    withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
