/// A value of a top-level field, which may be nested.
public indirect enum NestedValue: Sendable {
  /// No value.
  case null
  /// The entry of a column: `column` is the column's number in the schema.
  case leaf(column: Int, entry: Int)
  /// The elements of a list.
  case list([NestedValue])
  /// The fields of a group.
  case group([(name: String, value: NestedValue)])
  /// The entries of a map; a map without values is a list of its keys.
  case map([(key: NestedValue, value: NestedValue)])
}

/// Puts the entries of columns together to the rows of a top-level field.
///
/// Lists and maps are recognised in today's form and in the older ones (LogicalTypes.md, "Backward-compatibility
/// rules"); a repeated field without annotation is a list too.
public struct RecordAssembler: Sendable {
  private let field: SchemaNode
  private let columns: [ColumnValues]
  /// The next entry of each column.
  private var entries: [Int]
  private let file: String?

  /// An assembler of `field`, a child of the schema's root.
  ///
  /// - Parameter columns: the values of the field's columns (`field.leafRange`), of the same rows.
  public init(_ field: SchemaNode, columns: [ColumnValues], file label: String? = nil) {
    self.field = field
    self.columns = columns
    entries = Array(repeating: 0, count: columns.count)
    file = label
  }

  /// The next row's value; nil behind the last.
  ///
  /// - Throws: `malformedData` where the levels of the columns do not describe the same rows.
  public mutating func next() throws(ParquetError) -> NestedValue? {
    do throws(Flaw) {
      guard let first = columns.first, entries[0] < first.count else {
        for (column, entry) in zip(columns, entries) where entry != column.count {
          throw Flaw(.rowsDiffer(expected: Int64(entry), found: Int64(column.count)), at: 0)
        }
        return nil
      }
      return try value(of: field, definition: 0, repetition: 0)
    } catch {
      throw ParquetError(error.problem, at: .init(file: file, column: field.name))
    }
  }

  /// The definition level of the next entry of a column, which must be there.
  private func definitionLevel(_ leaf: Int) throws(Flaw) -> Int {
    let column = leaf - field.leafRange.lowerBound
    guard columns.indices.contains(column), entries[column] < columns[column].count else {
      throw Flaw(.levelsTooShort(missing: 1), at: 0)
    }
    return columns[column].definitionLevel(entries[column])
  }

  /// Passes over an entry of every column under `node`: a null or empty ancestor has one in each.
  private mutating func pass(_ node: SchemaNode) throws(Flaw) {
    for leaf in node.leafRange {
      _ = try definitionLevel(leaf)
      entries[leaf - field.leafRange.lowerBound] += 1
    }
  }

  /// - Parameters: the levels of the parent.
  private mutating func value(
    of node: SchemaNode, definition: Int, repetition: Int
  ) throws(Flaw) -> NestedValue {
    switch node.repetition {
    case .required: return try present(node, definition: definition, repetition: repetition)
    case .optional:
      guard let first = node.leafRange.first else { return .group([]) }
      guard try definitionLevel(first) > definition else {
        try pass(node)
        return .null
      }
      return try present(node, definition: definition + 1, repetition: repetition)
    case .repeated:
      return .list(
        try elements(of: node, definition: definition, repetition: repetition) {
          assembler, level throws(Flaw) in
          try assembler.present(node, definition: level, repetition: repetition + 1)
        })
    }
  }

  /// The elements of a repeated field; `element` is given the definition level of one that is there.
  private mutating func elements<Element>(
    of node: SchemaNode, definition: Int, repetition: Int,
    _ element: (inout RecordAssembler, Int) throws(Flaw) -> Element
  ) throws(Flaw) -> [Element] {
    guard let first = node.leafRange.first else { return [] }
    guard try definitionLevel(first) > definition else {
      try pass(node)
      return []
    }
    let column = first - field.leafRange.lowerBound
    var elements: [Element] = []
    repeat {
      elements.append(try element(&self, definition + 1))
    } while entries[column] < columns[column].count
      && columns[column].repetitionLevel(entries[column]) == repetition + 1
    return elements
  }

