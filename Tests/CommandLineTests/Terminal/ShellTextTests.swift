import TestSupport
import Testing

@testable import lakecanary

/// Words that people paste into a shell, by a shell.
@Suite struct ShellTextTests {
  @Test(arguments: [
    "s3://out/plain-1_2.3", "s3://out/a b", "it's", "'", "$(echo no)", "`echo no`", "a\\b", "\"q\"", "*",
    "ü;x&y|z", "x-n",
    "it'\u{301}s",
  ])
  func aShellTakesAWordAsItStands(word: String) async throws {
    let run = try await CommandRun.command(
      "/bin/sh", ["-c", "printf %s \(ShellText.quoted(word)) | od -An -tx1 -v"])
    let bytes = run.output.split(whereSeparator: \.isWhitespace).map(String.init)
    #expect(bytes == word.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }, "\(run.errorOutput)")
  }
}
