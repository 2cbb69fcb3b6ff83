import Ledger
import Time

/// `3 operations (2 inserts, 1 delete)`, `1 update`.
struct OperationPhrase: CustomStringConvertible {
  let description: String

  init(_ kinds: [OperationKind]) {
    let counts: [(Int, String)] = [
      (kinds.count { $0 == .insert }, "insert"), (kinds.count { $0 == .update }, "update"),
      (kinds.count { $0 == .delete }, "delete"),
    ].filter { $0.0 > 0 }
    let parts = counts.map { counted($0.0, $0.1) }
    description =
      parts.count == 1
      ? parts[0] : "\(counted(kinds.count, "operation")) (\(parts.joined(separator: ", ")))"
  }
}

/// `850 ms`, `61.2 s`, `5 min 3 s`, `2 h 10 min`, `3 d 4 h`.
struct DurationPhrase: CustomStringConvertible {
  let description: String

  init(_ duration: Duration) {
    let milliseconds =
      duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
    let seconds = milliseconds / 1_000
    switch milliseconds {
    case ..<1_000: description = "\(milliseconds) ms"
    case ..<120_000: description = "\(seconds).\(milliseconds % 1_000 / 100) s"
    case ..<7_200_000: description = "\(seconds / 60) min \(seconds % 60) s"
    case ..<172_800_000: description = "\(seconds / 3_600) h \(seconds / 60 % 60) min"
    default: description = "\(seconds / 86_400) d \(seconds / 3_600 % 24) h"
    }
  }
}

/// `2026-11-28`.
struct DayPhrase: CustomStringConvertible {
  let description: String

  init(_ daysSince1970: Int) {
    let begin = Timestamp(seconds: Int64(daysSince1970) * 86_400)
    description = String(begin.description.prefix { $0 != "T" && $0 != " " })
  }
}
