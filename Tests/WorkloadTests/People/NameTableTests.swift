import Testing

@testable import Workload

@Suite struct NameTableTests {
  @Test(arguments: NameTable.all.map(\.culture)) func everyCultureHasNames(culture: String) throws {
    let table = try #require(NameTable.all.first { $0.culture == culture })
    for names in [table.men, table.women, table.familyOfMen, table.familyOfWomen] {
      #expect(names.count >= 4)
      for name in names {
        #expect(!name.text.isEmpty && name.text.count <= 40)
        #expect(!name.ascii.isEmpty && name.ascii.utf8.count <= 24)
        #expect(name.ascii.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D }, "\(name.text)")
      }
    }
  }

  @Test func everyCultureOfACountryIsKnownAndEveryKnownOneIsUsed() {
    let texts: [String] = [africanPlaces, americanPlaces, asianPlaces, europeanPlaces, oceanianPlaces]
    var named: Set<String> = []
    for line in texts.joined(separator: "\n").split(separator: "\n") where line.first != " " {
      let cultures = line.split(separator: ";")[2].split(separator: " ")
      named.formUnion(cultures.map(String.init))
    }
    #expect(named == Set(NameTable.all.map(\.culture)))
  }

  @Test func latinNamesFoldWithoutLoss() {
    let latin = latinNames.split(separator: "\n").joined(separator: " ").replacing("_", with: " ")
    for word in latin.split(separator: " ") { #expect(LatinFolding.covers(String(word)), "\(word)") }
    #expect(LatinFolding.ascii(of: "Ọbáfẹ́mi") == "obafemi")
    #expect(LatinFolding.ascii(of: "Weiß Łukasz Đorđe") == "weisslukaszdorde")
  }
}
