import Foundation
import Ledger
import Testing

/// docs/findings.md, which says what each kind of finding means.
@Suite struct FindingPageTests {
  @Test func thePageNamesEveryKindOnceAndNoOther() throws {
    let page = URL(filePath: #filePath).appending(path: "../../../docs/findings.md").standardized
    let kinds = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").compactMap { line in
      line.hasPrefix("| `") ? String(line.dropFirst(3).prefix { $0 != "`" }) : nil
    }
    #expect(kinds.sorted() == FindingKind.allCases.map(\.rawValue).sorted())
  }
}
