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
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    guard (try? process.run()) != nil else { return .failed("cannot be started") }
    let killer = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + deadline, execute: killer)
    defer { killer.cancel() }
    var bytes: [UInt8] = []
    while let chunk = try? pipe.fileHandleForReading.read(upToCount: 4096), !chunk.isEmpty {
      bytes += chunk
      guard bytes.count <= largestOutput else {
        process.terminate()
        process.waitUntilExit()
        return .failed("writes too much")
      }
    }
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      return .failed("ended with status \(process.terminationStatus); run it by hand to see why")
    }
    return .written(bytes)
  }
}
