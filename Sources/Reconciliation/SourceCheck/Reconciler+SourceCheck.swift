import Ledger
import Time

extension Reconciler {
  /// Compares the source's own rows of a table with what the bucket implies; what keeps it from that makes the
  /// verdict UNKNOWN.
  func checkSource(
    _ context: TableContext, by witness: any SourceWitness, loadMargin: Duration, run: RunID,
    _ work: inout RunningTotals
  ) async throws {
    do {
      let rows = try await witness.rows(of: context.name)
      let check = SourceCheck(
        context: context, ledger: ledger, source: source, run: run, now: clock.now(), loadMargin: loadMargin,
        allowsVanishedObjects: configuration.allowsVanishedObjects)
      let outcome = try await check.check(rows)
      work.newFindings += outcome.newFindings
      work.cost.requests += outcome.cost.requests
      work.cost.bytesRead += outcome.cost.bytesRead
      work.notes.append(
        "Source check of \(context.name): \(counted(outcome.compared, "row")) compared with the state that the "
          + "bucket implies, \(outcome.leftOut) left out (on their way, or not owed by the bucket).")
    } catch let error as LedgerError {
      throw error
    } catch is CancellationError {
      throw CancellationError()
    } catch let failure as ObservationFailure {
      work.fail("the source could not be compared with the bucket: \(failure.message)")
    } catch {
      work.fail("the source could not be compared with the bucket: \(error)")
    }
  }
}
