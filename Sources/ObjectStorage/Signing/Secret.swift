/// Text that must not be shown: however it is printed or dumped, it says only that it is there.
struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The text itself.
  let revealed: String

  init(_ text: String) { revealed = text }

  var description: String { "<hidden>" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }
}
