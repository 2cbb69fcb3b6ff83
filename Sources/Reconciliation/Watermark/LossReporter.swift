import Ledger
import Time

/// An operation that is lost, and what proves it; nil where nothing does but time.
struct Loss: Sendable {
  var operation: KnownOperation
  var proof: LossRule.Proof?
}

/// Reports lost operations: one finding for each object that came after them, since a lost object, or the losses
/// within one, are one trouble.
struct LossReporter {
  let context: TableContext
  let run: RunID
  let now: Timestamp

  /// Reports operations that were not called lost before.
  ///
  /// - Returns: the findings that are new.
  func report(
    _ losses: [Loss], generation: Generation?, in session: LedgerSession
  ) throws -> [FindingID] {
    var groups: [String: (proof: KnownObject?, kind: LossRule.Proof?, losses: [KnownOperation])] = [:]
    for loss in losses {
      var proof: KnownObject?
      if loss.proof == .laterTransaction, let generation {
        proof = try session.proof(
          after: loss.operation.id.transaction, table: context.table.id, generation: generation.id)?.object
      }
      let name = proof.map { "\($0.entry.key)/\($0.entry.etag)" } ?? loss.proof.map { "\($0)" } ?? "time"
      groups[identity(name, generation), default: (proof, loss.proof, [])].losses.append(loss.operation)
    }
    var new: [FindingID] = []
    for (identity, group) in groups.sorted(by: { $0.key < $1.key }) {
      let known = try session.finding(identity: identity)
      let before = try known.map { try session.losses(of: $0.id, limit: .max) } ?? []
      let all = (before + group.losses).sorted { $0.id < $1.id }
      let key = group.proof?.entry.key
      let found = try session.report(
        finding(all, identity, object: key, because: reason(proof: key, kind: group.kind)), run: run, now: now
      )
      for operation in group.losses {
        try session.addLoss(operation.id, finding: found.id, proof: group.proof?.id)
      }
      if found.isNew { new.append(found.id) }
    }
    return new
  }

  /// Reports operations of before the first object of a table without a load, of which nobody says that the task
  /// began later: they are lost, or older than the task, and the bucket is the same either way.
  ///
  /// - Returns: the finding, where it is new.
  func report(
    early operations: [KnownOperation], generation: Generation?, in session: LedgerSession
  ) throws -> [FindingID] {
    guard !operations.isEmpty else { return [] }
    let identity = identity("baseline", generation)
    let known = try session.finding(identity: identity)
    let isKnown = known.map { $0.state != .resolved } ?? false
    let count = operations.count + (isKnown ? known?.rowCount ?? 0 : 0)
    let rows = (isKnown ? known?.rows ?? [] : []) + operations.map { FindingRow($0, of: context) }
    let found = try session.report(
      FindingReport(
        kind: .lostRows, severity: .warning, table: context.table.id, identity: identity,
        summary: "\(counted(count, "operation")) on \(context.name) \(count == 1 ? "was" : "were") committed "
          + "before the first one that is in the bucket, and there is no full load: the task began later, or "
          + "\(count == 1 ? "it is" : "they are") lost",
        rowCount: count, rows: Array(rows.prefix(Finding.namedRows)),
        spanStart: operations.compactMap(\.commit?.earliest).min(),
        spanEnd: operations.compactMap(\.commit?.latest).max()),
      run: run, now: now)
    return found.isNew ? [found.id] : []
  }

  /// Says of a finding, some of whose operations were met in `object` after all, what is left of it.
  func reportRest(of id: FindingID, metIn object: String, in session: LedgerSession) throws {
    guard let known = try session.finding(id), known.state != .resolved else { return }
    let left = try session.losses(of: id, limit: .max)
    guard !left.isEmpty else {
      return try session.resolve(id, because: "the rows arrived in \(object)", now: now)
    }
    let reason = reason(proof: known.object, kind: proof(of: known))
    _ = try session.report(
      finding(left, known.identity, object: known.object, because: reason), run: run, now: now)
  }

  /// What proved a loss: the identity of its finding ends with it where no object does.
  private func proof(of finding: Finding) -> LossRule.Proof? {
    guard finding.object == nil else { return .laterTransaction }
    return LossRule.Proof.allCases.first { finding.identity.hasSuffix("/\($0)") }
  }

  private func finding(
    _ lost: [KnownOperation], _ identity: String, object: String?, because reason: String
  ) -> FindingReport {
    FindingReport(
      kind: .lostRows, severity: .critical, table: context.table.id, object: object, identity: identity,
      summary:
        "\(OperationPhrase(lost.map(\.kind))) on \(context.name) \(lost.count == 1 ? "is" : "are") lost: "
        + reason,
      rowCount: lost.count,
      rows: lost.prefix(Finding.namedRows).map { FindingRow($0, of: context, object: object) },
      spanStart: lost.compactMap(\.commit?.earliest).min(), spanEnd: lost.compactMap(\.commit?.latest).max())
  }

  private func identity(_ name: String, _ generation: Generation?) -> String {
    "lost-rows/\(context.bucket)/\(context.table.id)/\(generation?.number ?? 0)/\(name)"
  }

  private func reason(proof: String?, kind: LossRule.Proof?) -> String {
    switch kind {
    case .laterTransaction?: "later transactions are in \(proof ?? "the bucket")"
    case .load?: "the full load, which shows later transactions, does not hold the rows"
    case .laterForeignCommit?: "rows of others that were committed later are in the bucket"
    case nil: "nothing of it came for longer than the loss limit"
    }
  }
}

extension FindingRow {
  /// An operation that is not in the bucket.
  init(_ operation: KnownOperation, of context: TableContext, object: String? = nil) {
    self.init(
      kind: operation.kind,
      key: RowIdentity(tag: context.request.tag, sequence: operation.sequence).description,
      version: operation.version, xid: operation.xid, object: object)
  }
}
