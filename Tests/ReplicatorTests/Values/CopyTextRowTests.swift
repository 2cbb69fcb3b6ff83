import Testing

@testable import Replicator

@Suite struct CopyTextRowTests {
  @Test(arguments: [
    ("a\tb\n", ["a", "b"]), ("\n", [""]), ("\t\n", ["", ""]), ("\\N\tx", [nil, "x"]),
    ("a\\tb\\nc\\\\d\t\\\\N\n", ["a\tb\nc\\d", "\\N"]), ("\\b\\f\\r\\v\n", ["\u{8}\u{c}\r\u{b}"]),
    ("é\\\\\t\n", ["é\\", ""]),
  ])
  func splits(line: String, expected: [String?]) throws {
    #expect(try fields(of: Array(line.utf8)) == expected)
  }

  @Test func aLoneBackslashAtTheEndIsMalformed() {
    #expect(throws: ReplicatorError.self) { try fields(of: Array("a\\".utf8)) }
    #expect(throws: ReplicatorError.self) { try fields(of: Array("a\\\n".utf8)) }
  }

  private func fields(of line: [UInt8]) throws -> [String?] {
    var row = CopyTextRow()
    var fields: [String?] = []
    let result = line.withUnsafeBytes { buffer in
      Result { () throws(ReplicatorError) in
        try row.forEachField(of: buffer) { (index, bytes) throws(ReplicatorError) in
          #expect(index == fields.count)
          fields.append(bytes.map { String(decoding: $0, as: UTF8.self) })
        }
      }
    }
    #expect(try result.get() == fields.count)
    return fields
  }
}
