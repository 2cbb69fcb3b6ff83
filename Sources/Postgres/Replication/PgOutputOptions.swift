/// What is asked of the plugin `pgoutput` as a stream begins.
public struct PgOutputOptions: Sendable, Hashable {
  /// The publications whose tables the stream carries.
  public var publications: [String]
  /// Values in the types' binary form rather than in text (PostgreSQL 14).
  public var binary: Bool
  /// What `pg_logical_emit_message` writes as well (PostgreSQL 14).
  public var messages: Bool
  /// What to do with transactions that are still under way.
  public var streaming: Streaming
  /// Prepared transactions as such, rather than at their commit (PostgreSQL 15; the slot must be made for it).
  public var twoPhase: Bool

  /// What to do with large transactions that are still under way.
  public enum Streaming: Sendable, Hashable {
    /// The server keeps them until they commit.
    case off
    /// They are sent in blocks (PostgreSQL 14).
    case on
    /// They are sent in blocks, with more about those rolled back (PostgreSQL 16).
    case parallel
  }

  /// Options; without any but the publications they suit every server from PostgreSQL 10 on.
  public init(
    publications: [String], binary: Bool = false, messages: Bool = false, streaming: Streaming = .off,
    twoPhase: Bool = false
  ) {
    self.publications = publications
    self.binary = binary
    self.messages = messages
    self.streaming = streaming
    self.twoPhase = twoPhase
  }

  /// The lowest version of the protocol that has all of it.
  var protocolVersion: Int {
    if streaming == .parallel { return 4 }
    if twoPhase { return 3 }
    return streaming == .on ? 2 : 1
  }

  /// The options of START_REPLICATION.
  ///
  /// Its grammar knows no escape strings: a quote is doubled and a backslash stands for itself. The names of
  /// publications are themselves a list of quoted identifiers within one string.
  var clause: String {
    let names = publications.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
    var options = [("proto_version", String(protocolVersion)), ("publication_names", names)]
    if binary { options.append(("binary", "true")) }
    if messages { options.append(("messages", "true")) }
    if streaming != .off { options.append(("streaming", streaming == .on ? "on" : "parallel")) }
    if twoPhase { options.append(("two_phase", "on")) }
    return options.map { "\"\($0.0)\" '\($0.1.replacing("'", with: "''"))'" }.joined(separator: ", ")
  }
}
