extension ThriftReader {
  /// `list<SchemaElement>`, the schema in depth-first order.
  @_lifetime(self: copy self)
  mutating func schema() throws(Flaw) -> Schema {
    let list = try list()
    guard list.count == 0 || list.type == .struct else {
      throw flaw(.unknownThriftType(list.type.rawValue))
    }
    var elements: [SchemaElement] = []
    var childCounts: [Int32] = []
    // An element has at least a name: its field header, its length, and the stop.
    elements.reserveCapacity(min(list.count, remaining / 3))
    childCounts.reserveCapacity(min(list.count, remaining / 3))
    for index in 0..<list.count {
      var childCount: Int32 = -1
      let element = try schemaElement(childCount: &childCount, isRoot: index == 0)
      elements.append(element)
      childCounts.append(childCount)
    }
    return try SchemaTree.schema(elements: elements, childCounts: childCounts, offset: offset)
  }

  @_lifetime(self: copy self)
  private mutating func schemaElement(childCount: inout Int32, isRoot: Bool) throws(Flaw) -> SchemaElement {
    var element = SchemaElement()
    var hasType = false
    var hasName = false
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      switch (id, type) {
      case (1, .int32):
        let number = try int32(.physicalType)
        guard let known = UInt8(exactly: number).flatMap(PhysicalType.init(rawValue:)) else {
          throw flaw(.fieldOutOfRange(.physicalType, value: Int64(number)))
        }
        element.physicalType = known
        hasType = true
      case (2, .int32):
        let length = try int32(.typeLength)
        guard length >= 0 else { throw flaw(.fieldOutOfRange(.typeLength, value: Int64(length))) }
        element.typeLength = length
      case (3, .int32):
        let number = try int32(.repetition)
        guard let known = UInt8(exactly: number).flatMap(Repetition.init(rawValue:)) else {
          throw flaw(.fieldOutOfRange(.repetition, value: Int64(number)))
        }
        element.repetition = known
      case (4, .binary):
        element.name = try string()
        hasName = true
      case (5, .int32):
        childCount = try int32(.childCount)
        guard childCount >= 0 else { throw flaw(.fieldOutOfRange(.childCount, value: Int64(childCount))) }
      case (6, .int32):
        // An annotation that is not known leaves the storage readable.
        element.convertedType = UInt8(exactly: try int32(.convertedType)).flatMap(
          ConvertedType.init(rawValue:))
      case (7, .int32): element.scale = try int32(.convertedType)
      case (8, .int32): element.precision = try int32(.convertedType)
      case (9, .int32): element.fieldID = try int32(.convertedType)
      case (10, .struct): element.logicalType = try logicalType()
      default: try skip(type)
      }
    }
    guard hasName else { throw flaw(.fieldMissing(.elementName)) }
    // Some writers give every leaf num_children 0, and every group a type.
    if hasType && childCount <= 0 && !isRoot { childCount = -1 }
    if !isRoot && !hasType && childCount < 0 { throw flaw(.fieldMissing(.physicalType)) }
    if childCount < 0 && element.physicalType == .fixedLenByteArray && element.typeLength == nil {
      throw flaw(.fieldMissing(.typeLength))
    }
    return element
  }

  /// The union `LogicalType`; nil for one that is not known.
  @_lifetime(self: copy self)
  private mutating func logicalType() throws(Flaw) -> LogicalType? {
    var result: LogicalType?
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { return result }
      guard type == .struct else {
        try skip(type)
        continue
      }
      switch id {
      case 1: result = try plainLogicalType(.string)
      case 2: result = try plainLogicalType(.map)
      case 3: result = try plainLogicalType(.list)
      case 4: result = try plainLogicalType(.enumeration)
      case 5: result = try decimalLogicalType()
      case 6: result = try plainLogicalType(.date)
      case 7:
        let (unit, isAdjusted) = try timeLogicalType()
        result = unit.map { .time($0, isAdjustedToUTC: isAdjusted) }
      case 8:
        let (unit, isAdjusted) = try timeLogicalType()
        result = unit.map { .timestamp($0, isAdjustedToUTC: isAdjusted) }
      case 10: result = try integerLogicalType()
      case 11: result = try plainLogicalType(.unknown)
      case 12: result = try plainLogicalType(.json)
      case 13: result = try plainLogicalType(.bson)
      case 14: result = try plainLogicalType(.uuid)
      case 15: result = try plainLogicalType(.float16)
      case 16: result = try plainLogicalType(.variant)
      case 17: result = .geometry(crs: try spatialLogicalType().crs)
      case 18:
        let (crs, algorithm) = try spatialLogicalType()
        result = .geography(crs: crs, algorithm: algorithm)
      default: try skip(type)
      }
    }
  }

  @_lifetime(self: copy self)
  private mutating func plainLogicalType(_ type: LogicalType) throws(Flaw) -> LogicalType {
    try skip(.struct)
    return type
  }

  @_lifetime(self: copy self)
  private mutating func decimalLogicalType() throws(Flaw) -> LogicalType {
    var scale: Int32 = 0
    var precision: Int32 = 0
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { return .decimal(scale: scale, precision: precision) }
      switch (id, type) {
      case (1, .int32): scale = try int32(.logicalType)
      case (2, .int32): precision = try int32(.logicalType)
      default: try skip(type)
      }
    }
  }

  @_lifetime(self: copy self)
  private mutating func timeLogicalType() throws(Flaw) -> (TimeUnit?, isAdjusted: Bool) {
    var unit: TimeUnit?
    var isAdjusted = false
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { return (unit, isAdjusted) }
      switch (id, type) {
      case (1, .true): isAdjusted = true
      case (1, .false): isAdjusted = false
      case (2, .struct):
        var unitID: Int32 = 0
        while true {
          let unitType = try field(&unitID)
          if unitType == .stop { break }
          unit = UInt8(exactly: unitID).flatMap(TimeUnit.init(rawValue:))
          try skip(unitType)
        }
      default: try skip(type)
      }
    }
  }

  @_lifetime(self: copy self)
  private mutating func integerLogicalType() throws(Flaw) -> LogicalType {
    var bitWidth: Int8 = 0
    var isSigned = false
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { return .integer(bitWidth: bitWidth, isSigned: isSigned) }
      switch (id, type) {
      case (1, .int8): bitWidth = Int8(bitPattern: try byte())
      case (2, .true): isSigned = true
      case (2, .false): isSigned = false
      default: try skip(type)
      }
    }
  }

  @_lifetime(self: copy self)
  private mutating func spatialLogicalType() throws(Flaw) -> (crs: String?, algorithm: Int32?) {
    var crs: String?
    var algorithm: Int32?
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { return (crs, algorithm) }
      switch (id, type) {
      case (1, .binary): crs = try string()
      case (2, .int32): algorithm = try int32(.logicalType)
      default: try skip(type)
      }
    }
  }
}
