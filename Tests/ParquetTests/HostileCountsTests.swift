import Foundation
import Parquet
import Testing

/// Files of a hundred bytes that announce more than any memory or number holds; fuzzing by hand found each.
@Suite struct HostileCountsTests {
  private static func bytes(_ base64: String) throws -> [UInt8] {
    [UInt8](try #require(Data(base64Encoded: base64)))
  }

  /// Row groups of 2^63 - 1 values each: of a repeated column, proven by statistics to be nulls or "I"; and of rows.
  @Test(arguments: [
    "UEFSMQAAAAAAAAAAFQIZLEgBchUCABUMJQQYAk9wABYAGSwZHCYAHBUMGRUAGRgCT3AVABb+//////////8BFggWCCYIPDb+//////////8BAAAAFggWAAAZHCYAHBUMGRUAGRgCT3AVABb+//////////8BFggWCCYIPDb+//////////8BAAAAFggWAAAAhAAAAFBBUjE=",
    "UEFSMQAAAAAAAAAAFQIZLEgBchUCABUMJQQYAk9wABYAGSwZHCYAHBUMGRUAGRgCT3AVABb+//////////8BFggWCCYIPDYAKAFJGAFJAAAAFggWAAAZHCYAHBUMGRUAGRgCT3AVABb+//////////8BFggWCCYIPDYAKAFJGAFJAAAAFggWAAAAfgAAAFBBUjE=",
    "UEFSMQAAAAAAAAAAFQIZLEgBchUCABUMJQAYAk9wABb6//////////8BGTwZHCYAHBUMGRUAGRgCT3AVABb+//////////8BFggWCCYIPDYAKAFJGAFJAAAAFggW/v//////////AQAZHCYAHBUMGRUAGRgCT3AVABb+//////////8BFggWCCYIPDYAKAFJGAFJAAAAFggW/v//////////AQAZHCYAHBUMGRUAGRgCT3AVABb+//////////8BFggWCCYIPDYAKAFJGAFJAAAAFggW/v//////////AQAA1QAAAFBBUjE=",
  ])
  func sumsOfCountsCannotOverflow(_ file: String) throws {
    let bytes = try Self.bytes(file)
    let error = #expect(throws: ParquetError.self) { try ParquetFile(bytes, named: "hostile") }
    #expect(error?.code == .malformedMetadata)
  }

  /// Lengths in the delta encoding, of a bit width of 0: no byte is needed for 2^31 - 1 or for 2^26 of them.
  @Test(arguments: [
    "UEFSMRUAFRwVHCwV/v///w8VDBUGFQYAAID///8HAf////8HAAAAFQIZLEgBchUCABUMJQAYAk9wABb+////DxkcGRwmABwVDBklAAYZGAJPcBUAFv7///8PFkYWRiYIAAAWRhb+////DwAARQAAAFBBUjE=",
    "UEFSMRUAFRoVGiwVgICAQBUMFQYVBgAAgICAgAQBgICAIAAAABUCGSxIAXIVAgAVDCUAGAJPcAAWgICAQBkcGRwmABwVDBklAAYZGAJPcBUAFoCAgEAWQhZCJggAABZCFoCAgEAAAEIAAABQQVIx",
  ])
  func valuesThatTakeNoByteAreBounded(_ file: String) throws {
    let bytes = try Self.bytes(file)
    let read = try ParquetFile(bytes, named: "hostile")
    let error = #expect(throws: ParquetError.self) { try read.counts(column: 0) }
    #expect(error?.code == .limitExceeded)
    let chunk = read.metadata.rowGroups[0].columns[0]
    var reader = ColumnChunkReader(chunk, column: read.metadata.schema.leaves[0])
    reader.supply(bytes, at: 0)
    do {
      _ = try reader.next(upTo: 37)
      Issue.record("a page of \(chunk.valueCount) values was read")
    } catch {
      #expect(error.code == .limitExceeded)
    }
  }

  /// 1,000 nulls, and a Snappy dictionary of no value in no byte, which pyarrow reads.
  @Test func anEmptyDictionaryNeedsNoFrameOfItsCodec() throws {
    let bytes = try Self.bytes(
      "UEFSMRUEFQAVAEwVABUAAAAVABUOFRIsFdAPFRAVBhUGAAAHGAMAAADQDwAVAhksSAFyFQIAFQwlAhgCT3AAFtAPGRwZHCYAHBUMGSUABhkYAk9wFQIW0A8WUBZQJiImCAAAFlAW0A8AAD4AAABQQVIx"
    )
    let counts = try ParquetFile(bytes, named: "nulls").counts(column: 0)
    #expect(counts.nullCount == 1000)
    #expect(counts.total == 1000)
  }
}
