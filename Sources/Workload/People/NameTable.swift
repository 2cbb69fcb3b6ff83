/// A part of a name: as it is written, and in lower-case ASCII for an e-mail address.
struct NamePart: Hashable, Sendable {
  let text: String
  let ascii: String

  /// Reads `text=ascii`, or `text` alone where it is in Latin script; an underscore is a space.
  init(_ word: Substring) {
    let parts = word.split(separator: "=", maxSplits: 1)
    text = String(parts[0].map { $0 == "_" ? " " : $0 })
    ascii = parts.count > 1 ? String(parts[1]) : LatinFolding.ascii(of: text)
  }
}

/// The names of one culture.
///
/// Read from text: a line `culture [family-first] [joined]`, then lines of names that begin with `men`,
/// `women`, `family` or `family-women` (where a woman's family name has a form of its own), and perhaps a
/// line `double-family` (people have two). `joined` names have no space between their parts.
struct NameTable: Hashable, Sendable {
  let culture: String
  let men: [NamePart]
  let women: [NamePart]
  let familyOfMen: [NamePart]
  let familyOfWomen: [NamePart]
  let isFamilyFirst: Bool
  let isJoined: Bool
  let hasTwoFamilyNames: Bool

  /// Every culture, in the order of the text.
  static let all: [NameTable] = [latinNames, otherNames].flatMap { text in
    text.split(separator: "\n\n").map { NameTable(block: $0) }
  }

  private init(block: Substring) {
    var lines = block.split(separator: "\n").map { $0.split(separator: " ") }
    let head = lines.removeFirst()
    culture = String(head[0])
    isFamilyFirst = head.contains("family-first")
    isJoined = head.contains("joined")
    hasTwoFamilyNames = lines.contains { $0.first == "double-family" }
    func names(_ kind: Substring) -> [NamePart] {
      lines.filter { $0.first == kind }.flatMap { $0.dropFirst().map(NamePart.init) }
    }
    men = names("men")
    women = names("women")
    familyOfMen = names("family")
    let feminine = names("family-women")
    familyOfWomen = feminine.isEmpty ? familyOfMen : feminine
  }
}
