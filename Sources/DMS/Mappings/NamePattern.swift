/// A name with DMS's wildcards.
///
/// `%` is any characters, `_` one character, `[ab]` and `[a-d]` one of a set, which is how `[_]` and `[%]`
/// stand for themselves. Case counts.
struct NamePattern: Hashable, Sendable {
  private enum Part: Hashable {
    case exactly(Character)
    case one
    case any
    case oneOf([ClosedRange<Character>])
  }

  private let parts: [Part]
  let text: String

  init(_ text: String) {
    self.text = text
    var parts: [Part] = []
    var rest = Array(text)[...]
    while let character = rest.popFirst() {
      switch character {
      case "%": parts.append(.any)
      case "_": parts.append(.one)
      case "[":
        guard let end = rest.firstIndex(of: "]"), end > rest.startIndex else {
          parts.append(.exactly(character))
          continue
        }
        parts.append(.oneOf(NamePattern.ranges(rest[..<end])))
        rest = rest[(end + 1)...]
      default: parts.append(.exactly(character))
      }
    }
    self.parts = parts
  }

  /// The pattern of one name, whose characters all stand for themselves.
  init(exactly name: String) {
    text = name
    parts = name.map { .exactly($0) }
  }

  /// Whether the pattern names one thing: `_` is taken for itself there, as names are full of it.
  var isExplicit: Bool {
    parts.allSatisfy { if case .any = $0 { false } else { true } }
  }

  /// Greedy matching that goes back to the last `%`: linear in practice, never exponential.
  func matches(_ name: String) -> Bool {
    let name = Array(name)
    var (part, position) = (0, 0)
    var retry: (part: Int, position: Int)?
    while position < name.count {
      if part < parts.count, parts[part] == .any {
        retry = (part, position)
        part += 1
      } else if part < parts.count, accepts(parts[part], name[position]) {
        part += 1
        position += 1
      } else if let last = retry {
        retry = (last.part, last.position + 1)
        part = last.part + 1
        position = last.position + 1
      } else {
        return false
      }
    }
    return parts[part...].allSatisfy { $0 == .any }
  }

  private func accepts(_ part: Part, _ character: Character) -> Bool {
    switch part {
    case .exactly(let wanted): wanted == character
    case .one: true
    case .any: false
    case .oneOf(let ranges): ranges.contains { $0.contains(character) }
    }
  }

  private static func ranges(_ set: ArraySlice<Character>) -> [ClosedRange<Character>] {
    var ranges: [ClosedRange<Character>] = []
    var rest = set
    while let low = rest.popFirst() {
      if rest.first == "-", rest.count >= 2, let high = rest.dropFirst().first, low <= high {
        ranges.append(low...high)
        rest = rest.dropFirst(2)
      } else {
        ranges.append(low...low)
      }
    }
    return ranges
  }
}
