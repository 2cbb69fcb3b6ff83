import Ledger
import Testing

@testable import lakecanary

@Suite struct TableTextTests {
  @Test(arguments: [
    ("public.customers", "public", "customers"), ("a.b.c", "a", "b.c"), ("\"a.b\".c", "a.b", "c"),
    ("\"my schema\".\"my \"\"own\"\" table, no. 1\"", "my schema", "my \"own\" table, no. 1"),
    ("s\"x.t\"y", "s\"x", "t\"y"), ("Shop.\"T\"", "Shop", "T"), ("\" \".\"\t\"", " ", "\t"),
    ("\"e\u{301}\".\"\"\"\u{301}\"", "e\u{301}", "\"\u{301}"),
  ])
  func aTableIsReadAndWritten(text: String, schema: String, name: String) throws {
    let table = TableName(schema: schema, name: name)
    #expect(TableText.table(text) == table)
    #expect(TableText.table(TableText.text(table)) == table)
    let parsed = try #require(TableText.parse(text + " shared"))
    #expect(parsed.name == table && parsed.rest == " shared")
    // In a list beside others, whatever commas and quotes it holds.
    let list = "a.b,\(TableText.text(table)) shared , \(TableText.text(table)),,c.d"
    let written = TableText.text(table)
    #expect(
      TableText.list(list).map { TableText.parse($0)?.name }
        == ["a.b", written, written, "c.d"].map(TableText.table))
  }

  @Test(arguments: [
    "", "customers", "a.", ".b", "\"a\"", "\"a.b", "\"a\".\"b", "\"\".b", "a.\"\"", "\"a\"x.b", "a.\"b\"c",
    "\"a\" .b",
  ])
  func whatIsNoTableIsNone(text: String) {
    #expect(TableText.table(text) == nil)
  }
}
