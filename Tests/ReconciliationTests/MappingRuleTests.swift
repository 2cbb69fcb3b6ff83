import DMS
import Foundation
import Ledger
import ObjectStorage
import Reconciliation
import TestSupport
import Testing
import Time

/// What mapping rules, and hands other than ours, make of the rows: real files, Parquet and csv, read by the real
/// reconciler beside a real ledger.
@Suite struct MappingRuleTests {
  static let formats = [
    "DataFormat=parquet;timestampColumnName=ts;includeOpForFullLoad=true",
    "DataFormat=csv;timestampColumnName=ts;includeOpForFullLoad=true",
  ]

  private struct Witness: SourceWitness {
    var rows: [LiveSourceRow]
    func rows(of table: TableName) async throws -> [LiveSourceRow] { rows }
  }

  private func live(_ changes: [FileBucket.Change], _ files: FileBucket) -> [LiveSourceRow] {
    changes.map {
      LiveSourceRow(
        sequence: files.sequence(of: $0.row), version: $0.row.updatedAt, digest: $0.row.digest)
    }
  }

  // MARK: Changed keys

  private static func beforeImages(_ prefix: String, _ suffix: String, _ filter: String) -> String {
    #""rule-type":"transformation","rule-target":"column","rule-action":"add-before-image-columns","#
      + "\"before-image-def\":{\"column-prefix\":\"\(prefix)\",\"column-suffix\":\"\(suffix)\","
      + "\"column-filter\":\"\(filter)\"},"
      + #""object-locator":{"schema-name":"%","table-name":"%"}"#
  }

  /// Somebody gives a row of ours a key of theirs.
  ///
  /// It is one U with the new key, and no word of the old one (DMS.md section 0), but in a before image. Nothing is lost or altered; that the row is ours no more only the source
  /// can tell.
  @Test(arguments: formats, [false, true]) func aChangedKeyIsOneUpdateWithTheNewKey(
    settings: String, hasImages: Bool
  ) async throws {
    for isShared in [false, true] {
      let files = try FileBucket(
        settings: settings, rules: hasImages ? [Self.beforeImages("BI_", "", "pk-only")] : [],
        isShared: isShared)
      var columns = FileBucket.Columns()
      if hasImages { columns.added = [("BI_customer_id", { $0.before?.key })] }
      let rows = try files.insert(3)
      try await files.put(rows, at: files.changesKey(1), columns)
      files.clock.advance(by: .seconds(20))
      var moved = FileBucket.Change(
        kind: .update, row: rows[1].row, commit: files.clock.now(), before: rows[1].row)
      moved.row.key = "9f1c2d3e-4b5a-4c6d-8e7f-001122334455"
      try await files.put([moved], at: files.changesKey(2), columns)
      let after = try files.insert(1)
      try await files.put(after, at: files.changesKey(3), columns)
      let result = try await files.reconcile()
      #expect(result.findings.map(\.kind) == (isShared ? [] : [.foreignRows]), "\(result.verdict)")
      #expect(result.figures?.foreignRows == 1 && result.figures?.delivered == 4)
      #expect(result.figures?.missing == 0 && result.figures?.altered == 0)
      #expect(result.verdict.status == (isShared ? .ok : .warning))
      let source = Witness(rows: live([rows[0], rows[2], after[0]], files))
      let checked = try await files.reconcile(witness: source)
      let difference = try #require(checked.findings(.sourceDifference).first)
      #expect(difference.rows.map(\.key) == [rows[1].row.key])
      #expect(difference.summary.contains("deleted in the source alone"))
    }
  }

  /// The new key is one that this pipeline may give, and did not: nobody can tell it from a second ledger's row.
  @Test(arguments: formats) func aKeyOfOursThatWasNeverGivenIsUnknown(settings: String) async throws {
    let files = try FileBucket(settings: settings)
    let rows = try files.insert(2)
    try await files.put(rows, at: files.changesKey(1))
    var moved = FileBucket.Change(kind: .update, row: rows[0].row, commit: files.clock.now() + .seconds(9))
    moved.row.key = files.key(9_000)
    try await files.put([moved], at: files.changesKey(2))
    let result = try await files.reconcile()
    #expect(result.verdict.status == .unknown && result.findings.map(\.kind) == [.otherLedger])
    #expect(result.figures?.missing == 0 && result.figures?.altered == 0)
  }

