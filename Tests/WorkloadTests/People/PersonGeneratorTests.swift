import Ledger
import Testing
import Time

@testable import Workload

@Suite struct PersonGeneratorTests {
  private func people(_ count: Int, seed: UInt64 = 42) -> [Person] {
    var generator = PersonGenerator(seed: seed)
    return (0..<count).map { _ in generator.next() }
  }

  @Test func aSeedGivesTheSamePeopleAndAnotherSeedOthers() {
    #expect(people(1_000) == people(1_000))
    #expect(people(10) != people(10, seed: 43))
  }

  /// A change here means that a seed no longer gives the rows that it gave: say so in the commit.
  @Test func theFirstPeopleOfASeedArePinned() {
    let first = people(3, seed: 1)
    #expect(first.map(\.name) == ["Marco Greco", "Trần Thị Thủy", "Kwame Eze"])
    #expect(first.map(\.address.region) == ["Umbria", "Gia Lai", "Northern Region"])
    #expect(first[0].email == "marco.greco60746@example.net")
    #expect(first.map(\.address.phone) == ["+39 351 3835459", "+84 91 044 40 28", "+233 24 775 5118"])
    #expect(first.map(\.address.latitude) == [43.11061, 13.99298, 9.38691])
  }

  @Test func everythingFitsTheTable() {
    for person in people(20_000) {
      #expect(!person.name.isEmpty && person.name.count <= 200)
      #expect(!person.address.region.isEmpty && person.address.region.count <= 200)
      #expect(person.address.country.count <= 200)
      #expect(person.email.utf8.count <= 80 && person.email.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
      #expect(person.address.phone.count <= 30)
    }
  }

  @Test func mailGoesNowhere() {
    for person in people(5_000) {
      let parts = person.email.split(separator: "@")
      #expect(parts.count == 2)
      let domain = parts[1]
      #expect(["example.com", "example.org", "example.net"].contains(domain) || domain.hasSuffix(".example"))
    }
  }

  @Test func peopleAreDiverse() {
    let people = people(20_000)
    #expect(Set(people.map(\.address.country)).count == Atlas.world.countries.count)
    #expect(Set(people.map(\.name)).count > 10_000)
    #expect(Set(people.map(\.email)).count > 19_900)
    // Latin with diacritics, Cyrillic, Greek, Arabic, Devanagari, Han, Hangul.
    for range in [
      0xC0...0x24F, 0x400...0x4FF, 0x370...0x3FF, 0x600...0x6FF, 0x900...0x97F, 0x4E00...0x9FFF,
      0xAC00...0xD7A3,
    ] {
      #expect(people.contains { $0.name.unicodeScalars.contains { range.contains(Int($0.value)) } })
    }
  }

  @Test func aPersonWhoMovesGetsAnAddressOfTheAtlas() {
    var generator = PersonGenerator(seed: 5)
    let countries = Set(Atlas.world.countries.map(\.name))
    for _ in 0..<100 { #expect(countries.contains(generator.nextAddress().country)) }
  }

  @Test func rowsAreNumberedAndDated() {
    let tag = PipelineTag(0xABCDEF)
    var generator = CustomerGenerator(
      seed: 3, tag: tag, firstSequence: 10, startingAt: Timestamp(seconds: 1_000))
    let rows = (0..<3).map { _ in generator.next() }
    #expect(rows.map(\.identity) == (10..<13).map { RowIdentity(tag: tag, sequence: $0) })
    #expect(rows.map(\.createdAt.microseconds) == [1_000_000_000, 1_000_000_001, 1_000_000_002])
    #expect(rows[0].digest.differingColumns(from: rows[1].digest).contains(2))
    var changed = rows[0]
    changed.person.address.phone += "0"
    #expect(rows[0].digest.differingColumns(from: changed.digest) == [9])
  }
}
