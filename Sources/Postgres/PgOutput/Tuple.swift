/// A row within a pgoutput message: where its values stand in the message's bytes.
///
/// The bytes were checked to the end when the message was decoded. Nothing is copied and nothing allocated: the
/// methods are given the payload that the tuple was decoded from.
///
/// Layout: Int16 number of columns, then for each a byte: `n` NULL, `u` a TOASTed value that did not change,
/// `t` text or `b` binary with an Int32 length and that many bytes (PostgreSQL documentation, "Logical
/// Replication Message Formats", TupleData).
public struct Tuple: Sendable, Hashable {
  /// The number of columns.
  public let columnCount: Int
  /// Where the columns stand in the payload, from the first one's kind on.
  public let bytes: Range<Int>

  /// Checks a tuple and moves over it.
  @inline(__always)
  init(_ reader: inout PayloadReader, of payload: RawSpan) throws(PostgresError) {
    let count = try reader.integer(Int16.self, of: payload)
    guard count >= 0 else { throw .malformed("\(count) columns in", payload) }
    let start = reader.offset
    for _ in 0..<count {
      switch try reader.byte(of: payload) {
      case UInt8(ascii: "n"), UInt8(ascii: "u"): break
      case UInt8(ascii: "t"), UInt8(ascii: "b"):
        _ = try reader.take(Int(try reader.integer(Int32.self, of: payload)), of: payload)
      default: throw .malformed("a value of unknown kind in", payload)
      }
    }
    columnCount = Int(count)
    bytes = start..<reader.offset
  }

  /// Calls `body` with each column's position and value, in order.
  ///
  /// - Parameter payload: the message that the tuple is of.
  /// - Throws: what `body` throws.
  public func forEach<E: Error>(
    in payload: RawSpan, _ body: (Int, TupleValue) throws(E) -> Void
  ) throws(E) {
    var offset = bytes.lowerBound
    for column in 0..<columnCount { try body(column, Tuple.next(&offset, of: payload)) }
  }

  /// All values, in the order of the columns.
  public func values(in payload: RawSpan) -> [TupleValue] {
    var offset = bytes.lowerBound
    return (0..<columnCount).map { _ in Tuple.next(&offset, of: payload) }
  }

  /// The value of one column; walks over those before it.
  ///
  /// - Precondition: the column is one of the tuple's.
  public func value(at column: Int, in payload: RawSpan) -> TupleValue {
    precondition((0..<columnCount).contains(column), "column \(column) of \(columnCount)")
    var offset = bytes.lowerBound
    for _ in 0..<column { _ = Tuple.next(&offset, of: payload) }
    return Tuple.next(&offset, of: payload)
  }

  /// The value at `offset`, which moves behind it; another payload than the tuple's own traps at its bounds.
  @inline(__always)
  private static func next(_ offset: inout Int, of payload: RawSpan) -> TupleValue {
    let kind = payload.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    offset += 1
    switch kind {
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "u"): return .unchanged
    default:
      let length = Int(Int32(bigEndian: payload.unsafeLoadUnaligned(fromByteOffset: offset, as: Int32.self)))
      let range = offset + 4..<offset + 4 + length
      offset = range.upperBound
      return kind == UInt8(ascii: "b") ? .binary(range) : .text(range)
    }
  }
}

/// A value of a tuple; the ranges are of the message's bytes.
public enum TupleValue: Sendable, Hashable {
  /// NULL.
  case null
  /// Stored out of line (TOAST) and not touched by the update: the stream does not carry it.
  case unchanged
  /// The type's text.
  case text(Range<Int>)
  /// The type's binary form.
  case binary(Range<Int>)
}

/// What a message says of the row as it was.
public enum OldTuple: Sendable, Hashable {
  /// The columns of the replica identity; the others are NULL.
  case key(Tuple)
  /// All columns: the table has `REPLICA IDENTITY FULL`.
  case row(Tuple)

  /// The tuple, whichever it is.
  public var tuple: Tuple {
    switch self {
    case .key(let tuple), .row(let tuple): tuple
    }
  }
}