  // MARK: Other hands

  /// Somebody changes a row of ours and leaves its version as it was: what arrives is no altered delivery, since
  /// another transaction made it, and a delivery that is altered is still told.
  @Test(arguments: formats) func aChangeByAnotherHandIsNoAlteredValue(settings: String) async throws {
    for isUpdatedFirst in [false, true] {
      let files = try FileBucket(settings: settings)
      var rows = try files.insert(3)
      if isUpdatedFirst { rows.append(try files.update(rows[0].row)) }
      try await files.put(rows, at: files.changesKey(1))
      files.clock.advance(by: .seconds(30))
      var others = FileBucket.Change(
        kind: .update, row: rows[isUpdatedFirst ? 3 : 0].row, commit: files.clock.now())
      others.row.name = "somebody was here"
      try await files.put([others], at: files.changesKey(2))
      var altered = try files.insert(1)
      altered[0].row.name += "x"
      try await files.put(altered, at: files.changesKey(3))
      let result = try await files.reconcile()
      #expect(Set(result.findings.map(\.kind)) == [.unknownChanges, .alteredRows], "\(result.verdict)")
      #expect(result.rows(.unknownChanges) == ["U \(rows[0].row.key)"])
      #expect(result.rows(.alteredRows) == ["I \(altered[0].row.key)"])
      #expect(result.figures?.duplicates == 0)
    }
  }

  /// It does not pass for a change of ours that is on its way, and hides no loss of it.
  @Test(arguments: formats, [true, false]) func aChangeByAnotherHandIsNotOurs(
    settings: String, isOursLost: Bool
  ) async throws {
    let files = try FileBucket(settings: settings)
    let rows = try files.insert(2)
    try await files.put(rows, at: files.changesKey(1))
    files.clock.advance(by: .seconds(30))
    var others = FileBucket.Change(kind: .update, row: rows[0].row, commit: files.clock.now())
    (others.row.name, others.row.updatedAt) = ("somebody was here", files.clock.now())
    files.clock.advance(by: .seconds(30))
    let own = try files.update(rows[0].row)
    try await files.put([others], at: files.changesKey(2))
    try await files.put((isOursLost ? [] : [own]) + files.insert(1), at: files.changesKey(3))
    let result = try await files.reconcile()
    #expect(result.rows(.unknownChanges) == ["U \(rows[0].row.key)"], "\(result.verdict)")
    #expect(result.rows(.lostRows) == (isOursLost ? ["U \(rows[0].row.key)"] : []))
    #expect(result.figures?.altered == 0 && result.figures?.duplicates == 0)
  }

  /// It must not pass for the delivery of what was lost, either.
  @Test(arguments: formats) func aChangeByAnotherHandHidesNoLoss(settings: String) async throws {
    let files = try FileBucket(settings: settings)
    let rows = try files.insert(1) + files.insert(1) + files.insert(1)
    files.clock.advance(by: .seconds(30))
    let others = FileBucket.Change(kind: .update, row: rows[1].row, commit: files.clock.now())
    try await files.put([rows[0], rows[2], others], at: files.changesKey(1))
    let result = try await files.reconcile()
    #expect(result.rows(.lostRows) == ["I \(rows[1].row.key)"])
    #expect(result.rows(.unknownChanges) == ["U \(rows[1].row.key)"])
  }

