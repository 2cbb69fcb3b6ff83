import Logging
import Reporting
import Synchronization
import Testing
import Time

@testable import lakecanary

@Suite struct TerminalTraitsTests {
  private func style(_ isTerminal: Bool, width: Int? = 120, _ environment: [String: String]) -> TextStyle {
    TerminalTraits(isTerminal: isTerminal, windowWidth: width, environment: environment).style
  }

  @Test func aTerminalHasColourAndWidthAndAPipeHasNeither() {
    #expect(style(true, ["TERM": "xterm"]) == TextStyle(width: 120, colour: true))
    #expect(style(false, ["TERM": "xterm"]) == .plain)
  }

  @Test func theEnvironmentDecidesAboutColour() {
    #expect(style(true, ["TERM": "xterm", "NO_COLOR": "1"]).colour == false)
    #expect(style(true, ["TERM": "xterm", "NO_COLOR": ""]).colour == true)
    #expect(style(true, ["TERM": "dumb"]).colour == false)
    #expect(style(true, [:]).colour == false)
    #expect(style(false, ["CLICOLOR_FORCE": "1"]).colour == true)
    #expect(style(false, ["CLICOLOR_FORCE": "0"]).colour == false)
    #expect(style(false, ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"]).colour == false)
  }

  @Test func columnsWinOverTheWindow() {
    #expect(style(true, ["TERM": "xterm", "COLUMNS": "40"]).width == 40)
    #expect(style(true, width: nil, ["TERM": "xterm"]).width == 80)
    #expect(style(true, ["TERM": "xterm", "COLUMNS": "3"]).width == 20)
    #expect(style(true, ["TERM": "xterm", "COLUMNS": "wide"]).width == 120)
  }

  @Test func aDumbTerminalGetsNoProgress() {
    #expect(TerminalTraits(isTerminal: true, windowWidth: 80, environment: ["TERM": "xterm"]).canRewriteLines)
    #expect(!TerminalTraits(isTerminal: true, windowWidth: 80, environment: ["TERM": "dumb"]).canRewriteLines)
    #expect(
      !TerminalTraits(isTerminal: false, windowWidth: 80, environment: ["TERM": "xterm"]).canRewriteLines)
  }
}

@Suite struct StandardErrorLogHandlerTests {
  private struct StoppedClock: WallClock {
    func now() -> Timestamp { Timestamp(seconds: 0) }
    func sleep(until deadline: Timestamp) async throws {}
  }

  private func line(isJournal: Bool, _ log: (Logger) -> Void) -> String {
    let sink = LineSink()
    let logger = Logger(label: "lakecanary") { label in
      StandardErrorLogHandler(
        label: label, level: .info, isJournal: isJournal, clock: StoppedClock(), write: sink.add)
    }
    log(logger)
    return sink.lines.joined(separator: "|")
  }

  private final class LineSink: Sendable {
    private let held = Mutex<[String]>([])
    var lines: [String] { held.withLock { $0 } }
    func add(_ line: String) { held.withLock { $0.append(line) } }
  }

  @Test func aTerminalGetsTheTimeAndTheJournalThePriority() {
    let log = { (logger: Logger) in logger.warning("slow", metadata: ["table": "public.customers"]) }
    #expect(
      line(isJournal: false, log)
        == "1970-01-01T00:00:00.000000Z warning lakecanary: slow table=public.customers")
    #expect(line(isJournal: true, log) == "<4>lakecanary: slow table=public.customers")
  }

  @Test func oneEventIsOneLine() {
    #expect(
      line(isJournal: true) { $0.error("a\nb\u{1B}[0m", metadata: ["z": "1 \"2\"", "a": ""]) }
        == "<3>lakecanary: a\\nb\\u{1B}[0m a=\"\" z=\"1 \\\"2\\\"\"")
    #expect(line(isJournal: true) { $0.debug("quiet") } == "")
  }

  @Test func knowsTheJournalByDeviceAndInode() {
    #expect(!StandardErrorLogHandler.isJournal([:]))
    #expect(!StandardErrorLogHandler.isJournal(["JOURNAL_STREAM": "0:0"]))
  }
}
