import Testing

@testable import Replicator

@Suite struct CopyTextSplitterTests {
  @Test(arguments: [
    ("a\tb\n", ["a", "b"]), ("\n", [""]), ("\t\n", ["", ""]), ("\\N\tx", [nil, "x"]),
    ("a\\tb\\nc\\\\d\t\\\\N\n", ["a\tb\nc\\d", "\\N"]), ("\\b\\f\\r\\v\n", ["\u{8}\u{c}\r\u{b}"]),
    ("é\\\\\t\n", ["é\\", ""]), ("\\\\a\t\\\\b\t\\\\c", ["\\a", "\\b", "\\c"]),
  ])
  func splits(line: String, expected: [String?]) throws {
    #expect(try fields(of: Array(line.utf8)) == expected)
  }

  @Test func aLoneBackslashAtTheEndIsMalformed() {
    #expect(throws: ReplicatorError.self) { try fields(of: Array("a\\".utf8)) }
    #expect(throws: ReplicatorError.self) { try fields(of: Array("a\\\n".utf8)) }
  }

  private func fields(of line: [UInt8]) throws -> [String?] {
    let splitter = CopyTextSplitter()
    return try line.withUnsafeBytes { buffer in
      var values: [SourceValue] = []
      try splitter.split(buffer, into: &values)
      return values.map(\.string)
    }
  }
}
