import DMS
public import Time

/// Something that goes wrong on purpose, as the command line has it: `KIND[:N][@TIME]`.
///
/// `N` is how many times, and the number of seconds for `delay` and `stall`. `TIME` is from when on: a point
/// (`2026-11-23T22:00:00Z`), or a time after the start (`5s`, `500ms`).
public struct Fault: Hashable, Sendable, CustomStringConvertible {
  /// What goes wrong.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// An inserted row is left out of its CDC object.
    case loseRow = "lose-row"
    /// An updated row is left out.
    case loseUpdate = "lose-update"
    /// A deleted row is left out.
    case loseDelete = "lose-delete"
    /// All rows of a transaction are left out, as after a resume that missed it (DMS.md section 6).
    case loseTransaction = "lose-transaction"
    /// A row is left out of a full-load object.
    case loseLoadRow = "lose-load-row"
    /// A table's changes end while those of others go on: DMS suspends a table that it cannot apply.
    case suspendTable = "suspend-table"
    /// A CDC object is not written.
    case dropObject = "drop-object"
    /// A row is written twice.
    case doubleRow = "double-row"
    /// An object is written a second time, under the next name.
    case doubleObject = "double-object"
    /// A table's object, and with it what follows, is written later than it should be.
    case delay
    /// Nothing at all is written for a time.
    case stall
    /// A row is written after one of a later transaction.
    case reorder
    /// An insert says that it is an update.
    case flipOp = "flip-op"
    /// A delete says that it is an update (DMS.md section 6: no "D" in Op).
    case flipDelete = "flip-delete"
    /// A value is not the source's.
    case alterValue = "alter-value"
    /// A text is cut short.
    case truncateValue = "truncate-value"
    /// A number has fewer digits.
    case roundValue = "round-value"
    /// The timestamps of a row are those of another time zone.
    case shiftZone = "shift-zone"
    /// A value is NULL.
    case nullValue = "null-value"
    /// The values of two columns of text are in each other's place (DMS.md section 6: misaligned columns).
    case swapValues = "swap-values"
    /// An object ends in the middle.
    case truncateObject = "truncate-object"
    /// A Parquet file's metadata cannot be read.
    case corruptFooter = "corrupt-footer"
    /// An object is written over by the next one.
    case overwriteObject = "overwrite-object"
    /// An object without rows, which DMS does not write.
    case emptyObject = "empty-object"
    /// An object without a single byte.
    case zeroObject = "zero-object"
    /// An object is there only after the one that follows it.
    case lateObject = "late-object"
    /// An object with a name that DMS does not give.
    case foreignObject = "foreign-object"
    /// A row's commit time is an hour too early.
    case wrongTimestamp = "wrong-timestamp"
    /// A full-load object that others follow is not written.
    case gapInLoad = "gap-in-load"
    /// The last object of a full load is written twice, under two numbers.
    case doubleLoad = "double-load"
    /// A table is loaded again while the task runs.
    case reload
    /// An object has a column more.
    case schemaChange = "schema-change"
    /// An object lacks a column of text.
    case dropColumn = "drop-column"
    /// An object that was written is removed again.
    case deleteObject = "delete-object"