  /// PostgreSQL's TRUNCATE is not captured (DMS.md section 0).
  ///
  /// The bucket keeps the rows, and what was committed arrived. That they are gone from the source only the source can tell.
  @Test(arguments: formats) func aTruncatedTableLosesNothingInTheBucket(settings: String) async throws {
    let files = try FileBucket(settings: settings)
    let before = try files.insert(4)
    try await files.put(before, at: files.loadKey(1))
    let changed = try files.insert(2) + [files.update(before[0].row)]
    try await files.put(changed, at: files.changesKey(1))
    files.clock.advance(by: .seconds(20))
    let after = try files.insert(2)
    try await files.put(after, at: files.changesKey(2))
    let plain = try await files.reconcile()
    #expect(plain.verdict.status == .ok && plain.findings.isEmpty, "\(plain.verdict)")
    let checked = try await files.reconcile(witness: Witness(rows: live(after, files)))
    let difference = try #require(checked.findings(.sourceDifference).first)
    #expect(difference.summary.contains("6 deleted in the source alone"))
    #expect(Set(difference.rows.map(\.key)) == Set((before + changed).map(\.row.key)))
    #expect(checked.findings.map(\.kind) == [.sourceDifference])
  }

  // MARK: Columns that rules add

  /// Header columns under any name, also those that are nearly DMS's own or the table's, and before images of every
  /// column: they are no part of the rows, and a load without them is no other schema.
  @Test(arguments: formats, [("BI_", "", "all"), ("", "_old", "non-lob"), ("before_", "_x", "pk-only")])
  func addedColumnsAreNoPartOfTheRow(settings: String, image: (String, String, String)) async throws {
    let (prefix, suffix, filter) = image
    let headers: [(String, String)] = [
      ("op", "AR_H_OPERATION"), ("TS", "AR_H_COMMIT_TIMESTAMP"), ("seq", "AR_H_CHANGE_SEQ"),
      ("key", "AR_H_USER"), ("Customer_ID", "AR_H_STREAM_POSITION"),
    ]
    let rules = headers.map { name, expression in
      #""rule-type":"transformation","rule-target":"column","rule-action":"add-column","value":"\#(name)","#
        + #""expression":"$\#(expression)","data-type":{"type":"string","length":50},"#
        + #""object-locator":{"schema-name":"%","table-name":"%"}"#
    }
    let files = try FileBucket(
      settings: settings, rules: rules + [Self.beforeImages(prefix, suffix, filter)])
    // A load has no row before, and none of the columns for it.
    var load = FileBucket.Columns()
    load.added = [
      ("op", { $0.kind == .insert ? "INSERT" : $0.kind == .update ? "UPDATE" : "DELETE" }),
      ("TS", { ($0.commit + .seconds(5)).dmsText }), ("seq", { "2026112800000000" + $0.row.name }),
      ("key", { _ in "dms" }), ("Customer_ID", { _ in "000004AF/B00000D0" }),
    ]
    var changes = load
    changes.added.append((prefix + "customer_id" + suffix, { $0.before?.key }))
    if filter != "pk-only" {
      changes.added.append((prefix + "updated_at" + suffix, { $0.before?.updatedAt.dmsText }))
      changes.added.append((prefix + "name" + suffix, { $0.before?.name }))
    }
    let loaded = try files.insert(3)
    try await files.put(loaded, at: files.loadKey(1), load)
    files.clock.advance(by: .seconds(20))
    let inserted = try files.insert(2)
    let updated = try [files.update(loaded[0].row), files.update(inserted[0].row)]
    let deleted = try files.delete(loaded[1].row)
    try await files.put(inserted + updated + [deleted], at: files.changesKey(1), changes)
    let whole = try await files.reconcile()
    #expect(whole.verdict.status == .ok && whole.findings.isEmpty, "\(whole.findings.map(\.summary))")
    #expect(whole.figures?.delivered == 8 && whole.figures?.covered == 3)
    // What goes wrong among them is found all the same.
    let lost = try files.update(updated[0].row)
    var altered = try files.update(updated[1].row)
    altered.row.name += "x"
    try await files.put([altered], at: files.changesKey(2), changes)
    let wrong = try await files.reconcile()
    #expect(wrong.rows(.lostRows) == ["U \(lost.row.key)"])
    #expect(wrong.findings(.alteredRows).first?.rows.map(\.columns) == [["name"]])
    #expect(Set(wrong.findings.map(\.kind)) == [.lostRows, .alteredRows], "\(wrong.verdict)")
  }

