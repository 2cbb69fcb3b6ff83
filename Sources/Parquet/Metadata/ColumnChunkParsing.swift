extension ThriftReader {
  /// `ColumnChunk`, with the checks that let its offsets be used without further ones.
  @_lifetime(self: copy self)
  mutating func columnChunk(
    into chunk: inout ChunkFields, type physicalType: PhysicalType, fileSize: Int64
  ) throws(Flaw) {
    var hasMetadata = false
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      switch id {
      case 1 where type == .binary: chunk.isInOtherFile = !(try binary()).isEmpty
      case 3 where type == .struct:
        try columnMetadata(into: &chunk)
        hasMetadata = true
      case 4 where type == .int64: chunk.offsetIndexPlace.offset = try count(.indexOffset)
      case 5 where type == .int32: chunk.offsetIndexPlace.length = try int32(.indexOffset)
      case 6 where type == .int64: chunk.columnIndexPlace.offset = try count(.indexOffset)
      case 7 where type == .int32: chunk.columnIndexPlace.length = try int32(.indexOffset)
      case 8 where type == .struct, 9 where type == .binary:
        chunk.isEncrypted = true
        try skip(type)
      default: try skip(type)
      }
    }
    guard hasMetadata else {
      guard chunk.isEncrypted else { throw flaw(.fieldMissing(.metadata)) }
      chunk.physicalType = physicalType
      return
    }
    guard chunk.physicalType == physicalType else { throw flaw(.physicalTypeDiffers) }
    try checkPlaces(&chunk, fileSize)
  }

  @_lifetime(self: copy self)
  private mutating func columnMetadata(into chunk: inout ChunkFields) throws(Flaw) {
    var seen: UInt32 = 0
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      if id > 0 && id < 32 { seen |= 1 &<< UInt32(id) }
      switch id {
      case 1 where type == .int32:
        let number = try int32(.physicalType)
        guard let known = UInt8(exactly: number).flatMap(PhysicalType.init(rawValue:)) else {
          throw flaw(.fieldOutOfRange(.physicalType, value: Int64(number)))
        }
        chunk.physicalType = known
      case 2 where type == .list: chunk.encodingBits = try encodingBits()
      case 3 where type == .list:
        chunk.pathOffset = UInt32(truncatingIfNeeded: offset)
        try skip(type)
      case 4 where type == .int32:
        chunk.codec = UInt8(exactly: try int32(.codec)).flatMap(Codec.init(rawValue:)) ?? .unrecognized
      case 5 where type == .int64:
        chunk.valueCount = try count(.valueCount)
        guard chunk.valueCount <= FileMetadata.largestCount else {
          throw flaw(.fieldOutOfRange(.valueCount, value: chunk.valueCount))
        }
      case 6 where type == .int64: chunk.uncompressedSize = try count(.uncompressedSize)
      case 7 where type == .int64: chunk.compressedSize = try count(.compressedSize)
      case 8 where type == .list:
        chunk.keyValueOffset = UInt32(truncatingIfNeeded: offset)
        try skip(type)
      case 9 where type == .int64: chunk.dataPageOffset = try count(.dataPageOffset)
      case 11 where type == .int64: chunk.dictionaryOffset = try integer()
      case 12 where type == .struct: try statistics(into: &chunk.statistics)
      case 14 where type == .int64: chunk.bloomFilterPlace.offset = try count(.indexOffset)
      case 15 where type == .int32: chunk.bloomFilterPlace.length = try int32(.indexOffset)
      default: try skip(type)
      }
    }
    // Fields 1, 4, 5, 7 and 9 are the required ones that no reader can do without.
    guard seen & 0b10_1011_0010 == 0b10_1011_0010 else { throw flaw(.fieldMissing(Self.missing(seen))) }
  }

  private static func missing(_ seen: UInt32) -> MetadataField {
    let required: [(id: UInt32, field: MetadataField)] = [
      (1, .physicalType), (4, .codec), (5, .valueCount), (7, .compressedSize), (9, .dataPageOffset),
    ]
    return required.first { seen & (1 &<< $0.id) == 0 }?.field ?? .metadata
  }

  private func checkPlaces(_ chunk: inout ChunkFields, _ fileSize: Int64) throws(Flaw) {
    let start = chunk.dictionaryPageOffset ?? chunk.dataPageOffset
    let (end, overflows) = start.addingReportingOverflow(chunk.compressedSize)
    guard !overflows, end <= fileSize else {
      // A file whose pages are elsewhere, or that has no value, is not held to its places.
      guard !chunk.isInOtherFile else { return chunk.dropPlaces() }
      throw flaw(.chunkBeyondFile(end: overflows ? .max : end))
    }
    let furthest = max(
      chunk.columnIndexPlace.offset, chunk.offsetIndexPlace.offset, chunk.bloomFilterPlace.offset)
    guard furthest <= fileSize else { throw flaw(.fieldOutOfRange(.indexOffset, value: furthest)) }
  }

  @_lifetime(self: copy self)
  private mutating func encodingBits() throws(Flaw) -> UInt32 {
    let list = try list()
    guard list.count == 0 || list.type == .int32 else { throw flaw(.unknownThriftType(list.type.rawValue)) }
    var bits: UInt32 = 0
    for _ in 0..<list.count {
      let number = try integer()
      if number >= 0 && number < 32 { bits |= 1 &<< UInt32(number) }
    }
    return bits
  }

  @_lifetime(self: copy self)
  private mutating func statistics(into fields: inout StatisticsFields) throws(Flaw) {
    fields.isPresent = true
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { return }
      switch id {
      case 1 where type == .binary: fields.deprecatedMax = try place()
      case 2 where type == .binary: fields.deprecatedMin = try place()
      case 3 where type == .int64: fields.nullCount = try count(.nullCount)
      case 4 where type == .int64: fields.distinctCount = try count(.distinctCount)
      case 5 where type == .binary: fields.max = try place()
      case 6 where type == .binary: fields.min = try place()
      case 7 where type == .true || type == .false: fields.maxIsExact = type == .true
      case 8 where type == .true || type == .false: fields.minIsExact = type == .true
      default: try skip(type)
      }
    }
  }

  /// A binary value's place; footers are shorter than 4 GiB.
  @_lifetime(self: copy self)
  @inline(__always)
  private mutating func place() throws(Flaw) -> StatisticsFields.Bytes {
    let range = try binary()
    return StatisticsFields.Bytes(
      start: UInt32(truncatingIfNeeded: range.lowerBound), count: UInt32(truncatingIfNeeded: range.count))
  }
}

extension ChunkFields {
  fileprivate mutating func dropPlaces() {
    dataPageOffset = 0
    dictionaryOffset = -1
    compressedSize = 0
  }
}
