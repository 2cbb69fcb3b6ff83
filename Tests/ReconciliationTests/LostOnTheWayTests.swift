import Foundation
import Ledger
import ObjectStorage
import Reconciliation
import TestSupport
import Testing
import Time

/// Ways in which rows are known to be lost between DMS and the lake (DMS.md section 6), with real files.
@Suite struct LostOnTheWayTests {
  private static let formats = [
    "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true",
    "DataFormat=csv;timestampColumnName=ts;includeOpForFullLoad=true",
  ]

  /// A row that the load leaves out, and one that it leaves out and a change brings: the first is lost, the second has
  /// lost its insert alone.
  @Test(arguments: formats) func aRowLostInTheLoad(settings: String) async throws {
    let files = try FileBucket(settings: settings)
    let rows = try files.insert(6)
    files.clock.advance(by: .seconds(20))
    try await files.put(
      rows.filter { $0.row.key != rows[1].row.key && $0.row.key != rows[4].row.key }, at: files.loadKey(1))
    files.clock.advance(by: .seconds(20))
    let changes = try [files.update(rows[4].row), files.update(rows[0].row)] + files.insert(1)
    try await files.put(changes, at: files.changesKey(1))
    let result = try await files.reconcile()
    #expect(result.verdict.status == .critical)
    #expect(result.rows(.lostRows) == [rows[1], rows[4]].map { "I \($0.row.key)" }.sorted())
    #expect(result.findings.map(\.kind) == [.lostRows] && result.figures?.covered == 4)
    #expect(result.figures?.missing == 2 && result.figures?.late == 0)
  }

  // MARK: Lifecycle rules

  /// A rule takes what was reconciled long ago, and then what was never seen.
  ///
  /// What the first held is known, and nothing is lost. Later, the machine of the
  /// canary stands still for so long that a rule takes what was never seen: these rows are nowhere, and named.
  @Test(arguments: formats) func whatARuleTakesBeforeItWasSeenIsLost(settings: String) async throws {
    var files = try FileBucket(settings: settings)
    files.keepsTime = true
    for number in 1...3 {
      files.clock.advance(by: .seconds(2 * 86_400))
      try await files.put(try files.insert(2), at: files.changesKey(number))
    }
    #expect(try await files.reconcile().verdict.status == .ok)
    try await files.store.delete(files.changesKey(1))
    files.clock.advance(by: .seconds(86_400))
    try await files.put(try files.insert(1), at: files.changesKey(4))
    let expired = try await files.reconcile()
    #expect(expired.verdict.status == .ok && expired.figures?.missing == 0, "\(expired.verdict)")
    #expect(expired.findings.map(\.severity) == [.notice])

    let unseen = try files.insert(3)
    try await files.put(unseen, at: files.changesKey(5))
    files.clock.advance(by: .seconds(10 * 86_400))
    for number in 2...5 { try await files.store.delete(files.changesKey(number)) }
    try await files.put(try files.insert(1), at: files.changesKey(6))
    let lost = try await files.reconcile()
    #expect(lost.verdict.status == .critical)
    #expect(lost.rows(.lostRows) == unseen.map { "I \($0.row.key)" }.sorted())
    #expect(lost.findings.filter { $0.severity > .notice }.map(\.kind) == [.lostRows])
    #expect(lost.figures?.delivered == 8 && lost.figures?.missing == 3)
  }

  // MARK: Two tasks on one prefix

  /// Each task writes every change, the second some objects behind: all comes twice, and none is lost or late.
  @Test(arguments: formats) func twoTasksDoubleEverything(settings: String) async throws {
    let files = try FileBucket(settings: settings)
    var behind: [[FileBucket.Change]] = []
    var number = 0
    for _ in 0..<4 {
      let rows = try files.insert(2)
      number += 1
      try await files.put(rows, at: files.changesKey(number))
      behind.append(rows)
      guard behind.count > 1 else { continue }
      number += 1
      try await files.put(behind.removeFirst(), at: files.changesKey(number))
      let result = try await files.reconcile()
      #expect(result.verdict.status == .ok, "\(result.verdict)")
    }
    let result = try await files.reconcile()
    #expect(Set(result.findings.map(\.kind)) == [.duplicateRows])
    #expect(result.figures?.duplicates == 6 && result.figures?.delivered == 8 && result.figures?.missing == 0)
  }

  /// The second task's object replaces the first's of the same name.
  ///
  /// "Multiple tasks ... writing to the same file" (DMS.md section 1). What both
  /// hold is there; what the first alone held is lost, whether it was seen before or not.
  @Test(arguments: formats, [true, false]) func namesOfTwoTasksCollide(
    settings: String, isSeen: Bool
  ) async throws {
    let files = try FileBucket(settings: settings)
    try await files.put(try files.insert(1), at: files.changesKey(1))
    let rows = try files.insert(1) + files.insert(1) + files.insert(1)
    try await files.put(Array(rows[..<2]), at: files.changesKey(2))
    if isSeen { #expect(try await files.reconcile().verdict.status == .ok) }
    try await files.put(Array(rows[1...]), at: files.changesKey(2))
    let result = try await files.reconcile()
    #expect(result.rows(.lostRows) == ["I \(rows[0].row.key)"], "\(result.verdict)")
    #expect(
      Set(result.findings.map(\.kind)) == (isSeen ? [.lostRows, .overwrittenObject] : [.lostRows]))
    #expect(result.figures?.delivered == 3 && result.figures?.missing == 1 && result.figures?.late == 0)
    try await files.put(try files.insert(1), at: files.changesKey(3))
    let after = try await files.reconcile()
    #expect(after.newFindings.isEmpty && after.figures?.missing == 1)
  }
}
