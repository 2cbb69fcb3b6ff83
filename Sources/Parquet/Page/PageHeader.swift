/// What stands before a page's bytes: parquet.thrift, `PageHeader`.
struct PageHeader {
  enum Kind {
    case dataV1, dataV2, dictionary
    /// An index page, or a kind that is not known; it is passed over.
    case other
  }

  var kind = Kind.other
  var compressedSize = 0
  var uncompressedSize = 0
  var checksum: UInt32?
  /// Entries of a data page, nulls included; values of a dictionary.
  var valueCount = 0
  var encoding: Int32 = 0
  var definitionEncoding: Int32 = Int32(Encoding.rle.rawValue)
  var repetitionEncoding: Int32 = Int32(Encoding.rle.rawValue)
  /// Version 2 only: the lengths of the levels, which stand before the values and are never compressed.
  var definitionByteCount = 0
  var repetitionByteCount = 0
  /// Version 2 only: whether the values are compressed.
  var isCompressed = true
}

extension ThriftReader {
  /// Reads a page header.
  @_lifetime(self: copy self)
  mutating func pageHeader() throws(Flaw) -> PageHeader {
    var header = PageHeader()
    var typeNumber: Int32 = -1
    var hasUncompressed = false
    var hasCompressed = false
    var hasDetails = false
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      switch id {
      case 1 where type == .int32: typeNumber = try int32(.pageType)
      case 2 where type == .int32:
        header.uncompressedSize = try size(.pageSize)
        hasUncompressed = true
      case 3 where type == .int32:
        header.compressedSize = try size(.pageSize)
        hasCompressed = true
      case 4 where type == .int32: header.checksum = UInt32(truncatingIfNeeded: try integer())
      case 5 where type == .struct && typeNumber == 0:
        try dataPageHeader(into: &header)
        hasDetails = true
      case 7 where type == .struct && typeNumber == 2:
        try dictionaryPageHeader(into: &header)
        hasDetails = true
      case 8 where type == .struct && typeNumber == 3:
        try dataPageHeaderV2(into: &header)
        hasDetails = true
      default: try skip(type)
      }
    }
    guard hasUncompressed, hasCompressed else { throw flaw(.fieldMissing(.pageSize)) }
    switch typeNumber {
    case 0: header.kind = .dataV1
    case 2: header.kind = .dictionary
    case 3: header.kind = .dataV2
    case -1: throw flaw(.fieldMissing(.pageType))
    default: return header
    }
    guard hasDetails else { throw flaw(.fieldMissing(.pageHeader)) }
    return header
  }

  @_lifetime(self: copy self)
  private mutating func size(_ field: MetadataField) throws(Flaw) -> Int {
    let value = try int32(field)
    guard value >= 0 else { throw flaw(.fieldOutOfRange(field, value: Int64(value))) }
    return Int(value)
  }

  @_lifetime(self: copy self)
  private mutating func dataPageHeader(into header: inout PageHeader) throws(Flaw) {
    var hasCount = false
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      switch id {
      case 1 where type == .int32:
        header.valueCount = try size(.valueCount)
        hasCount = true
      case 2 where type == .int32: header.encoding = try int32(.encoding)
      case 3 where type == .int32: header.definitionEncoding = try int32(.encoding)
      case 4 where type == .int32: header.repetitionEncoding = try int32(.encoding)
      default: try skip(type)
      }
    }
    guard hasCount else { throw flaw(.fieldMissing(.valueCount)) }
  }

  @_lifetime(self: copy self)
  private mutating func dictionaryPageHeader(into header: inout PageHeader) throws(Flaw) {
    var hasCount = false
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      switch id {
      case 1 where type == .int32:
        header.valueCount = try size(.valueCount)
        hasCount = true
      case 2 where type == .int32: header.encoding = try int32(.encoding)
      default: try skip(type)
      }
    }
    guard hasCount else { throw flaw(.fieldMissing(.valueCount)) }
  }

  @_lifetime(self: copy self)
  private mutating func dataPageHeaderV2(into header: inout PageHeader) throws(Flaw) {
    var hasCount = false
    var id: Int32 = 0
    while true {
      let type = try field(&id)
      if type == .stop { break }
      switch id {
      case 1 where type == .int32:
        header.valueCount = try size(.valueCount)
        hasCount = true
      case 4 where type == .int32: header.encoding = try int32(.encoding)
      case 5 where type == .int32: header.definitionByteCount = try size(.levelsByteCount)
      case 6 where type == .int32: header.repetitionByteCount = try size(.levelsByteCount)
      case 7 where type == .true: header.isCompressed = true
      case 7 where type == .false: header.isCompressed = false
      default: try skip(type)
      }
    }
    guard hasCount else { throw flaw(.fieldMissing(.valueCount)) }
  }
}
