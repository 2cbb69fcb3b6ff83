/// Makes the tree and its columns from the footer's flat list of elements.
struct SchemaTree {
  /// Deep enough for any real schema, and levels fit into a byte.
  static let maximumDepth = 128

  private(set) var elements: [SchemaElement]
  private(set) var leaves: [Int32] = []
  private let offset: Int

  /// - Parameter elements: with their `childCount`.
  /// - Throws: where the counts do not describe one tree.
  init(_ elements: [SchemaElement], offset: Int) throws(Flaw) {
    self.elements = elements
    self.offset = offset
    guard !elements.isEmpty else { throw Flaw(.schemaEmpty, at: offset) }
    leaves.reserveCapacity(elements.count - 1)
    let end = try place(0, parent: -1, definition: 0, repetition: 0, depth: 0)
    guard end == elements.count else { throw Flaw(.schemaTreeBroken, at: offset) }
  }

  /// Places the subtree that begins at `index`; the result is the index behind it.
  private mutating func place(
    _ index: Int, parent: Int, definition: UInt8, repetition: UInt8, depth: Int
  ) throws(Flaw) -> Int {
    guard depth < Self.maximumDepth else {
      throw Flaw(.nestingTooDeep(limit: Self.maximumDepth), at: offset)
    }
    var definition = definition
    var repetition = repetition
    if depth > 0 {
      switch elements[index].repetition {
      case .required: break
      case .optional: definition += 1
      case .repeated:
        definition += 1
        repetition += 1
      }
    }
    let firstLeaf = leaves.count
    let childCount = elements[index].childCount
    // A root without children is a file without columns; elsewhere it is a leaf.
    let isGroup = childCount >= 0 || index == 0
    var next = index + 1
    if isGroup {
      for _ in 0..<max(0, childCount) {
        guard next < elements.count else { throw Flaw(.schemaTreeBroken, at: offset) }
        next = try place(
          next, parent: index, definition: definition, repetition: repetition, depth: depth + 1)
      }
    } else {
      leaves.append(Int32(truncatingIfNeeded: index))
    }
    // Footers are shorter than 2 GiB, and an element has more than a byte, so that its number fits.
    elements[index].isGroup = isGroup
    elements[index].maxDefinitionLevel = definition
    elements[index].maxRepetitionLevel = repetition
    elements[index].parent = Int32(truncatingIfNeeded: parent)
    elements[index].firstLeaf = Int32(truncatingIfNeeded: firstLeaf)
    elements[index].endLeaf = Int32(truncatingIfNeeded: leaves.count)
    elements[index].end = Int32(truncatingIfNeeded: next)
    return next
  }
}
