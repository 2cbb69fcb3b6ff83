/// A text that no message, log line or dump shows.
struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let text: String

  init(_ text: String) {
    self.text = text
  }

  /// The text itself, for the one who needs it.
  func reveal() -> String { text }

  var description: String { "***" }
  var debugDescription: String { "***" }
  var customMirror: Mirror { Mirror(self, children: [:]) }
}
