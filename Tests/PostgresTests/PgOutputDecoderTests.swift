import Postgres
import Testing
import Time
import Workload

@Suite struct PgOutputDecoderTests {
  private let relation = WireMessage("R").int32(7).string("public").string("t").letter("d").int16(2)
    .byte(1).string("id").int32(23).int32(-1).byte(0).string("name").int32(1043).int32(204)
  private let since2000: Int64 = 1_000_000
  private let time = Timestamp(microseconds: 946_684_801_000_000)

  /// A message of each kind, outside of a streamed block, with what it decodes to.
  private var messages: [(WireMessage, PgOutputMessage)] {
    let prepared = PreparedTransaction(
      lsn: LSN(rawValue: 1), endLSN: LSN(rawValue: 2), time: time, xid: 3, globalID: "gid")
    func twoPhase(_ message: WireMessage) -> WireMessage {
      message.int64(1).int64(2).int64(since2000).int32(3).string("gid")
    }
    return [
      (
        WireMessage("B").int64(0x1_0000_0002).int64(since2000).int32(9),
        .begin(commitLSN: LSN(rawValue: 0x1_0000_0002), commitTime: time, xid: 9)
      ),
      (
        WireMessage("C").byte(0).int64(1).int64(2).int64(since2000),
        .commit(commitLSN: LSN(rawValue: 1), endLSN: LSN(rawValue: 2), commitTime: time)
      ),
      (WireMessage("O").int64(5).string("far"), .origin(commitLSN: LSN(rawValue: 5), name: "far")),
      (
        WireMessage("Y").int32(99999).string("public").string("mood"),
        .type(id: 99999, schema: "public", name: "mood")
      ),
      (
        WireMessage("T").int32(2).byte(3).int32(7).int32(8),
        .truncate(relations: [7, 8], cascades: true, restartsIdentity: true)
      ),
      (
        WireMessage("M").byte(1).int64(4).string("prefix").int32(3).appending([1, 2, 3]),
        .message(isTransactional: true, lsn: LSN(rawValue: 4), prefix: "prefix", content: 21..<24)
      ),
      (WireMessage("S").int32(6).byte(1), .streamStart(xid: 6, isFirst: true)),
      (WireMessage("E"), .streamStop),
      (
        WireMessage("c").int32(6).byte(0).int64(1).int64(2).int64(since2000),
        .streamCommit(xid: 6, commitLSN: LSN(rawValue: 1), endLSN: LSN(rawValue: 2), commitTime: time)
      ),
      (WireMessage("A").int32(6).int32(8), .streamAbort(xid: 6, subtransaction: 8)),
      (twoPhase(WireMessage("b")), .beginPrepare(prepared)),
      (twoPhase(WireMessage("P").byte(0)), .prepare(prepared)),
      (twoPhase(WireMessage("K").byte(0)), .commitPrepared(prepared)),
      (twoPhase(WireMessage("p").byte(0)), .streamPrepare(prepared)),
      (
        WireMessage("r").byte(0).int64(1).int64(2).int64(since2000).int64(since2000).int32(3).string("gid"),
        .rollbackPrepared(
          PreparedTransaction(
            lsn: LSN(rawValue: 2), endLSN: LSN(rawValue: 2), time: time, xid: 3, globalID: "gid"),
          prepareEndLSN: LSN(rawValue: 1), prepareTime: time)
      ),
    ]
  }

  private var rows: [WireMessage] {
    [
      WireMessage("I").int32(7).letter("N").tuple(["1", nil]),
      WireMessage("U").int32(7).letter("N").tuple(["1", "\0"]),
      WireMessage("U").int32(7).letter("K").tuple(["1", nil]).letter("N").tuple(["2", "b"]),
      WireMessage("U").int32(7).letter("O").tuple(["1", "a"]).letter("N").tuple(["1", "b"]),
      WireMessage("D").int32(7).letter("K").tuple(["1", nil]),
      WireMessage("D").int32(7).letter("O").tuple(["1", "a"]),
    ]
  }

  @Test func everyKindOfMessage() throws {
    for (message, expected) in messages {
      var decoder = PgOutputDecoder()
      #expect(try decoder.decode(message.bytes) == expected)
    }
  }

