import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import lakecanary

/// The manual of the configuration, the README and the commands say the same.
@Suite struct ManualTests {
  private static var root: String {
    var url = URL(filePath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.path
  }

  @Test func everyKeyHasItsPlaceInTheManual() async throws {
    let manual = ConfigurationManual.text()
    for key in ConfigurationKey.allCases {
      #expect(manual.contains("\n.It Cm \(key.path.replacing("-", with: "\\-")) , Ev \(key.variable)\n"))
    }
    let run = try await CommandRun.command(
      "/bin/sh", ["-c", "\"$0\" config manual | man -l - >/dev/null", CommandRun.executable])
    #expect(run.exitCode == 0)
  }

  /// Every command line of the README and the examples is one that the program takes.
  @Test func theCommandsOfTheReadmeParse() throws {
    let readme = try String(contentsOfFile: Self.root + "/README.md", encoding: .utf8)
    let blocks = readme.split(separator: "```").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    let lines = blocks.flatMap { $0.split(separator: "\n") }.filter { $0.hasPrefix("lakecanary ") }
    #expect(!lines.isEmpty)
    for line in lines {
      let arguments = line.split(separator: " ").dropFirst().prefix { $0 != "#" && $0 != "|" }.map(
        String.init)
      #expect(throws: Never.self, "\(line)") { _ = try LakeCanary.parseAsRoot(arguments) }
    }
    let yaml = blocks.filter { $0.hasPrefix("yaml\n") }
    #expect(!yaml.isEmpty)
    for block in yaml {
      #expect(throws: Never.self) {
        _ = try ConfigurationFile(text: String(block.dropFirst(5)), path: "README.md")
      }
    }
    for command in LakeCanary.configuration.subcommands {
      let name = command._commandName
      #expect(readme.contains("| `\(name)` |"), "the README's table lacks \(name)")
    }
  }
}
