import Synchronization
import Time

/// Credentials with the number of their issue: a renewal gives the next one.
struct IssuedCredentials: Sendable {
  let credentials: Credentials
  let generation: Int
}

/// Where credentials may come from.
protocol CredentialSource: Sendable {
  /// The source in words, for reports: `the environment (AWS_ACCESS_KEY_ID)`.
  var name: String { get }

  /// Credentials of the source; nil where it is not set up here.
  ///
  /// - Throws: `CredentialFailure` where it is set up and gives none.
  func credentials() async throws(CredentialFailure) -> Credentials?
}

/// Why a source that is set up gives no credentials.
struct CredentialFailure: Error, Sendable {
  var code: StorageError.Code
  /// What happened and the mend, without secrets.
  var reason: String
  var status: Int?
  var serviceCode: String?
  var requestID: String?
}

/// The sources in the order of AWS's SDKs: the first that is set up is the one.
///
/// Its credentials are kept and renewed before they end; many who ask at once wait for one renewal.
final class CredentialChain: Sendable {
  private struct State {
    var source: (any CredentialSource)?
    var issued: IssuedCredentials?
    var renewAt: Timestamp?
    var renewal: Renewal?
    var generation = 0
    /// What numbers renewals and those who wait for them.
    var lastNumber = 0
  }

  /// A renewal on its way, and those who wait for it.
  private struct Renewal {
    let number: Int
    let task: Task<Void, Never>
    var waiting: [Int: Waiter] = [:]
  }

  private typealias Waiter = CheckedContinuation<Result<IssuedCredentials, StorageError>, Never>

  private let sources: [any CredentialSource]
  private let clock: any WallClock
  private let state = Mutex(State())

  /// How long before their end credentials are renewed; those that live shortly, at half of their life.
  private static let margin = Duration.seconds(300)

  init(_ sources: [any CredentialSource], clock: any WallClock) {
    (self.sources, self.clock) = (sources, clock)
  }

  /// Credentials that still hold.
  ///
  /// - Throws: `StorageError`: `.credentialsMissing`, `.credentialsExpired`, and what the source's service answers.
  func current(for store: String) async throws(StorageError) -> IssuedCredentials {
    if let issued = good { return issued }
    let result = await renewed(store)
    // A renewal that fails leaves the old credentials good until they end.
    if case .failure = result, let issued = state.withLock({ $0.issued }), !hasEnded(issued.credentials) {
      return issued
    }
    return try result.get()
  }

  /// Where the credentials come from.
  ///
  /// - Throws: `StorageError`, as `current(for:)` does.
  func sourceName(for store: String) async throws(StorageError) -> String {
    _ = try await current(for: store)
    return source ?? "nowhere"
  }

  /// The source that has given credentials, in words; nil before it has.
  var source: String? { state.withLock { $0.source?.name } }

  /// Forgets credentials that a server has called expired; false where no others can be had.
  func renew(after generation: Int) -> Bool {
    state.withLock { state in
      // Somebody may have renewed them meanwhile.
      guard let issued = state.issued, issued.generation == generation else { return true }
      guard issued.credentials.sessionToken != nil else { return false }
      state.issued = nil
      return true
    }
  }

  /// The credentials that need no renewal yet.
  private var good: IssuedCredentials? { state.withLock { good(in: $0) } }

  private func good(in state: State) -> IssuedCredentials? {
    guard let issued = state.issued else { return nil }
    guard let renewAt = state.renewAt, renewAt <= clock.now() else { return issued }
    return nil
  }

  /// Waits for the renewal on its way, or begins one.
  ///
  /// Who is cancelled waits no longer; with the last one, the renewal is cancelled too.
  private func renewed(_ store: String) async -> Result<IssuedCredentials, StorageError> {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { join(number, store, $0) }
    } onCancel: {
      leave(number, store)
    }
  }

  private func join(_ number: Int, _ store: String, _ waiter: Waiter) {
    let result = state.withLock { state -> Result<IssuedCredentials, StorageError>? in
      // A cancellation that came before found nobody to tell, and a renewal may have ended meanwhile.
      if Task.isCancelled { return .failure(CredentialChain.cancelled(store)) }
      if let issued = good(in: state) { return .success(issued) }
      if state.renewal == nil {
        // A task of its own: others wait for it too, and must not be cancelled with the first one.
        state.renewal = Renewal(number: number, task: Task { await self.fetch(store, number) })
      }
      state.renewal?.waiting[number] = waiter
      return nil
    }
    if let result { waiter.resume(returning: result) }
  }

  private func leave(_ number: Int, _ store: String) {
    let (waiter, abandoned) = state.withLock { state -> (Waiter?, Task<Void, Never>?) in
      guard let waiter = state.renewal?.waiting.removeValue(forKey: number) else { return (nil, nil) }
      guard let renewal = state.renewal, renewal.waiting.isEmpty else { return (waiter, nil) }
      state.renewal = nil
      return (waiter, renewal.task)
    }
    abandoned?.cancel()
    waiter?.resume(returning: .failure(CredentialChain.cancelled(store)))
  }

  private static func cancelled(_ store: String) -> StorageError {
    StorageError(.cancelled, .credentials, store: store)
  }

  /// Asks the source, keeps what it gives, and tells those who wait for the renewal of this number.
  private func fetch(_ store: String, _ number: Int) async {
    let answer = await ask(store)
    let (result, waiting) = state.withLock { state -> (Result<IssuedCredentials, StorageError>, [Waiter]) in
      var waiting: [Waiter] = []
      if let renewal = state.renewal, renewal.number == number {
        waiting = Array(renewal.waiting.values)
        state.renewal = nil
      }
      return (keep(answer, in: &state), waiting)
    }
    for waiter in waiting { waiter.resume(returning: result) }
  }

  private func keep(
    _ answer: Result<(any CredentialSource, Credentials), StorageError>, in state: inout State
  ) -> Result<IssuedCredentials, StorageError> {
    switch answer {
    case .success(let (source, credentials)):
      state.generation += 1
      let issued = IssuedCredentials(credentials: credentials, generation: state.generation)
      (state.source, state.issued) = (source, issued)
      let now = clock.now()
      state.renewAt = credentials.expiry.map { $0 - min(CredentialChain.margin, ($0 - now) / 2) }
      return .success(issued)
    case .failure(let error): return .failure(error)
    }
  }

  private func ask(_ store: String) async -> Result<(any CredentialSource, Credentials), StorageError> {
    let known = state.withLock { $0.source }
    do throws(CredentialFailure) {
      for candidate in known.map({ [$0] }) ?? sources {
        guard let credentials = try await candidate.credentials() else { continue }
        guard !hasEnded(credentials) else {
          throw CredentialFailure(code: .credentialsExpired, reason: "from \(candidate.name)")
        }
        return .success((candidate, credentials))
      }
    } catch {
      var failure = StorageError(error.code, .credentials, store: store, detail: error.reason)
      (failure.status, failure.serviceCode, failure.requestID) = (
        error.status, error.serviceCode, error.requestID
      )
      return .failure(failure)
    }
    return .failure(
      StorageError(
        .credentialsMissing, .credentials, store: store,
        detail: "asked " + sources.map(\.name).joined(separator: ", ")))
  }

  private func hasEnded(_ credentials: Credentials) -> Bool {
    credentials.expiry.map { $0 <= clock.now() } ?? false
  }
}
