import Alerting
import Foundation
import Ledger
import Logging
import ObjectStorage
import Reporting
import Time

extension Session {
  /// What alerts are sent with.
  var alertSender: AlertSender {
    let path = configuration.alerts.template
    let storage = pipeline.storage(.read)
    return AlertSender(
      environment: ProcessInfo.processInfo.environment, clock: pipeline.clock,
      template: { () throws(AlertFailure) in try path.map(Session.template) },
      sign: { (service, region, address, type, body) throws(AlertFailure) in
        do throws(StorageError) {
          return try await ServiceSigner(storage).headers(
            service: service, region: region, postTo: address, contentType: type, body: body)
        } catch {
          throw AlertFailure(.credentialsMissing, error.description)
        }
      })
  }

  /// The template in the file at `path`.
  static func template(_ path: String) throws(AlertFailure) -> JSONTemplate {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw AlertFailure(.invalidTemplate, "there is no readable template at \(path)")
    }
    do throws(JSONTemplate.Flaw) {
      return try JSONTemplate(text)
    } catch {
      throw AlertFailure(.invalidTemplate, "the template \(path) cannot be used: \(error.description)")
    }
  }

  /// Tells the channels what they are to know of `report`, and remembers in the ledger what they were told.
  ///
  /// `verdict` is what the report counts as, where that is not its own verdict. Whatever goes wrong is logged and
  /// comes back as sentences; no alert ever changes how a run ends.
  func alert(_ report: Report, countingAs verdict: Verdict.Status? = nil, _ ledger: LedgerStore) async
    -> [String]
  {
    let settings = configuration.alerts
    guard !settings.channels.isEmpty else { return [] }
    let newest = verdict ?? report.verdict.status
    let now = pipeline.clock.now()
    do {
      try ledger.recordAlerted(AlertedVerdict(status: newest, at: now))
      let trouble = settings.policy.trouble(in: try ledger.alertedVerdicts())
      let told = try settings.channels.compactMap { channel -> Telling? in
        let memory = try ledger.alertMemory(of: channel.identity)
        let event = settings.policy.event(for: trouble, newest: newest, memory: memory, now: now)
        return event.map { event in
          let since = memory.trouble?.since ?? trouble?.since ?? now
          return Telling(
            channel: channel, memory: memory,
            alert: Alert(
              event: event, incident: memory.trouble?.incident ?? "\(configuration.name)/\(since)",
              since: since, previous: memory.trouble?.status, host: Session.hostName, report: report))
        }
      }
      return try await send(told).map { telling, failure in
        var memory = telling.memory
        let alert = telling.alert
        if let failure {
          memory.failure = AlertMemory.Failure(
            count: (memory.failure?.count ?? 0) + 1, reason: failure.description, at: now)
        } else {
          memory.failure = nil
          memory.trouble = trouble.map {
            AlertMemory.Trouble(status: $0.status, incident: alert.incident, since: alert.since, toldAt: now)
          }
        }
        try ledger.remember(memory)
        return failure.map { note(telling.channel, $0) }
      }.compactMap { $0 }
    } catch {
      let reason = "the alerts could not be looked up in the ledger: \(error)"
      pipeline.logger.error("alerts failed", metadata: ["reason": "\(reason)"])
      return [reason]
    }
  }

  /// Tells every channel of a run that could not even open its ledger, which remembers what they were told.
  func alertWithoutLedger(_ report: Report) async {
    let alerts = configuration.alerts.channels.map { channel in
      Telling(
        channel: channel, memory: AlertMemory(channel: channel.identity),
        alert: Alert(
          event: .raised, incident: "\(configuration.name)/no-ledger", since: pipeline.clock.now(),
          previous: nil, host: Session.hostName, report: report))
    }
    for (telling, failure) in await send(alerts) {
      if let failure { _ = note(telling.channel, failure) }
    }
  }

  /// An alert for a channel that knew what `memory` says.
  struct Telling: Sendable {
    var channel: AlertChannel
    var memory: AlertMemory
    var alert: Alert
  }

  /// Sends all of it at once; with each, why it failed, or nil.
  func send(_ tellings: [Telling]) async -> [(Telling, AlertFailure?)] {
    let sender = alertSender
    return await withTaskGroup(of: (Int, AlertFailure?).self) { group in
      for (index, telling) in tellings.enumerated() {
        group.addTask {
          do throws(AlertFailure) {
            try await sender.send(telling.alert, to: telling.channel)
            return (index, nil)
          } catch {
            return (index, error)
          }
        }
      }
      var results = tellings.map { ($0, AlertFailure?.none) }
      for await (index, failure) in group { results[index].1 = failure }
      return results
    }
  }

  private func note(_ channel: AlertChannel, _ failure: AlertFailure) -> String {
    pipeline.logger.error(
      "alert not delivered", metadata: ["channel": "\(channel.shown)", "reason": "\(failure.description)"])
    return "an alert could not be delivered to \(channel.shown): \(failure.description)"
  }

  /// This machine's name, without asking anybody for it.
  static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
