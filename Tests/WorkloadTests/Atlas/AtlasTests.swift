import Testing

@testable import Workload

@Suite struct AtlasTests {
  @Test func allInhabitedContinentsAreThere() {
    #expect(Atlas.world.countries.count >= 100)
    #expect(Atlas.world.places.count >= 450)
    #expect(Set(Atlas.world.countries.map(\.name)).count == Atlas.world.countries.count)
  }

  @Test func everyCountryHasTownsPeopleAndACallingCode() {
    for (number, country) in Atlas.world.countries.enumerated() {
      #expect(Atlas.world.places.contains { $0.country == number }, "\(country.name)")
      #expect(!country.cultures.isEmpty, "\(country.name)")
      let pattern = String(decoding: country.phonePattern, as: UTF8.self)
      #expect(pattern.wholeMatch(of: /\+[1-9]\d{0,2}[ 0-9N#]+/) != nil, "\(pattern)")
      let digits = pattern.filter { $0.isNumber || $0 == "#" || $0 == "N" }.count
      // E.164: at most 15 digits.
      #expect((9...15).contains(digits), "\(pattern)")
    }
  }

  @Test func townsLieInTheirCountries() throws {
    var boxes: [Substring: [Int]] = [:]
    for line in countryBoxes.split(separator: "\n") {
      let fields = line.split(separator: "; ")
      boxes[fields[0]] = fields.dropFirst().compactMap { Int($0) }
    }
    for place in Atlas.world.places {
      let country = Atlas.world.countries[place.country].name
      let box = try #require(boxes[country[...]], "\(country)")
      let isInside =
        place.latitude >= box[0] * 100 && place.latitude <= box[1] * 100 && place.longitude >= box[2] * 100
        && place.longitude <= box[3] * 100
      #expect(isInside, "\(country), \(place.region)")
    }
  }

  @Test func peopleLiveNextToATownOfTheirRegion() {
    var generator = PersonGenerator(seed: 11)
    for _ in 0..<5_000 {
      let address = generator.nextAddress()
      let isNear = Atlas.world.places.contains { place in
        place.region == address.region && Atlas.world.countries[place.country].name == address.country
          && abs(address.latitude - Double(place.latitude) / 100) < 0.01501
          && abs(address.longitude - Double(place.longitude) / 100) < 0.01501
      }
      #expect(isNear)
    }
  }
}
