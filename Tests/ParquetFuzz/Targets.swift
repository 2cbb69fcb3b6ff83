// One program for libFuzzer: the first byte of an input chooses the target, the rest is what it reads.
// It is compiled together with the sources of Parquet, so that the parts inside are reached directly.

/// Small limits: an input of a few bytes must not make more than a few MB.
private let limits: ReadLimits = {
  var limits = ReadLimits()
  limits.pageByteCount = 1 << 20
  limits.valueCount = 1 << 16
  return limits
}()

private let types: [PhysicalType] = [
  .boolean, .int32, .int64, .int96, .float, .double, .byteArray, .fixedLenByteArray,
]

private func column(_ byte: UInt8) -> Column {
  var element = SchemaElement()
  element.physicalType = types[Int(byte & 7)]
  element.typeLength = Int32(byte >> 3 & 7) + 1
  element.maxDefinitionLevel = byte >> 6 & 1
  element.maxRepetitionLevel = byte >> 7 & 1
  return Column(storage: SchemaStorage(element), index: 1)
}

private func footer(_ input: [UInt8]) {
  guard let metadata = try? FileMetadata.parse(input, fileSize: 1 << 30) else { return }
  _ = metadata.createdBy
  _ = metadata.keyValueMetadata
  for rowGroup in metadata.rowGroups {
    for chunk in rowGroup.columns {
      _ = (chunk.statistics, chunk.path, chunk.keyValueMetadata, chunk.byteRange, chunk.encodings)
      _ = ValueCounts.proven(by: chunk)
    }
  }
}

private func pageHeader(_ input: [UInt8]) {
  var reader = ThriftReader(input.span.bytes)
  _ = try? reader.pageHeader()
}

/// Levels of any depth: the second byte is the greatest level.
private func levels(_ input: [UInt8]) {
  guard let maximum = input.first, input.count > 1 else { return }
  let bytes = input.span.bytes
  for encoding in [Encoding.rle, .bitPacked] {
    var offset = 1
    guard
      var decoder = try? LevelDecoder.atStart(
        of: bytes, offset: &offset, end: input.count, maximum: Int(maximum),
        encoding: Int32(encoding.rawValue), count: 100)
    else { continue }
    var counter = decoder
    var decoded: [UInt8] = []
    let isDecoded = (try? decoder.decode(bytes, count: 100, into: &decoded)) != nil
    let counted = try? counter.countMaximum(bytes, count: 100)
    if isDecoded, maximum > 0 { precondition(counted == decoded.count { $0 == maximum }) }
  }
}

private func dictionary(_ input: [UInt8]) {
  guard input.count > 2 else { return }
  var header = PageHeader()
  header.valueCount = Int(input[1])
  guard
    let dictionary = try? ColumnChunkReader.dictionary(header, column(input[0]), input, 2..<input.count)
  else { return }
  precondition(dictionary.count(column(input[0]).physicalType) == header.valueCount)
}

/// A page's values in any encoding: two bytes choose column and encoding, the third the values.
private func values(_ input: [UInt8]) {
  guard input.count > 3 else { return }
  let column = column(input[0])
  var header = PageHeader()
  header.encoding = Int32(input[1] % 12)
  header.valueCount = Int(input[2]) * 4
  var dictionary = ValueBuffers()
  dictionary.int64s = [1, 2, 3]
  let span = input.span.bytes
  guard
    var decoder = try? ValueDecoder(
      header, column: column, bytes: span, range: 3..<input.count, hasDictionary: true, limits: limits)
  else { return }
  var buffers = ValueBuffers()
  // In two parts, as a reader that streams does.
  let half = header.valueCount / 2
  guard (try? decoder.decode(span, count: half, dictionary: dictionary, into: &buffers)) != nil else {
    return
  }
  _ = try? decoder.decode(span, count: header.valueCount - half, dictionary: dictionary, into: &buffers)
}

private func codec(_ input: [UInt8]) {
  guard input.count > 3, let codec = Codec(rawValue: input[0] & 7) else { return }
  var decompressor = Decompressor()
  var output: [UInt8] = []
  let size = Int(input[1]) << 8 | Int(input[2])
  try? decompressor.decompress(codec, input.span.bytes.extracting(3..<input.count), size: size, into: &output)
}

/// A whole file: everything in it is read, in all ways.
private func file(_ input: [UInt8]) {
  guard let file = try? ParquetFile(input, limits: limits) else { return }
  guard file.metadata.schema.leaves.count <= 64, file.metadata.rowGroups.count <= 64 else { return }
  for column in file.metadata.schema.leaves.indices {
    let values = try? file.values(column: column)
    guard let counts = try? file.counts(column: column), let values else { continue }
    precondition(counts.total == Int64(values.count))
  }
  for field in file.metadata.schema.root.children.indices { _ = try? file.nestedValues(field: field) }
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard let first = bytes.first else { return 0 }
  let input = Array(bytes.dropFirst())
  switch first & 7 {
  case 0: footer(input)
  case 1: pageHeader(input)
  case 2: levels(input)
  case 3: dictionary(input)
  case 4: values(input)
  case 5: codec(input)
  default: file(input)
  }
  return 0
}
