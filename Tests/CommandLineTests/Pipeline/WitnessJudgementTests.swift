import DMS
import Testing
import Time

@testable import Ledger
@testable import lakecanary

/// What DMS's counts prove about the bucket, the batch interval taken into account.
@Suite struct WitnessJudgementTests {
  private let table = TableName(schema: "public", name: "customers")
  private let start = Timestamp(seconds: 1_795_474_441)
  private let fresh = Timestamp(seconds: 1_795_000_000)

  private func witness(
    _ minutes: Int64, _ counted: Int64, status: String? = "running", fresh: Timestamp? = nil,
    wasReloaded: Bool = false, loadedAt: Timestamp? = nil
  ) -> TaskWitness {
    var witness = TaskWitness(task: "exercise", askedAt: start + .seconds(minutes * 60))
    (witness.status, witness.freshStart) = (status, fresh ?? self.fresh)
    witness.tables = [
      .init(
        table: table, fullLoadRows: 100, inserts: counted, updates: 0, deletes: 0, state: "Table completed",
        wasReloaded: wasReloaded, loadedAt: loadedAt)
    ]
    return witness
  }

  private func outcome(_ rows: Int64, _ witness: TaskWitness? = nil) -> RunOutcome {
    var figures = TableFigures(table: table)
    (figures.rows, figures.generation) = (rows, 1)
    var outcome = RunOutcome(verdict: Verdict(status: .ok, reason: "all is there"), tables: [figures])
    outcome.witness = witness
    return outcome
  }

  /// The last of some runs (minutes, what DMS counts, rows in the bucket), its notes those of differences.
  private func judge(_ runs: [(minutes: Int64, counted: Int64, rows: Int64)]) -> RunOutcome {
    let records = runs.dropLast().enumerated().map { number, run in
      RunRecord(
        id: RunID(rawValue: Int64(number + 1)), command: "run", settings: "", startedAt: start,
        finishedAt: start, outcome: outcome(run.rows, witness(run.minutes, run.counted)))
    }
    let last = runs[runs.count - 1]
    var judged = WitnessJudgement(
      witness: witness(last.minutes, last.counted), earlier: records.reversed(),
      settings: (try? EndpointSettings(parsing: "cdcMaxBatchInterval=120")) ?? EndpointSettings()
    ).applied(to: outcome(last.rows))
    judged.notes.removeAll { $0 == counts(last.counted, last.rows) }
    return judged
  }

  private func counts(_ counted: Int64, _ rows: Int64) -> String {
    "public.customers: DMS counts 100 loaded, \(counted) inserted, 0 updated, 0 deleted; the bucket has \(rows) rows"
  }

  @Test func itsCountsStandBesideOurs() {
    let judged = WitnessJudgement(witness: witness(0, 10), earlier: [], settings: EndpointSettings())
      .applied(to: outcome(110))
    #expect(judged.notes == [counts(10, 110)])
    #expect(judged.witness?.tables.first?.inserts == 10)
  }

  @Test func whatIsOnItsWayIsNoDifference() {
    // The bucket lags by what was counted within the last three minutes.
    #expect(judge([(0, 10, 110), (10, 20, 112), (20, 30, 120)]).notes == [])
    #expect(judge([(0, 10, 105), (1, 20, 105), (2, 30, 105)]).notes == [])
    #expect(judge([(0, 0, 100)]).notes == [])
  }

  @Test func rowsThatDMSHasCountedAndTheBucketLacksAreTold() {
    let judged = judge([(0, 10, 110), (10, 30, 120), (20, 31, 125)])
    #expect(judged.notes.count == 1)
    #expect(judged.notes.first?.contains("the bucket has 5 rows fewer") == true, "\(judged.notes)")
    #expect(judged.verdict?.status == .ok)
  }

  @Test func rowsThatDMSHasNotCountedAreTold() {
    let judged = judge([(0, 10, 110), (10, 20, 120), (20, 30, 150)])
    #expect(judged.notes.count == 1)
    #expect(judged.notes.first?.contains("the bucket has 10 rows more") == true, "\(judged.notes)")
  }

