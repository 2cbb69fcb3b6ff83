import Testing

@testable import ObjectStorage

@Suite struct KeyPathTests {
  @Test func `keeps the parts of common keys as they are`() throws {
    let names = try #require(KeyPath("raw/public/customers/20261123-225401123.parquet"))
    #expect(names.directories == ["raw", "public", "customers"])
    #expect(names.file == "20261123-225401123.parquet")
  }

  @Test(arguments: ["", ".", "..", "\0", "a\0b", ".lakecanary-", ".lakecanary-tmp-ab", ".lakecanary-key-"])
  func `writes parts that are no file names in another way`(_ part: String) throws {
    let name = KeyPath.fileName(part)
    #expect(KeyOrder.begins(name, with: ".lakecanary-key-"))
    #expect(!name.contains("/") && !name.utf8.contains(0))
    #expect(try #require(KeyPath.part(ofFileName: name)).utf8.elementsEqual(part.utf8))
  }

  @Test(arguments: [
    ".lakecanary-tmp-12", ".lakecanary-other", ".lakecanary-key-%2", ".lakecanary-key-%2e%2e",
    ".lakecanary-key-plain", ".lakecanary-key-%FF",
  ])
  func `takes no other file for an object`(_ name: String) {
    #expect(KeyPath.part(ofFileName: name) == nil)
  }

  @Test func `bounds the length of keys`() {
    #expect(KeyPath("") == nil)
    #expect(KeyPath(String(repeating: "k", count: 1024)) != nil)
    #expect(KeyPath(String(repeating: "k", count: 1025)) == nil)
  }
}
