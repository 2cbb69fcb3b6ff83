import Ledger
import Time

/// What the bucket proves of an operation that is not in it.
///
/// Transactions of a pipeline are strictly one after the other, and DMS keeps the order of commits per
/// table. So an operation is lost, without any clock, when a later transaction was met in the changes of the
/// same generation, or when it is part of what a full load shows and the load, being whole, does not hold it.
/// A full load is as of one moment that is not known exactly: what that moment may explain is never called
/// lost.
struct LossRule {
  /// The generation, as it was before the last listing began: what came later may have an elder that the
  /// listing did not see.
  let generation: Generation
  /// By how much the commit times of rows of others must be later to prove anything.
  let foreignMargin: Duration
  /// How far the clocks of PostgreSQL and the loader may be apart.
  let loadMargin: Duration
  /// PostgreSQL's clock now: a commit of a time to come is of before its clock was set back, and proves nothing.
  var sourceNow = Timestamp(microseconds: .max)
  /// When the generation's changes had begun, by this machine's clock: the first object of them was written, or the
  /// task was under way.
  var changesBegan: Timestamp?

  enum Ruling: Hashable {
    /// Nothing is proved.
    case undecided
    /// Lost: by a later transaction, by the load, or by a later commit of others.
    case lost(Proof)
    /// The full load, which does not hold the row, explains it: the row was deleted before.
    case covered
    /// Before the first change that this generation brings, and there is no load.
    case beforeBaseline
  }

  enum Proof: Hashable, CaseIterable {
    /// A later transaction was met in the changes.
    case laterTransaction
    /// The full load shows a later transaction.
    case load
    /// A row of others that was committed later was met in the changes.
    case laterForeignCommit
  }

  /// What is proved of `operation`.
  ///
  /// - Parameters:
  ///   - deletion: the delete of the same row, if the ledger has one that was not rolled back.
  ///   - isInLoad: whether a row of this generation's load carries the operation's key.
  ///   - isAfterLoad: whether it is known that the load's snapshot was taken before the operation.
  func rule(
    on operation: KnownOperation, deletion: KnownOperation?, isInLoad: Bool, isAfterLoad: Bool = false
  ) -> Ruling {
    let transaction = operation.id.transaction
    if generation.hasLoad, !isInLoad, let deletion, deletion.state == .intended { return .undecided }
    if generation.hasLoad, !isInLoad, !isAfterLoad, let deletion, mayPrecedeLoad(deletion) {
      // Strictly between changes that arrived, the load explains nothing: the changes must bring it.
      guard let first = generation.firstChange, transaction > first, isPassed(transaction) else {
        return .covered
      }
    }
    if isPassed(transaction) {
      if generation.hasLoad || isAfterBaseline(operation) { return .lost(.laterTransaction) }
      return .beforeBaseline
    }
    if generation.hasLoad, generation.hasChanges, let shown = generation.loadLastTransaction,
      transaction <= shown
    {
      return .lost(.load)
    }
    if let foreign = generation.lastForeignCommit, foreign <= sourceNow, let commit = operation.commit,
      foreign > commit.latest + foreignMargin, generation.hasLoad || isAfterBaseline(operation)
    {
      return .lost(.laterForeignCommit)
    }
    return .undecided
  }

  /// Whether a later transaction was met in the changes.
  private func isPassed(_ transaction: Int64) -> Bool {
    generation.lastChange.map { transaction < $0 } ?? false
  }

  /// Whether the changes are known to have begun before the operation, as by an earlier transaction that they brought.
  private func isAfterBaseline(_ operation: KnownOperation) -> Bool {
    if let first = generation.firstChange, operation.id.transaction >= first { return true }
    return changesBegan.map { operation.recordedAt > $0 + loadMargin } ?? false
  }

  /// Whether the delete may have been committed before the load's snapshot was taken.
  func mayPrecedeLoad(_ deletion: KnownOperation) -> Bool {
    guard let commit = deletion.commit, let load = generation.loadFirstModified else { return false }
    return commit.earliest <= load + loadMargin
  }
}
