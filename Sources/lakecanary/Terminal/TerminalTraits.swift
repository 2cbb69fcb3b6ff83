import Foundation
import Reporting

/// What a stream goes to, as far as the look of text depends on it.
struct TerminalTraits: Hashable, Sendable {
  /// Whether a person looks at it.
  var isTerminal: Bool
  /// Columns of the terminal's window, where it tells.
  var windowWidth: Int?
  /// The variables that decide about colour and width.
  var environment: [String: String]

  /// The traits of an open file descriptor.
  init(descriptor: Int32, environment: [String: String]) {
    isTerminal = isatty(descriptor) == 1
    var window = winsize()
    if isTerminal, ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 {
      windowWidth = Int(window.ws_col)
    }
    self.environment = environment
  }

  init(isTerminal: Bool, windowWidth: Int?, environment: [String: String]) {
    self.isTerminal = isTerminal
    self.windowWidth = windowWidth
    self.environment = environment
  }

  /// The style of text that goes there.
  ///
  /// NO_COLOR (no-color.org) takes colour away wherever it is set and not empty; CLICOLOR_FORCE gives it to
  /// pipes as well; a terminal of TERM=dumb, or of none, has none. COLUMNS wins over the window's width.
  var style: TextStyle {
    TextStyle(width: width, colour: hasColour)
  }

  /// Whether a line may be written over, as progress does.
  var canRewriteLines: Bool { isTerminal && !isDumb }

  private var hasColour: Bool {
    if !(environment["NO_COLOR"] ?? "").isEmpty { return false }
    if let force = environment["CLICOLOR_FORCE"], !force.isEmpty, force != "0" { return true }
    return isTerminal && !isDumb
  }

  private var isDumb: Bool { (environment["TERM"] ?? "").isEmpty || environment["TERM"] == "dumb" }

  private var width: Int? {
    guard isTerminal else { return nil }
    let columns = environment["COLUMNS"].flatMap { Int($0) } ?? windowWidth ?? 80
    return max(20, columns)
  }
}
