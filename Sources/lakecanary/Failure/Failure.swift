import Reporting

/// An error as it is told: one line, and with `--verbose` what lay beneath it.
struct Failure: Hashable, Sendable {
  /// How the process ends.
  var status: ExitStatus
  /// What happened, to what, and the mend; without secrets.
  var text: String
  /// What caused it, the nearest first.
  var causes: [String] = []
  /// What the program that failed said last, the newest last.
  var log: [String] = []

  /// The line for standard error.
  var line: String { "lakecanary: error: " + SafeText.shown(text) }

  /// The line, and where it is asked for the causes as a tree below it, and the end of the log.
  func lines(isVerbose: Bool) -> [String] {
    guard isVerbose else { return [line] }
    return [line]
      + causes.enumerated().map { depth, cause in
        String(repeating: "  ", count: depth) + "└─ " + SafeText.shown(cause)
      } + log.map { "   │ " + SafeText.shown($0) }
  }
}
