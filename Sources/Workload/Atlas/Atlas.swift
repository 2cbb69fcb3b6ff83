/// A town: its state, province or the like, and where it is.
struct Place: Hashable, Sendable {
  let region: String
  /// Hundredths of a degree north and east.
  let latitude: Int
  let longitude: Int
  /// The number of its country in `Atlas.countries`.
  let country: Int
}

/// A country: what a customer's row says of it, and who lives there.
struct Country: Hashable, Sendable {
  let name: String
  /// A telephone number: `#` stands for a digit, `N` for one from 2 to 9.
  ///
  /// Numbers that a regulator sets aside for fiction where there are any (the North American 555-01xx, Ofcom's 07700 900xxx and others).
  let phonePattern: [UInt8]
  /// The numbers of the cultures of its people in `NameTable.all`, the frequent ones more than once.
  let cultures: [Int]
}

/// The countries and towns in which made-up people live.
///
/// Read from text: a line `country; telephone pattern; cultures`, then a line `region; latitude; longitude`
/// for each town, countries apart by an empty line. The towns lie inland and away from the borders of their
/// regions, so that whatever is within `Atlas.spread` of them is on land in the same region.
struct Atlas: Sendable {
  let countries: [Country]
  let places: [Place]

  /// How far from a town's centre people live, north, south, east and west: hundred-thousandths of a degree.
  static let spread = 1_500

  /// The atlas of all continents.
  static let world = Atlas(
    text: [africanPlaces, americanPlaces, asianPlaces, europeanPlaces, oceanianPlaces].joined(
      separator: "\n\n"))

  private init(text: String) {
    var countries: [Country] = []
    var places: [Place] = []
    for block in text.split(separator: "\n\n") {
      let lines = block.split(separator: "\n").map { $0.split(separator: ";").map { $0.trimmed } }
      let head = lines[0]
      let cultures = head[2].split(separator: " ").compactMap { name in
        NameTable.all.firstIndex { $0.culture == name }
      }
      for line in lines.dropFirst() {
        places.append(
          Place(
            region: String(line[0]), latitude: hundredths(line[1]), longitude: hundredths(line[2]),
            country: countries.count))
      }
      countries.append(
        Country(name: String(head[0]), phonePattern: Array(head[1].utf8), cultures: cultures))
    }
    self.countries = countries
    self.places = places
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    let start = drop { $0 == " " }
    return start.lastIndex { $0 != " " }.map { start[...$0] } ?? ""
  }
}

/// A decimal with two places, such as -12.05, as a whole number of hundredths.
private func hundredths(_ text: Substring) -> Int {
  Int(String(text.filter { $0 != "." })) ?? 0
}
