import Ledger

/// How the process ends, for the one who started it.
///
/// Thrown by a command that has said all there is to say.
enum ExitStatus: Error, Hashable, Sendable {
  /// All is well.
  case ok
  /// A limit of warning is passed.
  case warning
  /// Rows are lost, or a critical limit is passed.
  case critical
  /// The source or the bucket is out of reach, or there is nothing to judge.
  case unknown
  /// The command line is wrong (EX_USAGE).
  case usage
  /// Another run holds the lock (EX_TEMPFAIL).
  case locked
  /// The configuration, or what it points to, is wrong (EX_CONFIG).
  case configuration
  /// A signal ended the run, cleanly.
  case signal(Int32)

  /// The exit code.
  var code: Int32 {
    switch self {
    case .ok: 0
    case .warning: 1
    case .critical: 2
    case .unknown: 3
    case .usage: 64
    case .locked: 75
    case .configuration: 78
    case .signal(let number): 128 + number
    }
  }

  /// The status of a verdict; 0 for one that is not to fail the run.
  init(verdict: Verdict.Status, failOn: Set<Verdict.Status>) {
    guard failOn.contains(verdict) else {
      self = .ok
      return
    }
    switch verdict {
    case .ok: self = .ok
    case .warning: self = .warning
    case .critical: self = .critical
    case .unknown: self = .unknown
    }
  }

  /// What is printed of it in `--help`.
  static let help = """
    EXIT CODES
      0  OK             1  WARNING          2  CRITICAL
      3  UNKNOWN: the source or the bucket is out of reach, or there is nothing to judge
      64 usage          75 another run holds the lock          78 configuration
      130, 143          ended by SIGINT, SIGTERM
    """
}