  @Test func aTaskThatStoppedIsTheCause() {
    var stopped = witness(1, 0, status: "stopped")
    stopped.stopReason = "Stop Reason FATAL_ERROR"
    stopped.stoppedAt = start
    let judgement = WitnessJudgement(witness: stopped, earlier: [], settings: EndpointSettings())
    let well = judgement.applied(to: outcome(0)).verdict
    #expect(well?.status == .warning)
    #expect(
      well?.reason
        == "the DMS task exercise is stopped (Stop Reason FATAL_ERROR) since 2026-11-23 22:54:01Z, all is there"
    )
    var late = outcome(0)
    late.verdict = Verdict(status: .critical, reason: "5 operations are late")
    let judged = judgement.applied(to: late).verdict
    #expect(judged?.status == .critical)
    #expect(judged?.reason.hasPrefix("5 operations are late; the DMS task exercise is stopped") == true)
  }

  @Test func aFreshStartOrAReloadBeginsAnew() {
    let before = [
      RunRecord(
        id: RunID(rawValue: 1), command: "run", settings: "", startedAt: start, finishedAt: start,
        outcome: outcome(110, witness(0, 10)))
    ]
    let settings = EndpointSettings()
    let restarted = WitnessJudgement(
      witness: witness(10, 0, fresh: fresh + .seconds(60)), earlier: before, settings: settings)
    #expect(restarted.reloaded == [table])
    #expect(
      restarted.applied(to: outcome(500)).notes == [
        counts(0, 500), "DMS has loaded anew: public.customers; counted from there on",
      ])
    let reloaded = WitnessJudgement(
      witness: witness(10, 12, wasReloaded: true), earlier: before, settings: settings)
    #expect(reloaded.reloaded == [table])
    #expect(WitnessJudgement(witness: witness(10, 12), earlier: before, settings: settings).reloaded == [])
  }

  /// The replicator counts what is durable, so that no row of it is on its way; and it is stopped at will.
  @Test func theReplicatorsCountsAreHeldToTheBucketAtOnce() {
    func local(_ second: Int64, _ counted: Int64, _ status: String = "running") -> TaskWitness {
      var witness = witness(0, counted, status: status)
      (witness.teller, witness.countedSince) = (.replicator, fresh)
      witness.askedAt = start + .seconds(second)
      return witness
    }
    func notes(_ outcome: RunOutcome) -> [String] { outcome.notes.filter { !$0.contains("counts") } }
    func judge(_ last: TaskWitness, rows: Int64) -> RunOutcome {
      let earlier = [(2, 15, 115), (1, 10, 110)].map { (second: Int64, counted: Int64, rows: Int64) in
        RunRecord(
          id: RunID(rawValue: second), command: "run", settings: "", startedAt: start, finishedAt: start,
          outcome: outcome(rows, local(second, counted)))
      }
      return WitnessJudgement(witness: last, earlier: earlier, settings: EndpointSettings())
        .applied(to: outcome(rows))
    }
    #expect(notes(judge(local(3, 20), rows: 115)) == [])
    #expect(notes(judge(local(3, 20), rows: 120)) == [])
    let fewer = judge(local(3, 20), rows: 114)
    #expect(fewer.notes.first?.contains("the replicator counts 100 loaded, 20 inserted") == true)
    #expect(notes(fewer).first?.contains("the replicator had counted 5 changes") == true, "\(fewer.notes)")
    #expect(notes(fewer).first?.contains("1 rows fewer") == true, "\(fewer.notes)")
    // Counted from another start, nothing can be compared.
    var other = local(3, 20)
    other.countedSince = start
    #expect(notes(judge(other, rows: 100)) == [])
    let stopped = judge(local(3, 20, "stopped"), rows: 120)
    #expect(stopped.verdict == Verdict(status: .ok, reason: "all is there"))
    #expect(judge(local(3, 20, "silent"), rows: 120).verdict?.status == .warning)
  }

  @Test func aSecondReloadIsOneToo() {
    let before = [
      RunRecord(
        id: RunID(rawValue: 1), command: "run", settings: "", startedAt: start, finishedAt: start,
        outcome: outcome(110, witness(0, 10, wasReloaded: true, loadedAt: start)))
    ]
    let reloaded = { (loadedAt: Timestamp?) in
      WitnessJudgement(
        witness: witness(10, 12, wasReloaded: true, loadedAt: loadedAt), earlier: before,
        settings: EndpointSettings()
      ).reloaded
    }
    #expect(reloaded(start) == [] && reloaded(nil) == [])
    #expect(reloaded(start + .seconds(60)) == [table])
  }

  @Test func aWitnessThatDoesNotAnswerChangesNothing() {
    var silent = TaskWitness(task: "arn", askedAt: start)
    silent.problems = ["DMS does not answer"]
    let judged = WitnessJudgement(witness: silent, earlier: [], settings: EndpointSettings()).applied(
      to: outcome(1))
    #expect(judged.verdict == Verdict(status: .ok, reason: "all is there"))
    #expect(judged.notes == ["no witness: DMS does not answer"])
  }
}
