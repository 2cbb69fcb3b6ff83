import DMS
import Ledger
import ObjectStorage
import Postgres
import Testing
import Time
import Workload

@testable import lakecanary

/// Swift Testing has a type of this name too.
private typealias ExitStatus = lakecanary.ExitStatus

@Suite struct FailurePolicyTests {
  @Test func everyStatusHasItsCode() {
    let codes: [(ExitStatus, Int32)] = [
      (.ok, 0), (.warning, 1), (.critical, 2), (.unknown, 3), (.usage, 64), (.locked, 75),
      (.configuration, 78),
      (.signal(2), 130), (.signal(15), 143),
    ]
    for (status, code) in codes { #expect(status.code == code) }
  }

  @Test func onlyTheVerdictsThatAreToFailDo() {
    let all: Set<Verdict.Status> = [.warning, .critical, .unknown]
    #expect(
      Verdict.Status.allCases.map { ExitStatus(verdict: $0, failOn: all) } == [
        .ok, .unknown, .warning, .critical,
      ])
    #expect(Verdict.Status.allCases.allSatisfy { ExitStatus(verdict: $0, failOn: []) == .ok })
    #expect(ExitStatus(verdict: .warning, failOn: [.critical]) == .ok)
  }

  @Test func ledgersHaveTheirCodes() {
    let codes: [(LedgerError.Code, ExitStatus)] = [
      (.locked, .locked), (.absent, .unknown), (.notADatabase, .configuration), (.notALedger, .configuration),
      (.corrupt, .unknown), (.newerSchema(found: 2, known: 1), .configuration),
      (.otherPipeline(found: "x"), .configuration), (.diskFull, .unknown), (.readOnly, .configuration),
      (.permissionDenied, .configuration), (.inputOutput, .unknown), (.unknownRun(1), .usage),
      (.unknownFinding(1), .usage),
      (.stillLost(FindingID(rawValue: 1), operations: 2), .usage), (.sqlite(extendedCode: 1), .unknown),
    ]
    for (code, status) in codes { #expect(code.status == status, "\(code)") }
  }

  @Test func sourcesAndBucketsOutOfReachAreUnknown() {
    let sources: [PostgresError.Code] = [
      .unreachable, .connectionRejected(.invalidPassword), .connectionRejected(.undefinedDatabase),
      .connectionLost,
      .server(.undefinedTable), .timedOut, .passwordMissing, .tlsFailed,
    ]
    for code in sources { #expect(code.status == .unknown, "\(code)") }
    #expect(PostgresError.Code.invalidConnectionString.status == .configuration)
    #expect(PostgresError.Code.logicalDecodingOff.status == .configuration)
    let buckets: [StorageError.Code] = [
      .bucketMissing, .accessDenied, .unreachable, .noSpace, .credentialsExpired,
    ]
    for code in buckets { #expect(code.status == .unknown, "\(code)") }
    #expect(StorageError.Code.invalidLocation.status == .configuration)
  }

  @Test func aConfigurationErrorIsOneLineWithItsPlaceAndMend() {
    let error = ConfigurationError(
      .unknownKey("bukcet", nearest: "bucket"), .file(path: "c.yaml", line: 1, column: 1))
    #expect(
      FailurePolicy.failure(for: error).line
        == "lakecanary: error: unknown key 'bukcet': c.yaml:1:1; did you mean 'bucket'?")
    #expect(FailurePolicy.failure(for: error).status == .configuration)
    let flag = ConfigurationError(.invalidValue(.workloadRate, reason: "no"), .flag(name: "--rate"))
    #expect(FailurePolicy.status(of: flag) == .usage)
  }

  @Test func moreProblemsAreCounted() {
    let problem = ConfigurationError(.missing(.bucket), nil)
    let text = FailurePolicy.failure(for: InvalidConfiguration(problems: [problem, problem, problem])).text
    #expect(text.hasSuffix(" (and 2 more: `lakecanary config validate` lists them)"))
  }

  @Test func hostileTextStaysOnOneLine() {
    struct Hostile: Error, CustomStringConvertible {
      let description = "a\nb\u{1B}[2J\u{202E}c"
    }
    #expect(FailurePolicy.failure(for: Hostile()).line == "lakecanary: error: a\\nb\\u{1B}[2J\\u{202E}c")
  }

  @Test func causesAreATree() {
    let failure = Failure(
      status: .unknown, text: "what", causes: ["why", "wherefore"], log: ["said", "a\tb"])
    #expect(
      failure.lines(isVerbose: true)
        == ["lakecanary: error: what", "└─ why", "  └─ wherefore", "   │ said", "   │ a\\tb"])
    #expect(failure.lines(isVerbose: false) == ["lakecanary: error: what"])
  }
}