  @Test func rowsAreRangesOfTheMessage() throws {
    var decoder = PgOutputDecoder()
    var decoded: [[[String?]]] = []
    for message in rows {
      let tuples: [Tuple] =
        switch try decoder.decode(message.bytes) {
        case .insert(7, let new), .update(7, nil, let new): [new]
        case .update(7, .key(let old)?, let new), .update(7, .row(let old)?, let new): [old, new]
        case .delete(7, let old): [old.tuple]
        default: []
        }
      decoded.append(tuples.map { text(of: $0, in: message.bytes) })
      for tuple in tuples {
        let values = tuple.values(in: message.bytes.span.bytes)
        for (column, value) in values.enumerated() {
          let found = tuple.value(at: column, in: message.bytes.span.bytes)
          #expect(found == value)
        }
      }
    }
    #expect(
      decoded == [
        [["1", nil]], [["1", "unchanged"]], [["1", nil], ["2", "b"]], [["1", "a"], ["1", "b"]], [["1", nil]],
        [["1", "a"]],
      ])
  }

  @Test func binaryValuesAreToldFromText() throws {
    let message = WireMessage("I").int32(7).letter("N").int16(2).letter("b").int32(2).appending([0, 9])
      .letter("t").int32(0)
    var decoder = PgOutputDecoder()
    guard case .insert(_, let tuple) = try decoder.decode(message.bytes) else {
      Issue.record("no insert")
      return
    }
    let values = tuple.values(in: message.bytes.span.bytes)
    #expect(values == [.binary(13..<15), .text(20..<20)])
  }

  @Test func aRelationReplacesWhatWasKnown() throws {
    var decoder = PgOutputDecoder()
    _ = try decoder.decode(relation.bytes)
    let first = try #require(decoder.relations[7])
    #expect(first.schema == "public")
    #expect(first.name == "t")
    #expect(first.replicaIdentity == .primaryKey)
    #expect(first.columns.map(\.name) == ["id", "name"])
    #expect(first.columns.map(\.isKey) == [true, false])
    #expect(first.columns.map(\.typeOID) == [23, 1043])
    #expect(first.columns.map(\.typeModifier) == [-1, 204])
    let altered = WireMessage("R").int32(7).string("public").string("u").letter("f").int16(1)
      .byte(1).string("only").int32(25).int32(-1)
    _ = try decoder.decode(altered.bytes)
    #expect(decoder.relations[7]?.name == "u")
    #expect(decoder.relations[7]?.columns.map(\.name) == ["only"])
    #expect(decoder.relations.count == 1)
  }

  @Test func withinAStreamedBlockEveryChangeNamesItsTransaction() throws {
    var decoder = PgOutputDecoder(streaming: .on)
    _ = try decoder.decode(WireMessage("S").int32(6).byte(1).bytes)
    #expect(decoder.streamedTransaction == 6)
    let insert = WireMessage("I").int32(8).int32(7).letter("N").tuple(["1"])
    guard case .insert(7, _) = try decoder.decode(insert.bytes) else {
      Issue.record("no insert")
      return
    }
    #expect(decoder.streamedTransaction == 8)
    _ = try decoder.decode(WireMessage("E").bytes)
    #expect(decoder.streamedTransaction == nil)
    #expect(throws: PostgresError.self) { try decoder.decode(insert.bytes) }
    var parallel = PgOutputDecoder(streaming: .parallel)
    let abort = WireMessage("A").int32(6).int32(8).int64(1).int64(2)
    #expect(try parallel.decode(abort.bytes) == .streamAbort(xid: 6, subtransaction: 8))
  }

  @Test func aMessageCutAnywhereIsAnError() throws {
    for message in messages.map(\.0) + rows + [relation] {
      for length in 0..<message.bytes.count {
        var decoder = PgOutputDecoder()
        let error = try #require(throws: PostgresError.self) {
          try decoder.decode(Array(message.bytes[..<length]))
        }
        #expect(error.code == .malformedMessage)
        #expect(decoder.relations.isEmpty)
      }
      var decoder = PgOutputDecoder()
      #expect(throws: PostgresError.self) { try decoder.decode(message.bytes + [0]) }
    }
  }

  @Test func anyByteMayBeAnythingAndNothingTraps() {
    for message in messages.map(\.0) + rows + [relation] {
      for position in message.bytes.indices {
        for value in UInt8.min...UInt8.max {
          var bytes = message.bytes
          bytes[position] = value
          decodeAll([bytes])
        }
      }
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func anySequenceOfBytesMayCome(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let valid = (messages.map(\.0) + rows + [relation]).map(\.bytes)
    for _ in 0..<500 {
      let sequence = (0..<8).map { _ -> [UInt8] in
        var bytes = valid.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
          bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(
            in: 0...255, using: &generator)
        }
        return bytes
      }
      decodeAll(sequence)
    }
  }

  /// Decodes what can be decoded, and reads every value of every row.
  private func decodeAll(_ sequence: [[UInt8]]) {
    var decoder = PgOutputDecoder(streaming: .on)
    for bytes in sequence {
      guard let message = try? decoder.decode(bytes) else { continue }
      switch message {
      case .insert(_, let new): _ = text(of: new, in: bytes)
      case .update(_, let old, let new):
        if let old { _ = text(of: old.tuple, in: bytes) }
        _ = text(of: new, in: bytes)
      case .delete(_, let old): _ = text(of: old.tuple, in: bytes)
      case .message(_, _, _, let content): _ = bytes[content].count
      default: break
      }
    }
  }
}

extension PgOutputDecoder {
  fileprivate mutating func decode(_ bytes: [UInt8]) throws -> PgOutputMessage {
    try decode(bytes.span.bytes)
  }
}

/// The values of a row as text.
func text(of tuple: Tuple, in bytes: [UInt8]) -> [String?] {
  text(of: tuple, in: bytes.span.bytes)
}

/// The values of a row as text.
func text(of tuple: Tuple, in payload: RawSpan) -> [String?] {
  var values: [String?] = []
  tuple.forEach(in: payload) { _, value in
    switch value {
    case .null: values.append(nil)
    case .unchanged: values.append("unchanged")
    case .text(let range), .binary(let range):
      values.append(payload.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
    }
  }
  return values
}
