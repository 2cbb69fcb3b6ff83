import Ledger
import Time

/// What is wrong with the rows of one object, gathered while it is recorded.
struct ObjectTally {
  /// Rows of one kind of trouble.
  struct Trouble {
    var count = 0
    var rows: [FindingRow] = []
    var columns: Set<Int> = []
    var spanStart: Timestamp?
    var spanEnd: Timestamp?
  }

  private(set) var troubles: [FindingKind: Trouble] = [:]

  /// Findings of losses some of which were met after all, and the object that brought them.
  var struck: [FindingID: String] = [:]
  /// The largest uncertainty of the lags.
  var uncertainty = Duration.zero
  /// The largest distance between the bounds of a commit.
  var commitWidth = Duration.zero

  func count(_ kind: FindingKind) -> Int { troubles[kind]?.count ?? 0 }

  /// Adds rows of which only the number is known.
  mutating func add(_ kind: FindingKind, count: Int, commit: Timestamp) {
    var trouble = troubles[kind] ?? Trouble()
    trouble.count += count
    trouble.spanStart = min(trouble.spanStart ?? commit, commit)
    trouble.spanEnd = max(trouble.spanEnd ?? commit, commit)
    troubles[kind] = trouble
  }

  mutating func add(
    _ kind: FindingKind, _ row: FindingRow, columns: [Int] = [], commit: Timestamp?
  ) {
    var trouble = troubles[kind] ?? Trouble()
    trouble.count += 1
    if trouble.rows.count < Finding.namedRows { trouble.rows.append(row) }
    trouble.columns.formUnion(columns)
    if let commit {
      trouble.spanStart = min(trouble.spanStart ?? commit, commit)
      trouble.spanEnd = max(trouble.spanEnd ?? commit, commit)
    }
    troubles[kind] = trouble
  }
}