    /// One line for help texts.
    public var summary: String {
      switch self {
      case .loseRow: "leave an inserted row out"
      case .loseUpdate: "leave an update out"
      case .loseDelete: "leave a delete out"
      case .loseTransaction: "leave all rows of a transaction out"
      case .loseLoadRow: "leave a row out of the full load"
      case .suspendTable: "write no more changes of a table"
      case .dropObject: "do not write a CDC object"
      case .doubleRow: "write a row twice"
      case .doubleObject: "write an object twice, under two names"
      case .delay: "hold a table's objects back for N seconds"
      case .stall: "write nothing for N seconds"
      case .reorder: "write a row after one of a later transaction"
      case .flipOp: "call an insert an update"
      case .flipDelete: "call a delete an update"
      case .alterValue: "change a value"
      case .truncateValue: "cut a text short"
      case .roundValue: "round a number"
      case .shiftZone: "shift a row's timestamps by two hours"
      case .nullValue: "write NULL in place of a value"
      case .swapValues: "put the values of two columns in each other's place"
      case .truncateObject: "cut an object in two"
      case .corruptFooter: "spoil a Parquet file's metadata"
      case .overwriteObject: "write the next object over an object"
      case .emptyObject: "write an object without rows"
      case .zeroObject: "write an object without a single byte"
      case .lateObject: "write an object after the one that follows it"
      case .foreignObject: "write an object with a name that DMS does not give"
      case .wrongTimestamp: "set a row's commit time an hour back"
      case .gapInLoad: "do not write a full-load object that others follow"
      case .doubleLoad: "write a full-load object twice, under two numbers"
      case .reload: "load a table again"
      case .schemaChange: "give an object a column more"
      case .dropColumn: "leave a column out of an object"
      case .deleteObject: "remove an object that was written"
      }
    }

    /// Whether it concerns the rows of a full load, which are read one by one then.
    var isOfLoadRows: Bool { self == .loseLoadRow || self == .gapInLoad || self == .doubleLoad }

    /// Whether its count is of seconds, not of occurrences.
    public var countsSeconds: Bool { self == .delay || self == .stall }
  }

  /// From when on.
  public enum Start: Hashable, Sendable {
    /// From the start.
    case immediately
    /// From a point.
    case at(Timestamp)
    /// From a time after the start.
    case after(Duration)
  }

  /// What goes wrong.
  public var kind: Kind
  /// How many times; seconds for `delay` and `stall`.
  public var count: Int
  /// From when on.
  public var start: Start

  /// A fault from its parts.
  public init(_ kind: Kind, count: Int? = nil, start: Start = .immediately) {
    self.kind = kind
    self.count = count ?? (kind.countsSeconds ? 60 : 1)
    self.start = start
  }

  /// Reads `KIND[:N][@TIME]`.
  ///
  /// - Throws: `ReplicatorError` with code `invalidTask`, naming the kinds.
  public init(_ text: String) throws(ReplicatorError) {
    let timed = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let counted = timed[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = Kind(rawValue: String(counted[0])) else {
      let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ReplicatorError(.invalidTask, detail: "there is no fault \"\(counted[0])\"; there are \(kinds)")
    }
    var count: Int?
    if counted.count == 2 {
      guard let number = Int(counted[1]), (1...1_000_000).contains(number) else {
        throw ReplicatorError(
          .invalidTask, detail: "in the fault \"\(text)\", N must be a number from 1 to 1000000")
      }
      count = number
    }
    var start = Start.immediately
    if timed.count == 2 {
      guard let read = Start(timed[1]) else {
        throw ReplicatorError(
          .invalidTask,
          detail: "in the fault \"\(text)\", TIME must be like 2026-11-23T22:00:00Z, 5s or 500ms")
      }
      start = read
    }
    self.init(kind, count: count, start: start)
  }

  /// `KIND:N[@TIME]`.
  public var description: String {
    switch start {
    case .immediately: "\(kind.rawValue):\(count)"
    case .at(let point): "\(kind.rawValue):\(count)@\(point)"
    case .after(let delay): "\(kind.rawValue):\(count)@\(delay.microseconds / 1_000)ms"
    }
  }
}

extension Fault.Start {
  fileprivate init?(_ text: Substring) {
    if text.hasSuffix("ms"), let number = Int(text.dropLast(2)), number >= 0 {
      self = .after(.milliseconds(number))
    } else if text.hasSuffix("s"), let number = Int(text.dropLast()), number >= 0 {
      self = .after(.seconds(number))
    } else if let point = Timestamp(text) {
      self = .at(point)
    } else {
      return nil
    }
  }
}