  /// Where the settings ask for no Op, a header column of a user's that is called almost like it is none.
  @Test(arguments: ["", ";cdcInsertsOnly=true"]) func aColumnOfTheUsersIsNotTheOp(more: String) async throws {
    let rule =
      #""rule-type":"transformation","rule-target":"column","rule-action":"add-column","value":"op","#
      + #""expression":"$AR_H_OPERATION","object-locator":{"schema-name":"%","table-name":"%"}"#
    let files = try FileBucket(settings: "DataFormat=parquet;timestampColumnName=ts" + more, rules: [rule])
    var columns = FileBucket.Columns()
    columns.added = [("op", { _ in "INSERT" })]
    let rows = try files.insert(4)
    try await files.put(Array(rows[..<2]), at: files.loadKey(1), columns)
    try await files.put(Array(rows[2...]), at: files.changesKey(1), columns)
    let result = try await files.reconcile()
    #expect(result.verdict.status == .ok && result.findings.isEmpty, "\(result.findings.map(\.summary))")
    #expect(result.figures?.delivered == 4)
  }

  // MARK: Numbers

  /// A rule makes `lat` numeric.
  ///
  /// Zeros behind a number are the same number; a digit less is another, of which the
  /// default scale of 6 (DMS.md section 5) makes one.
  @Test(arguments: formats, [6, 20]) func roundingIsNamedAndPaddingIsNone(
    settings: String, scale: Int
  ) async throws {
    let rule =
      #""rule-type":"transformation","rule-target":"column","rule-action":"change-data-type","#
      + "\"data-type\":{\"type\":\"numeric\",\"precision\":\(scale > 9 ? 38 : 28),\"scale\":\(scale)},"
      + #""object-locator":{"schema-name":"%","table-name":"%","column-name":"lat"}"#
    let files = try FileBucket(settings: settings, rules: [rule])
    let columns = FileBucket.Columns(scale: scale)
    // 0/7, 1/7, ... 7/7, 8/7: two of them need no digits.
    let rows = try files.insert(9)
    try await files.put(Array(rows[..<5]), at: files.loadKey(1), columns)
    try await files.put(Array(rows[5...]), at: files.changesKey(1), columns)
    try await files.put(try files.insert(1), at: files.changesKey(2), FileBucket.Columns(scale: scale))
    let result = try await files.reconcile()
    guard scale < 10 else {
      #expect(result.findings.isEmpty && result.verdict.status == .ok, "\(result.findings.map(\.summary))")
      return
    }
    #expect(result.verdict.status == .critical && result.figures?.missing == 0)
    let named = result.findings(.alteredRows).flatMap(\.rows)
    #expect(named.allSatisfy { $0.columns == ["lat"] })
    let whole = Set(rows.filter { $0.row.latitude == $0.row.latitude.rounded() }.map(\.row.key))
    #expect(whole.isDisjoint(with: named.map(\.key)) && whole.count >= 1)
    #expect(Set(named.map(\.key)).union(whole).isSuperset(of: rows.map(\.row.key)))
  }

  // MARK: Filters

  /// A selection rule leaves rows out: what is not there may be lost, or not pass, and nobody can tell.
  @Test func aFilteredTableIsUnknown() async throws {
    var files = try FileBucket()
    files.mappings = try TableMappings(
      json: """
        {"rules": [{"rule-type": "selection", "rule-id": "1", "rule-name": "1", "rule-action": "include",
          "object-locator": {"schema-name": "%", "table-name": "%"},
          "filters": [{"filter-type": "source", "column-name": "lat",
            "filter-conditions": [{"filter-operator": "gte", "value": "0.5"}]}]}]}
        """)
    let rows = try files.insert(6)
    try await files.put(rows.filter { $0.row.latitude >= 0.5 }, at: files.loadKey(1))
    try await files.put(try files.insert(1), at: files.changesKey(1))
    files.clock.advance(by: .seconds(3_600))
    let result = try await files.reconcile()
    #expect(result.verdict.status == .unknown, "\(result.verdict)")
    #expect(result.verdict.reason.contains("filters the rows of public.customers"))
    #expect(result.figures?.missing == 0 && result.findings.allSatisfy { $0.severity == .notice })
  }

}
