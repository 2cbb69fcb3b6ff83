/// A file's schema: a tree of groups whose leaves are the columns.
public struct Schema: Sendable {
  /// All elements in depth-first order, the root first.
  let elements: [SchemaElement]
  /// The columns, in the order of each row group's chunks.
  public let leaves: [Column]

  /// The root of the tree.
  public var root: SchemaNode { SchemaNode(elements: elements, index: 0) }

  /// The number of the top-level column of that exact name.
  public func leafIndex(named name: String) -> Int? {
    leaves.firstIndex { $0.name == name && $0.parentPath.isEmpty }
  }
}

/// One field of the schema tree.
public struct SchemaNode: Sendable {
  let elements: [SchemaElement]
  let index: Int
  private var element: SchemaElement { elements[index] }

  /// The field's name.
  public var name: String { element.name }
  /// Whether the field may be absent or repeated; required for the root.
  public var repetition: Repetition { element.repetition }
  /// The number that the writer gave to the field.
  public var fieldID: Int32? { element.fieldID }
  /// The older annotation.
  public var convertedType: ConvertedType? { element.convertedType }
  /// The newer annotation.
  public var logicalType: LogicalType? { element.logicalType }
  /// The number of the column in `Schema.leaves`, for a leaf.
  public var leafIndex: Int? { element.isGroup ? nil : element.firstLeaf }
  /// The columns at or under this field.
  public var leafRange: Range<Int> { element.firstLeaf..<element.endLeaf }

  /// The fields of a group; none for a leaf.
  public var children: [SchemaNode] {
    guard element.isGroup else { return [] }
    var children: [SchemaNode] = []
    var next = index + 1
    while next < element.end {
      children.append(SchemaNode(elements: elements, index: next))
      next = elements[next].end
    }
    return children
  }
}

/// A leaf of the schema: a column of values.
public struct Column: Sendable {
  let element: SchemaElement
  /// The names of the groups above the column, the root left out.
  public let parentPath: [String]
  /// The definition level of a value that is there.
  public let maxDefinitionLevel: Int
  /// The repetition level of a further value of the innermost list.
  public let maxRepetitionLevel: Int

  /// The names from the outermost field to the column.
  public var path: [String] { parentPath + [element.name] }
  /// The path, its parts joined by dots.
  public var dottedPath: String {
    parentPath.isEmpty ? element.name : path.joined(separator: ".")
  }
  /// The column's own name.
  public var name: String { element.name }
  /// How values are stored.
  public var physicalType: PhysicalType { element.physicalType }
  /// The bytes of a value of a FIXED_LEN_BYTE_ARRAY.
  public var typeLength: Int32? { element.typeLength }
  /// Whether the column may be absent or repeated.
  public var repetition: Repetition { element.repetition }
  /// The number that the writer gave to the field.
  public var fieldID: Int32? { element.fieldID }
  /// The older annotation.
  public var convertedType: ConvertedType? { element.convertedType }
  /// The newer annotation.
  public var logicalType: LogicalType? { element.logicalType }
  /// The digits of a decimal.
  public var precision: Int32? {
    if case .decimal(_, let precision)? = logicalType { precision } else { element.precision }
  }
  /// The digits behind a decimal's point.
  public var scale: Int32? {
    if case .decimal(let scale, _)? = logicalType { scale } else { element.scale }
  }
}

/// An element as the footer has it, with its place in the tree.
struct SchemaElement: Sendable {
  var name = ""
  var isGroup = false
  var physicalType = PhysicalType.boolean
  var repetition = Repetition.required
  var convertedType: ConvertedType?
  var typeLength: Int32?
  var scale: Int32?
  var precision: Int32?
  var fieldID: Int32?
  var logicalType: LogicalType?
  /// The index behind the last element of this subtree.
  var end = 0
  /// The leaves of this subtree.
  var firstLeaf = 0
  var endLeaf = 0
}
