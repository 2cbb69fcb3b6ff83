extension ThriftReader {
  /// `ColumnChunk`, with the checks that let its offsets be used without further ones.
  @_lifetime(self: copy self)
  mutating func columnChunk(
    footer: [UInt8], column: Column, fileSize: Int64
  ) throws(Flaw) -> ColumnChunkMetadata {
    var chunk = ColumnChunkMetadata(footer: footer)
    chunk.fileSize = fileSize
    var hasMetadata = false
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      switch (id, type) {
      case (1, .binary): chunk.isInOtherFile = !(try binary()).isEmpty
      case (3, .struct):
        try columnMetadata(into: &chunk)
        hasMetadata = true
      case (4, .int64): chunk.offsetIndexPlace.offset = try count(.indexOffset)
      case (5, .int32): chunk.offsetIndexPlace.length = try int32(.indexOffset)
      case (6, .int64): chunk.columnIndexPlace.offset = try count(.indexOffset)
      case (7, .int32): chunk.columnIndexPlace.length = try int32(.indexOffset)
      case (8, .struct), (9, .binary):
        chunk.isEncrypted = true
        try skip(type)
      default: try skip(type)
      }
    }
    guard hasMetadata else {
      guard chunk.isEncrypted else { throw flaw(.fieldMissing(.metadata)) }
      chunk.physicalType = column.physicalType
      return chunk
    }
    guard chunk.physicalType == column.physicalType else { throw flaw(.physicalTypeDiffers) }
    try checkPlaces(&chunk)
    return chunk
  }

  @_lifetime(self: copy self)
  private mutating func columnMetadata(into chunk: inout ColumnChunkMetadata) throws(Flaw) {
    var seen: UInt32 = 0
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      if id > 0 && id < 32 { seen |= 1 &<< UInt32(id) }
      switch (id, type) {
      case (1, .int32):
        let number = try int32(.physicalType)
        guard let known = UInt8(exactly: number).flatMap(PhysicalType.init(rawValue:)) else {
          throw flaw(.fieldOutOfRange(.physicalType, value: Int64(number)))
        }
        chunk.physicalType = known
      case (2, .list): chunk.encodingBits = try encodingBits()
      case (3, .list):
        let start = offset
        try skip(type)
        chunk.pathRange = UInt32(truncatingIfNeeded: start)..<UInt32(truncatingIfNeeded: offset)
      case (4, .int32):
        chunk.codec = UInt8(exactly: try int32(.codec)).flatMap(Codec.init(rawValue:)) ?? .unrecognized
      case (5, .int64): chunk.valueCount = try count(.valueCount)
      case (6, .int64): chunk.uncompressedSize = try count(.uncompressedSize)
      case (7, .int64): chunk.compressedSize = try count(.compressedSize)
      case (8, .list):
        chunk.keyValueOffset = UInt32(truncatingIfNeeded: offset)
        try skip(type)
      case (9, .int64): chunk.dataPageOffset = try count(.dataPageOffset)
      case (11, .int64): chunk.dictionaryOffset = try integer()
      case (12, .struct): try statistics(into: &chunk.statisticsFields)
      case (14, .int64): chunk.bloomFilterPlace.offset = try count(.indexOffset)
      case (15, .int32): chunk.bloomFilterPlace.length = try int32(.indexOffset)
      default: try skip(type)
      }
    }
    if let missing = Self.requiredFields.first(where: { seen & (1 &<< $0.id) == 0 }) {
      throw flaw(.fieldMissing(missing.field))
    }
  }

  private static let requiredFields: [(id: UInt32, field: MetadataField)] = [
    (1, .physicalType), (4, .codec), (5, .valueCount), (7, .compressedSize), (9, .dataPageOffset),
  ]

  private func checkPlaces(_ chunk: inout ColumnChunkMetadata) throws(Flaw) {
    let start = chunk.dictionaryPageOffset ?? chunk.dataPageOffset
    let (end, overflows) = start.addingReportingOverflow(chunk.compressedSize)
    guard !overflows, end <= chunk.fileSize else {
      // A file whose pages are elsewhere, or that has no value, is not held to its places.
      guard !chunk.isInOtherFile else { return chunk.dropPlaces() }
      throw flaw(.chunkBeyondFile(end: overflows ? .max : end))
    }
    for place in [chunk.columnIndexPlace, chunk.offsetIndexPlace, chunk.bloomFilterPlace]
    where place.offset > chunk.fileSize {
      throw flaw(.fieldOutOfRange(.indexOffset, value: place.offset))
    }
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
      switch (id, type) {
      case (1, .binary): fields.deprecatedMax = try place()
      case (2, .binary): fields.deprecatedMin = try place()
      case (3, .int64): fields.nullCount = try count(.nullCount)
      case (4, .int64): fields.distinctCount = try count(.distinctCount)
      case (5, .binary): fields.max = try place()
      case (6, .binary): fields.min = try place()
      case (7, .true), (7, .false): fields.maxIsExact = type == .true
      case (8, .true), (8, .false): fields.minIsExact = type == .true
      default: try skip(type)
      }
    }
  }

  /// A binary value's place; footers are shorter than 4 GiB.
  @_lifetime(self: copy self)
  private mutating func place() throws(Flaw) -> Range<UInt32> {
    let range = try binary()
    return UInt32(truncatingIfNeeded: range.lowerBound)..<UInt32(truncatingIfNeeded: range.upperBound)
  }
}

extension ColumnChunkMetadata {
  fileprivate mutating func dropPlaces() {
    dataPageOffset = 0
    dictionaryOffset = -1
    compressedSize = 0
  }
}
