extension ThriftReader {
  /// `list<SchemaElement>`, the schema in depth-first order.
  @_lifetime(self: copy self)
  mutating func schema(footer: [UInt8]) throws(Flaw) -> Schema {
    let start = offset
    let list = try list()
    guard list.count == 0 || list.type == .struct else {
      throw flaw(.unknownThriftType(list.type.rawValue))
    }
    var elements: [SchemaElement] = []
    var logicalTypes: [LogicalType] = []
    // An element has at least a name: its field header, its length, and the stop.
    elements.reserveCapacity(min(list.count, remaining / 3))
    for index in 0..<list.count {
      var element = SchemaElement()
      try schemaElement(into: &element, logicalTypes: &logicalTypes, isRoot: index == 0)
      elements.append(element)
    }
    let tree = try SchemaTree(elements, offset: offset)
    return Schema(
      storage: SchemaStorage(
        footer: footer, range: start..<offset, elements: tree.elements, logicalTypes: logicalTypes,
        leaves: tree.leaves))
  }

  @_lifetime(self: copy self)
  private mutating func schemaElement(
    into element: inout SchemaElement, logicalTypes: inout [LogicalType], isRoot: Bool
  ) throws(Flaw) {
    var hasType = false
    var hasName = false
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      switch id {
      case 1 where type == .int32:
        let number = try int32(.physicalType)
        guard let known = UInt8(exactly: number).flatMap(PhysicalType.init(rawValue:)) else {
          throw flaw(.fieldOutOfRange(.physicalType, value: Int64(number)))
        }
        element.physicalType = known
        hasType = true
      case 2 where type == .int32:
        let length = try int32(.typeLength)
        guard length >= 0 else { throw flaw(.fieldOutOfRange(.typeLength, value: Int64(length))) }
        element.typeLength = length
      case 3 where type == .int32:
        let number = try int32(.repetition)
        guard let known = UInt8(exactly: number).flatMap(Repetition.init(rawValue:)) else {
          throw flaw(.fieldOutOfRange(.repetition, value: Int64(number)))
        }
        element.repetition = known
      case 4 where type == .binary:
        let name = try binary()
        // Footers are shorter than 4 GiB.
        element.nameStart = UInt32(truncatingIfNeeded: name.lowerBound)
        element.nameByteCount = UInt32(truncatingIfNeeded: name.count)
        hasName = true
      case 5 where type == .int32:
        let count = try int32(.childCount)
        guard count >= 0 else { throw flaw(.fieldOutOfRange(.childCount, value: Int64(count))) }
        element.childCount = count
      case 6 where type == .int32:
        // An annotation that is not known leaves the storage readable.
        element.convertedType = UInt8(exactly: try int32(.convertedType)).flatMap(
          ConvertedType.init(rawValue:))
      case 7 where type == .int32: element.scale = try int32(.scale)
      case 8 where type == .int32: element.precision = try int32(.precision)
      case 9 where type == .int32: element.fieldID = try int32(.fieldID)
      case 10 where type == .struct:
        if let known = try logicalType() {
          element.logicalTypeIndex = Int32(truncatingIfNeeded: logicalTypes.count)
          logicalTypes.append(known)
        }
      default: try skip(type)
      }
    }
    guard hasName else { throw flaw(.fieldMissing(.elementName)) }
    // Some writers give every leaf num_children 0, and every group a type.
    if hasType && element.childCount <= 0 && !isRoot { element.childCount = -1 }
    if !isRoot && !hasType && element.childCount < 0 { throw flaw(.fieldMissing(.physicalType)) }
    if element.childCount < 0 && element.physicalType == .fixedLenByteArray && element.typeLength == nil {
      throw flaw(.fieldMissing(.typeLength))
    }
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
  @inline(__always)
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
      switch id {
      case 1 where type == .int32: scale = try int32(.logicalType)
      case 2 where type == .int32: precision = try int32(.logicalType)
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
      switch id {
      case 1 where type == .true: isAdjusted = true
      case 1 where type == .false: isAdjusted = false
      case 2 where type == .struct:
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
      switch id {
      case 1 where type == .int8: bitWidth = Int8(bitPattern: try byte())
      case 2 where type == .true: isSigned = true
      case 2 where type == .false: isSigned = false
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
      switch id {
      case 1 where type == .binary: crs = try string()
      case 2 where type == .int32: algorithm = try int32(.logicalType)
      default: try skip(type)
      }
    }
  }
}
