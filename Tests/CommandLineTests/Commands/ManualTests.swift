import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import lakecanary

/// Help, man pages, README and the configuration say the same.
@Suite struct ManualTests {
  private static var root: String {
    var url = URL(filePath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.path
  }

  private struct Help: Decodable {
    var command: Command

    struct Command: Decodable {
      var commandName: String
      var shouldDisplay: Bool?
      var superCommands: [String]?
      var abstract: String?
      var discussion: String?
      var arguments: [Argument]?
      var subcommands: [Command]?
    }

    struct Argument: Decodable {
      var abstract: String?
      var discussion: String?
      var preferredName: Name?
      var shouldDisplay: Bool?
      var valueName: String?
    }

    struct Name: Decodable {
      var name: String
    }
  }

  /// `make manual` writes the pages anew; this holds them to the commands.
  @Test func thePagesSayWhatTheHelpSays() async throws {
    let dump = try await CommandRun.lakecanary(["--experimental-dump-help"])
    let help = try JSONDecoder().decode(Help.self, from: Data(dump.output.utf8))
    var pages: Set<String> = []
    var stale: [String] = []
    var commands = [help.command]
    while let command = commands.popLast() {
      guard command.shouldDisplay != false, command.commandName != "help" else { continue }
      let name = ((command.superCommands ?? []) + [command.commandName]).joined(separator: ".") + ".1"
      pages.insert(name)
      commands += command.subcommands ?? []
      guard let page = try? String(contentsOfFile: "\(Self.root)/man/\(name)", encoding: .utf8) else {
        stale.append("\(name) is absent")
        continue
      }
      let text = words(page)
      let shown = (command.arguments ?? []).filter { $0.shouldDisplay != false }
      for sentence in [command.abstract, command.discussion]
        + shown.flatMap({ [$0.abstract, $0.discussion] })
      {
        guard let sentence, !sentence.isEmpty, !text.contains(words(sentence)) else { continue }
        stale.append("\(name) lacks: \(sentence)")
      }
      let listed = page.matches(of: /(?m)^\.It Fl (?:. , )?-?(\S+)/).map { String($0.output.1) }
      let options = shown.filter { $0.preferredName != nil }.compactMap { $0.preferredName?.name }
      if listed.sorted() != options.sorted() { stale.append("\(name) lists \(listed), not \(options)") }
    }
    let there = Set(try FileManager.default.contentsOfDirectory(atPath: "\(Self.root)/man"))
    stale += there.subtracting(pages).map { "\($0) is the page of no command" }
    #expect(stale.isEmpty, "a help text was changed; `make manual` writes the pages anew")
  }

  /// Text without roff's escapes, lines and requests.
  private func words(_ text: String) -> String {
    text.replacing("\n.Pp\n", with: "\n").replacing("\\", with: "").replacing("\n", with: " ")
      .split(separator: " ").joined(separator: " ")
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
