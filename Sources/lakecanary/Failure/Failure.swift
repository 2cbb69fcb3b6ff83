import Reporting

/// An error as it is told: one line, and with `--verbose` what lay beneath it.
struct Failure: Hashable, Sendable {
  /// How the process ends.
  var status: ExitStatus
  /// What happened, to what, and the mend; without secrets.
  var text: String
  /// What caused it, the nearest first.
  var causes: [String] = []

  /// The line for standard error.
  var line: String { "lakecanary: error: " + SafeText.shown(text) }

  /// The line, and the causes as a tree below it.
  var detailedLines: [String] {
    [line]
      + causes.enumerated().map { depth, cause in
        String(repeating: "  ", count: depth) + "└─ " + SafeText.shown(cause)
      }
  }
}
