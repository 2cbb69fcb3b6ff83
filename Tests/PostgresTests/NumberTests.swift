import Foundation
import Postgres
import Testing
import Time

@Suite struct NumberTests {
  @Test(arguments: [
    ("0/0", 0), ("0/16B3748", 0x16B_3748), ("16/B374D848", 0x16_B374_D848), ("FFFFFFFF/FFFFFFFF", UInt64.max),
  ])
  func positionsAreWrittenAsPostgreSQLDoes(_ text: String, _ value: UInt64) throws {
    #expect(LSN(text)?.rawValue == value)
    #expect(LSN(rawValue: value).description == text)
    let json = try JSONEncoder().encode([LSN(rawValue: value)])
    #expect(try JSONDecoder().decode([LSN].self, from: json) == [LSN(rawValue: value)])
  }

  @Test(arguments: ["", "/", "0/", "/0", "1", "0/1/2", "0/123456789", "x/0", "-1/0", "0/+1", " 0/0"])
  func otherTextIsNoPosition(_ text: String) {
    #expect(LSN(text) == nil)
  }

  @Test func positionsCountBytesAndSaturate() {
    let position = LSN(rawValue: 100)
    #expect(position.advanced(by: 5) - position == 5)
    #expect(position - position.advanced(by: 5) == -5)
    #expect(LSN(rawValue: .max) - .zero == .max)
    #expect(.zero - LSN(rawValue: .max) == -.max)
    #expect(LSN(rawValue: .max).advanced(by: 1).rawValue == .max)
    #expect(position < position.advanced(by: 1))
  }

  @Test func transactionsHaveA32BitIDInTheStream() {
    #expect(TransactionID(rawValue: 3 << 32 | 7).xid == 7)
    #expect(TransactionID(rawValue: 3 << 32 | 7).description == "12884901895")
  }

  @Test(arguments: ["42P01", "00000", "ZZZZZ"])
  func statesAreFiveCharacters(_ text: String) {
    #expect(SQLState(rawValue: text)?.rawValue == text)
  }

  @Test(arguments: ["", "42P0", "42P011", "42p01", "42 01", "42P0é"])
  func otherTextIsNoState(_ text: String) {
    #expect(SQLState(rawValue: text) == nil)
  }
}
