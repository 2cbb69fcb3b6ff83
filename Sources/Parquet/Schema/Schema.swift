/// A file's schema: a tree of groups whose leaves are the columns.
public struct Schema: Sendable {
  let storage: SchemaStorage

  /// The columns, in the order of each row group's chunks.
  public var leaves: Columns { Columns(storage: storage) }

  /// The root of the tree.
  public var root: SchemaNode { SchemaNode(storage: storage, index: 0) }

  /// The number of the top-level column of that exact name.
  public func leafIndex(named name: String) -> Int? {
    var name = name
    return name.withUTF8 { wanted in
      storage.leaves.firstIndex { leaf in
        let element = storage.elements[Int(leaf)]
        return element.parent == 0 && storage.hasName(element, wanted.span.bytes)
      }
    }
  }
}

/// The elements of a schema, and the footer that their names are read from when asked.
final class SchemaStorage: Sendable {
  let footer: [UInt8]
  /// Where the schema is in the footer.
  let range: Range<Int>
  /// All elements in depth-first order, the root first.
  let elements: [SchemaElement]
  let logicalTypes: [LogicalType]
  /// The element of each leaf.
  let leaves: [Int32]

  init(
    footer: [UInt8], range: Range<Int>, elements: [SchemaElement], logicalTypes: [LogicalType],
    leaves: [Int32]
  ) {
    self.footer = footer
    self.range = range
    self.elements = elements
    self.logicalTypes = logicalTypes
    self.leaves = leaves
  }

  /// A schema of one column below the root.
  convenience init(_ leaf: SchemaElement) {
    var root = SchemaElement()
    root.isGroup = true
    var leaf = leaf
    leaf.parent = 0
    self.init(footer: [], range: 0..<0, elements: [root, leaf], logicalTypes: [], leaves: [1])
  }

  /// The bytes that the schema was read from.
  var bytes: ArraySlice<UInt8> { footer[range] }

  func name(_ element: SchemaElement) -> String {
    let footer = footer
    return footer.span.bytes.text(element.nameRange)
  }

  func hasName(_ element: SchemaElement, _ name: RawSpan) -> Bool {
    let footer = footer
    return footer.span.bytes.extracting(element.nameRange).isEqual(to: name)
  }

  func logicalType(_ element: SchemaElement) -> LogicalType? {
    element.logicalTypeIndex >= 0 ? logicalTypes[Int(element.logicalTypeIndex)] : nil
  }
}

/// The columns of a schema.
public struct Columns: RandomAccessCollection, Sendable {
  let storage: SchemaStorage

  /// The first column's number.
  public var startIndex: Int { 0 }
  /// The number behind the last column's.
  public var endIndex: Int { storage.leaves.count }
  /// The column of that number.
  public subscript(_ index: Int) -> Column { Column(storage: storage, index: Int(storage.leaves[index])) }
}

/// One field of the schema tree.
public struct SchemaNode: Sendable {
  let storage: SchemaStorage
  let index: Int
  private var element: SchemaElement { storage.elements[index] }

  /// The field's name.
  public var name: String { storage.name(element) }
  /// Whether the field may be absent or repeated; required for the root.
  public var repetition: Repetition { element.repetition }
  /// The number that the writer gave to the field.
  public var fieldID: Int32? { element.fieldID }
  /// The older annotation.
  public var convertedType: ConvertedType? { element.convertedType }
  /// The newer annotation.
  public var logicalType: LogicalType? { storage.logicalType(element) }
  /// The number of the column in `Schema.leaves`, for a leaf.
  public var leafIndex: Int? { element.isGroup ? nil : Int(element.firstLeaf) }
  /// The columns at or under this field.
  public var leafRange: Range<Int> { Int(element.firstLeaf)..<Int(element.endLeaf) }

  /// The fields of a group; none for a leaf.
  public var children: [SchemaNode] {
    guard element.isGroup else { return [] }
    var children: [SchemaNode] = []
    var next = index + 1
    while next < element.end {
      children.append(SchemaNode(storage: storage, index: next))
      next = Int(storage.elements[next].end)
    }
    return children
  }
}

/// A leaf of the schema: a column of values.
public struct Column: Sendable {
  private let storage: SchemaStorage
  private let element: SchemaElement

  init(storage: SchemaStorage, index: Int) {
    self.storage = storage
    element = storage.elements[index]
  }

  /// The names of the groups above the column, the root left out.
  public var parentPath: [String] {
    var names: [String] = []
    var parent = Int(element.parent)
    while parent > 0 {
      names.append(storage.name(storage.elements[parent]))
      parent = Int(storage.elements[parent].parent)
    }
    return names.reversed()
  }
  /// The definition level of a value that is there.
  public var maxDefinitionLevel: Int { Int(element.maxDefinitionLevel) }
  /// The repetition level of a further value of the innermost list.
  public var maxRepetitionLevel: Int { Int(element.maxRepetitionLevel) }
  /// The names from the outermost field to the column.
  public var path: [String] { parentPath + [name] }
  /// The path, its parts joined by dots.
  public var dottedPath: String { element.parent == 0 ? name : path.joined(separator: ".") }
  /// The column's own name.
  public var name: String { storage.name(element) }
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
  public var logicalType: LogicalType? { storage.logicalType(element) }
  /// The digits of a decimal.
  public var precision: Int32? {
    if case .decimal(_, let precision)? = logicalType { precision } else { element.precision }
  }
  /// The digits behind a decimal's point.
  public var scale: Int32? {
    if case .decimal(let scale, _)? = logicalType { scale } else { element.scale }
  }
}

/// An element as the footer has it, with its place in the tree; numbers and places only, so that many cost little.
struct SchemaElement: Sendable, BitwiseCopyable {
  /// Where the name is in the footer.
  var nameStart: UInt32 = 0
  var nameByteCount: UInt32 = 0
  var physicalType = PhysicalType.boolean
  var repetition = Repetition.required
  var convertedType: ConvertedType?
  var isGroup = false
  var maxDefinitionLevel: UInt8 = 0
  var maxRepetitionLevel: UInt8 = 0
  var typeLength: Int32?
  var scale: Int32?
  var precision: Int32?
  var fieldID: Int32?
  var logicalTypeIndex: Int32 = -1
  /// `num_children`; -1 for a leaf.
  var childCount: Int32 = -1
  /// The element above; -1 for the root.
  var parent: Int32 = -1
  /// The index behind the last element of this subtree.
  var end: Int32 = 0
  /// The leaves of this subtree.
  var firstLeaf: Int32 = 0
  var endLeaf: Int32 = 0

  var nameRange: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameByteCount) }
}
