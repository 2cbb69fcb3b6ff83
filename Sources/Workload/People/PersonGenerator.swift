/// People without end, the same for the same seed.
public struct PersonGenerator: Sendable {
  private var random: SeededGenerator
  private let atlas = Atlas.world
  private let cultures = NameTable.all

  /// The people of `seed`.
  public init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
  }

  /// The next person.
  public mutating func next() -> Person {
    let (address, country) = nextHome()
    let culture = cultures[country.cultures[random.number(below: country.cultures.count)]]
    let isMan = random.next() & 1 == 0
    let given = element(of: isMan ? culture.men : culture.women)
    let families = isMan ? culture.familyOfMen : culture.familyOfWomen
    let family = element(of: families)
    var name: String
    if culture.isFamilyFirst {
      name = family.text
      if !culture.isJoined { name += " " }
      name += given.text
    } else {
      name = given.text
      name += " "
      name += family.text
      if culture.hasTwoFamilyNames {
        name += " "
        name += element(of: families).text
      }
    }
    return Person(name: name, address: address, email: email(given: given.ascii, family: family.ascii))
  }

  /// Where the next person who moves goes to.
  public mutating func nextAddress() -> Address {
    nextHome().0
  }

  private mutating func nextHome() -> (Address, Country) {
    let place = atlas.places[random.number(below: atlas.places.count)]
    let country = atlas.countries[place.country]
    // Whole hundred-thousandths, then one division, which IEEE 754 rounds alike everywhere.
    let north = place.latitude * 1_000 + random.number(below: 2 * Atlas.spread + 1) - Atlas.spread
    let east = place.longitude * 1_000 + random.number(below: 2 * Atlas.spread + 1) - Atlas.spread
    let address = Address(
      region: place.region, country: country.name, latitude: Double(north) / 100_000,
      longitude: Double(east) / 100_000, phone: phone(pattern: country.phonePattern))
    return (address, country)
  }

  private mutating func phone(pattern: [UInt8]) -> String {
    // Sixteen digits at most, from one drawing: 10^16 is far below 2^64.
    var digits = random.next()
    return String(unsafeUninitializedCapacity: pattern.count) { buffer in
      for (index, byte) in pattern.enumerated() {
        switch byte {
        case UInt8(ascii: "#"):
          buffer[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digits % 10)
          digits /= 10
        case UInt8(ascii: "N"):
          buffer[index] = UInt8(ascii: "2") + UInt8(truncatingIfNeeded: digits % 8)
          digits /= 8
        default: buffer[index] = byte
        }
      }
      return pattern.count
    }
  }

  private mutating func email(given: String, family: String) -> String {
    let bits = random.next()
    let isGivenFirst = bits & 3 != 0
    let separator = separators[Int(bits >> 2 & 3)]
    let domain = domains[Int(bits >> 4 & 7)]
    var number = Int(bits >> 8 & 0xFFFF)
    var address = isGivenFirst ? given : family
    address.reserveCapacity(48)
    address += separator
    address += isGivenFirst ? family : given
    // A number keeps namesakes apart.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 5) { digits in
      for index in stride(from: 4, through: 0, by: -1) {
        digits[index] = UInt8(ascii: "0") + UInt8(number % 10)
        number /= 10
      }
      address += String(decoding: digits, as: UTF8.self)
    }
    address += domain
    return address
  }

  private mutating func element(of parts: [NamePart]) -> NamePart {
    parts[random.number(below: parts.count)]
  }
}

private let separators = [".", "_", "-", "."]

/// RFC 2606 sets these domains aside; mail to them reaches nobody.
private let domains = [
  "@example.com", "@example.org", "@example.net", "@mail.example", "@post.example", "@example.com",
  "@customer.example", "@home.example",
]
