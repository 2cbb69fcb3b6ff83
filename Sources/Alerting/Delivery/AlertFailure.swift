/// Why an alert did not reach its channel.
public struct AlertFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Code: Hashable, Sendable {
    /// The secret that the channel needs is not where it should be.
    case secretMissing
    /// The secret or the address is not what the channel takes.
    case invalidTarget
    /// The template cannot be read or is broken.
    case invalidTemplate
    /// No connection, or no answer in time.
    case unreachable
    /// The server answered with this status, which is not one of success.
    case refused(status: Int)
    /// The command ended with this code; 128 and a signal's number for one that a signal ended.
    case commandFailed(exitCode: Int)
    /// The command did not end in time.
    case commandTimedOut
    /// The command cannot be started.
    case commandNotStarted
    /// There are no AWS credentials to sign with.
    case credentialsMissing
  }

  /// The kind of failure.
  public var code: Code
  /// What happened, without secrets.
  public var detail: String

  /// A failure.
  public init(_ code: Code, _ detail: String) {
    (self.code, self.detail) = (code, detail)
  }

  /// What happened.
  public var description: String { detail }

  /// Whether trying again may help: the other side was out of reach or overloaded.
  var isTransient: Bool {
    switch code {
    case .unreachable: true
    case .refused(let status): status == 429 || status >= 500
    case .secretMissing, .invalidTarget, .invalidTemplate, .commandFailed, .commandTimedOut,
      .commandNotStarted, .credentialsMissing:
      false
    }
  }
}
