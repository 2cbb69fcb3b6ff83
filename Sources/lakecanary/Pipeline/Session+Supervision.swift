import Alerting
import Foundation
import Ledger
import Logging
import ObjectStorage
import Reporting
import Time

extension Session {
  /// What a timer's run came to.
  struct Judged {
    var report: Report
    /// Nothing is due yet, and nothing is wrong: no reason to tell anybody.
    var isBeginning = false
  }

  /// Runs `body` as a timer's job: the dead man's check is told that it begins and how it ends, the channels of the
  /// verdict, and the report is printed.
  ///
  /// Throws how the command ends: by the verdict, or by what `body` threw.
  func supervise(
    _ options: ReportOptions, _ body: (LedgerStore) async throws -> Judged
  ) async throws {
    let run = UUID().uuidString.lowercased()
    let ledger: LedgerStore
    do {
      ledger = try pipeline.openLedger()
    } catch {
      // Another run of the pipeline is at work, and tells how that goes.
      guard FailurePolicy.status(of: error) != .locked else { throw error }
      let failure = FailurePolicy.failure(for: error)
      await alertWithoutLedger(failed(failure))
      await ping(.fail, run: run, log: failure.line + "\n")
      throw error
    }
    await ping(.start, run: run, log: "")
    do {
      var judged = try await body(ledger)
      judged.report.notes += await alert(judged.report, countingAs: judged.isBeginning ? .ok : nil, ledger)
      logVerdict(judged.report)
      let text = try judged.report.rendered(.text)
      do {
        try finish(judged.report, options)
      } catch let status as ExitStatus {
        await ping(
          status == .ok || judged.isBeginning ? .success : .fail, run: run, log: console.tail.text + text)
        throw status
      }
    } catch let status as ExitStatus {
      throw status
    } catch let error where FailurePolicy.isCancellation(error) {
      // Somebody stopped it, and knows.
      throw error
    } catch {
      let failure = FailurePolicy.failure(for: error)
      _ = await alert(failed(failure), ledger)
      await ping(.fail, run: run, log: console.tail.text + failure.line + "\n")
      throw error
    }
  }

  /// The report of a run that came to no verdict.
  private func failed(_ failure: Failure) -> Report {
    var report = Report(
      pipeline: configuration.name, generatedAt: pipeline.clock.now(),
      verdict: Verdict(status: .unknown, reason: "the run failed: \(failure.text)"))
    report.bucket = configuration.bucket?.description
    return report
  }

  /// A line for the journal, whose fields a log shipper takes apart; at a terminal the report says it.
  private func logVerdict(_ report: Report) {
    guard isJournal else { return }
    var fields: [String: String] = [
      "pipeline": report.pipeline, "status": report.verdict.status.rawValue, "reason": report.verdict.reason,
    ]
    if let run = report.run { fields["run"] = "\(run.id.rawValue)" }
    if let total = report.total {
      fields["due"] = "\(total.due)"
      fields["late"] = "\(total.late)"
      fields["missing"] = "\(total.missing)"
    }
    let lag = report.tables.compactMap(\.lag?.p95).max()
    if let lag { fields["p95_lag"] = "\(Double(lag.microseconds) / 1_000_000)" }
    pipeline.logger.log(
      level: report.verdict.status == .ok
        ? .notice : report.verdict.status == .critical ? .critical : .warning,
      "verdict", metadata: fields.mapValues { "\($0)" })
  }

  private func ping(_ signal: DeadMansPing.Signal, run: String, log: String) async {
    guard let ping = configuration.alerts.ping else { return }
    do throws(AlertFailure) {
      try await ping.send(
        signal, run: run, log: log, environment: ProcessInfo.processInfo.environment, clock: pipeline.clock)
    } catch {
      pipeline.logger.error(
        "ping not delivered", metadata: ["check": "\(ping.shown)", "reason": "\(error.description)"])
    }
  }
}
