/// Makes the tree and its columns from the footer's flat list of elements.
struct SchemaTree {
  /// Deep enough for any real schema, and levels fit into a byte.
  static let maximumDepth = 128

  private var elements: [SchemaElement]
  private let childCounts: [Int32]
  private var leaves: [Column] = []
  private let offset: Int

  /// - Parameter childCounts: `num_children` of each element; -1 for a leaf.
  /// - Throws: where the counts do not describe one tree.
  static func schema(
    elements: [SchemaElement], childCounts: [Int32], offset: Int
  ) throws(Flaw) -> Schema {
    guard !elements.isEmpty else { throw Flaw(.schemaEmpty, at: offset) }
    var tree = SchemaTree(elements: elements, childCounts: childCounts, offset: offset)
    tree.leaves.reserveCapacity(elements.count)
    let end = try tree.place(0, parentPath: [], definition: 0, repetition: 0, depth: 0)
    guard end == elements.count else { throw Flaw(.schemaTreeBroken, at: offset) }
    return Schema(elements: tree.elements, leaves: tree.leaves)
  }

  private init(elements: [SchemaElement], childCounts: [Int32], offset: Int) {
    self.elements = elements
    self.childCounts = childCounts
    self.offset = offset
  }

  /// Places the subtree that begins at `index`; the result is the index behind it.
  private mutating func place(
    _ index: Int, parentPath: [String], definition: Int, repetition: Int, depth: Int
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
    elements[index].firstLeaf = leaves.count
    var next = index + 1
    let childCount = childCounts[index]
    // A root without children is a file without columns; elsewhere it is a leaf.
    elements[index].isGroup = childCount >= 0 || index == 0
    if elements[index].isGroup {
      let path = depth == 0 ? [] : parentPath + [elements[index].name]
      for _ in 0..<max(0, childCount) {
        guard next < elements.count else { throw Flaw(.schemaTreeBroken, at: offset) }
        next = try place(
          next, parentPath: path, definition: definition, repetition: repetition, depth: depth + 1)
      }
    }
    elements[index].end = next
    elements[index].endLeaf = leaves.count
    if !elements[index].isGroup {
      elements[index].endLeaf += 1
      leaves.append(
        Column(
          element: elements[index], parentPath: parentPath, maxDefinitionLevel: definition,
          maxRepetitionLevel: repetition))
    }
    return next
  }
}
