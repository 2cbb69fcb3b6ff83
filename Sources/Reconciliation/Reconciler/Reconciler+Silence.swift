import Ledger
import Time

/// Whether the source was written before a reconciliation.
public enum SourceWriting: Hashable, Sendable {
  /// Nobody tried.
  case notTried
  /// Something was written.
  case done
  /// Nothing could be written, and why, one line.
  case failed(String)

  var failure: String? {
    if case .failed(let reason) = self { reason } else { nil }
  }
}

/// A bucket or a source out of reach is told of as long as it lasts, and weighs once it lasts too long.
extension Reconciler {
  func reportSilence(_ error: String?, run: RunID) throws(LedgerError) {
    let identity = "silence/\(configuration.bucket)"
    guard let error else { return try endSilence(identity, because: "the bucket was read") }
    try reportSilence(identity, run: run) { "the bucket could not be read\($0): \(error)" }
  }

  func reportUnwritten(_ writing: SourceWriting, run: RunID) throws(LedgerError) {
    let identity = "silence/source"
    switch writing {
    case .notTried: return
    case .done: try endSilence(identity, because: "the source was written")
    case .failed(let reason):
      try reportSilence(identity, run: run) { "the source could not be written\($0): \(reason)" }
    }
  }

  private func reportSilence(
    _ identity: String, run: RunID, summary: (String) -> String
  ) throws(LedgerError) {
    let now = clock.now()
    try ledger.write(durably: false) { session in
      let known = try session.finding(identity: identity).flatMap { $0.state == .resolved ? nil : $0 }
      let duration = known.map { now - $0.firstSeen } ?? .zero
      let isTooLong = configuration.limits.silenceLimit.map { duration > $0 } ?? false
      // Since when is known at the second look, not at the first.
      let time = known == nil ? "" : " for \(DurationPhrase(duration))"
      _ = try session.report(
        FindingReport(
          kind: .silence, severity: isTooLong ? .critical : .notice, table: nil, identity: identity,
          summary: summary(time)),
        run: run, now: now)
    }
  }

  private func endSilence(_ identity: String, because reason: String) throws(LedgerError) {
    try ledger.write(durably: false) { session in
      guard let known = try session.finding(identity: identity), known.state != .resolved else { return }
      try session.resolve(known.id, because: reason, now: clock.now())
    }
  }
}
