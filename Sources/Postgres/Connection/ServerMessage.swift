import CLibPQ

/// The fields of an error or notice of the server (PostgreSQL documentation, "Error and Notice Message Fields").
struct ServerMessage {
  let severity: String
  let sqlState: SQLState?
  let message: String
  let detail: String?
  let hint: String?
  /// The table, column, type or constraint that the server names.
  let objects: String?

  init(result: OpaquePointer) {
    severity = Self.field(result, "V") ?? Self.field(result, "S") ?? ""
    sqlState = Self.field(result, "C").flatMap { SQLState(rawValue: $0) }
    message = Self.field(result, "M") ?? Self.oneLine(PQresultErrorMessage(result))
    detail = Self.field(result, "D")
    hint = Self.field(result, "H")
    let names = [
      (
        "table", [Self.field(result, "s"), Self.field(result, "t")].compactMap(\.self).joined(separator: ".")
      ),
      ("column", Self.field(result, "c") ?? ""), ("type", Self.field(result, "d") ?? ""),
      ("constraint", Self.field(result, "n") ?? ""),
    ].filter { !$0.1.isEmpty }
    objects = names.isEmpty ? nil : names.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }

  /// Whether the server ends the session after it, by the severity that is never translated.
  var endsSession: Bool { severity == "FATAL" || severity == "PANIC" }

  private static func field(_ result: OpaquePointer, _ code: Unicode.Scalar) -> String? {
    PQresultErrorField(result, Int32(code.value)).map { oneLine($0) }
  }

  /// libpq's text without line breaks and spaces at its ends.
  static func oneLine(_ text: UnsafePointer<CChar>?) -> String {
    guard let text else { return "" }
    return String(cString: text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// Takes libpq's notices to the connection's closure in place of stderr.
final class NoticeReceiver {
  private let onNotice: @Sendable (Notice) -> Void

  init(_ onNotice: @escaping @Sendable (Notice) -> Void) {
    self.onNotice = onNotice
  }

  /// Makes `connection` call this object, which must live longer than it.
  func install(on connection: OpaquePointer) {
    PQsetNoticeReceiver(
      connection,
      { receiver, result in
        guard let receiver, let result else { return }
        Unmanaged<NoticeReceiver>.fromOpaque(receiver).takeUnretainedValue().receive(
          ServerMessage(result: result))
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private func receive(_ message: ServerMessage) {
    onNotice(
      Notice(
        severity: message.severity, sqlState: message.sqlState, message: message.message,
        detail: message.detail, hint: message.hint))
  }
}