  /// The value of a field that is there.
  private mutating func present(
    _ node: SchemaNode, definition: Int, repetition: Int
  ) throws(Flaw) -> NestedValue {
    if let leaf = node.leafIndex {
      _ = try definitionLevel(leaf)
      let column = leaf - field.leafRange.lowerBound
      entries[column] += 1
      return .leaf(column: leaf, entry: entries[column] - 1)
    }
    let children = node.children
    if node.isList, children.count == 1, children[0].repetition == .repeated {
      return .list(try list(children[0], of: node, definition: definition, repetition: repetition))
    }
    if node.isMap, children.count == 1, children[0].repetition == .repeated {
      switch children[0].children.count {
      case 1: return .list(try list(children[0], of: node, definition: definition, repetition: repetition))
      case 2: return .map(try map(children[0], definition: definition, repetition: repetition))
      default: break
      }
    }
    var fields: [(name: String, value: NestedValue)] = []
    for child in children {
      let value = try value(of: child, definition: definition, repetition: repetition)
      fields.append((child.name, value))
    }
    return .group(fields)
  }

  private mutating func list(
    _ repeated: SchemaNode, of list: SchemaNode, definition: Int, repetition: Int
  ) throws(Flaw) -> [NestedValue] {
    let isElement = repeated.isElement(ofList: list.name)
    return try elements(of: repeated, definition: definition, repetition: repetition) {
      assembler, level throws(Flaw) in
      isElement
        ? try assembler.present(repeated, definition: level, repetition: repetition + 1)
        : try assembler.value(of: repeated.children[0], definition: level, repetition: repetition + 1)
    }
  }

  private mutating func map(
    _ repeated: SchemaNode, definition: Int, repetition: Int
  ) throws(Flaw) -> [(key: NestedValue, value: NestedValue)] {
    let children = repeated.children
    return try elements(of: repeated, definition: definition, repetition: repetition) {
      assembler, level throws(Flaw) in
      let key = try assembler.value(of: children[0], definition: level, repetition: repetition + 1)
      return (key, try assembler.value(of: children[1], definition: level, repetition: repetition + 1))
    }
  }
}

extension SchemaNode {
  fileprivate var isList: Bool { logicalType == .list || convertedType == .list }
  fileprivate var isMap: Bool {
    logicalType == .map || convertedType == .map || convertedType == .mapKeyValue
  }

  /// Whether a list's repeated field is the element itself, rather than a group around it.
  fileprivate func isElement(ofList name: String) -> Bool {
    let children = children
    guard children.count == 1, leafIndex == nil else { return true }
    return children[0].repetition == .repeated || self.name == "array" || self.name == name + "_tuple"
  }
}

extension ParquetFile {
  /// The values of a top-level field, row by row, with the columns that its leaves refer to.
  ///
  /// - Parameter field: the field's number among the root's children.
  /// - Throws: what is wrong with a chunk; `misuse` where there is no such field.
  public func nestedValues(field: Int) throws(ParquetError) -> (
    rows: [NestedValue], columns: [Int: ColumnValues]
  ) {
    let fields = metadata.schema.root.children
    guard fields.indices.contains(field) else {
      throw ParquetError(.columnMissing(index: field), at: .init(file: label))
    }
    var columns: [ColumnValues] = []
    for leaf in fields[field].leafRange { columns.append(try values(column: leaf)) }
    var assembler = RecordAssembler(fields[field], columns: columns, file: label)
    var rows: [NestedValue] = []
    while let row = try assembler.next() { rows.append(row) }
    guard Int64(rows.count) == metadata.rowCount || columns.isEmpty else {
      throw ParquetError(
        .rowsDiffer(expected: metadata.rowCount, found: Int64(rows.count)),
        at: .init(file: label, column: fields[field].name))
    }
    var byLeaf: [Int: ColumnValues] = [:]
    for (leaf, values) in zip(fields[field].leafRange, columns) { byLeaf[leaf] = values }
    return (rows, byLeaf)
  }
}
