import Ledger
import Reconciliation
import Time

/// What may go wrong between a source and its bucket, and what the judge must then say.
enum Fault: String, CaseIterable {
  case none
  case loseRow = "lose-row"
  case dropObject = "drop-object"
  case doubleRow = "double-row"
  case doubleObject = "double-object"
  case alterValue = "alter-value"
  case reorder
  case flipOp = "flip-op"
  case wrongTimestamp = "wrong-timestamp"
  case truncateObject = "truncate-object"
  case overwriteObject = "overwrite-object"
  case deleteObject = "delete-object"
  case emptyObject = "empty-object"
  case foreignObject = "foreign-object"
  case foreignRow = "foreign-row"
  case inventedRow = "invented-row"
  case swapObjects = "swap-objects"
  case schemaChange = "schema-change"
  case shiftZone = "shift-zone"
  case delay
}

/// What was done to a history: rows by `I key version`, objects by key.
struct Truth {
  var lost: Set<String> = []
  var altered: Set<String> = []
  var flipped: Set<String> = []
  var wrongTimes: Set<String> = []
  var invented: Set<String> = []
  var duplicates = 0
  var foreignRows = 0
  var unreadable: Set<String> = []
  var overwritten: Set<String> = []
  var vanished: Set<String> = []
  var empty: Set<String> = []
  var foreignObjects: Set<String> = []
  var drifts = 0
  /// How often each fault was made.
  var faults: [Fault: Int] = [:]
}
