import Dispatch
import Foundation

/// A program that writes credentials to its standard output: `credential_process` of a profile.
struct CredentialProcess: Sendable {
  let context: CredentialContext
  let command: String
  let profile: String

  private static let deadline = 60.0
  private static let largestOutput = 64 << 10

  /// Runs the program.
  ///
  /// - Throws: `CredentialFailure`, without the command and without what the program wrote: both may hold secrets.
  func credentials() async throws(CredentialFailure) -> Credentials {
    let service = "credential_process of profile \(profile)"
    let output = await withCheckedContinuation { continuation in
      DispatchQueue(label: "lakecanary.credential-process").async {
        continuation.resume(returning: CredentialProcess.output(of: command, context.environment))
      }
    }
    switch output {
    case .written(let bytes):
      let credentials = try CredentialDocument.credentials(bytes, service)
      guard (try? JSONDecoder().decode(CredentialDocument.self, from: Data(bytes)))?.version == 1 else {
        throw CredentialFailure(code: .malformedAnswer, reason: "\(service) does not say \"Version\": 1")
      }
      return credentials
    case .failed(let reason):
      throw CredentialFailure(code: .credentialsMissing, reason: "\(service) \(reason)")
    }
  }

  private enum Output: Sendable {
    case written([UInt8])
    case failed(String)
  }

  /// Runs a command of the shell to its end; blocks.
  private static func output(of command: String, _ environment: [String: String]) -> Output {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return .failed("cannot be given a pipe") }
    let output = Descriptor(ends[0])
    // Other programs that are started meanwhile are not to hold it open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let started = spawn(command, environment, writingTo: ends[1])
    close(ends[1])  // The program's own is the last one, so that its end is ours to see.
    guard let pid = started else { return .failed("cannot be started") }
    // The group, with what the shell has started.
    defer { kill(-pid, SIGKILL) }
    let killer = DispatchWorkItem { kill(-pid, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + deadline, execute: killer)
    defer { killer.cancel() }

    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while let count = try? FileCalls().make(.read, { read(output.number, &chunk, chunk.count) }), count > 0 {
      bytes += chunk[..<count]
      if bytes.count > largestOutput { kill(-pid, SIGKILL) }
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    guard bytes.count <= largestOutput else { return .failed("writes too much") }
    guard status == 0 else {
      return .failed("ended with status \(status >> 8 & 0xFF); run it by hand to see why")
    }
    return .written(bytes)
  }

  /// Starts a command in a process group of its own, with no signal blocked: threads of Dispatch block them, and a
  /// child inherits that.
  private static func spawn(_ command: String, _ environment: [String: String], writingTo output: Int32)
    -> pid_t?
  {
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&files, output, 1)
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    var arguments: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", command].map { (text: String) in strdup(text)
    }
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") }
    arguments.append(nil)
    variables.append(nil)
    defer { for text in arguments + variables { free(text) } }
    var pid: pid_t = 0
    return posix_spawn(&pid, "/bin/sh", &files, &attributes, &arguments, &variables) == 0 ? pid : nil
  }
}
