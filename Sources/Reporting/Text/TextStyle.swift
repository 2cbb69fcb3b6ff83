/// How text is laid out for where it goes: the width of the lines and whether colours may be used.
public struct TextStyle: Sendable, Hashable {
  /// Columns that a line may take; nil where lines may be as long as they get (a pipe).
  public var width: Int?
  /// Whether ANSI colours are written.
  public var colour: Bool

  /// A style of `width` columns, or of lines of any length, with or without colours.
  public init(width: Int? = nil, colour: Bool = false) {
    self.width = width
    self.colour = colour
  }

  /// Lines of any length without colour: for pipes and files.
  public static let plain = TextStyle()

  /// What a piece of text means, which decides how it looks.
  public enum Role: Sendable {
    /// All is well.
    case good
    /// Worth a look.
    case warning
    /// Wrong.
    case bad
    /// It cannot be told.
    case unknown
    /// A heading.
    case strong
    /// Of less weight.
    case faint
  }

  /// `text` in the colour of `role`, or as it is where the style has no colour.
  public func paint(_ text: String, _ role: Role) -> String {
    guard colour, !text.isEmpty else { return text }
    let code =
      switch role {
      case .good: "32"
      case .warning: "33"
      case .bad: "1;31"
      case .unknown: "35"
      case .strong: "1"
      case .faint: "2"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
