import Alerting
import Ledger

/// Who is told of the verdict, and when.
struct AlertSettings: Hashable, Sendable {
  var channels: [AlertChannel] = []
  var policy = AlertPolicy()
  /// The file of webhooks' template.
  var template: String?
  var ping: DeadMansPing?
}

extension PipelineConfiguration {
  mutating func readAlerts(_ reader: inout SettingsReader, _ surroundings: Surroundings) {
    let origin = reader.origin(.alertChannels)
    alerts.channels =
      reader.values(.alertChannels) { text throws(SettingsReader.InvalidValue) in
        do throws(AlertChannel.Flaw) {
          return try AlertChannel(text, path: { surroundings.path($0, origin) })
        } catch {
          throw .init(error.reason)
        }
      } ?? []
    let statuses = reader.values(.alertVerdicts) { text throws(SettingsReader.InvalidValue) in
      try SettingsReader.choice(text, [Verdict.Status.warning, .critical, .unknown])
    }
    if let statuses { alerts.policy.statuses = Set(statuses) }
    readAlertAfter(&reader)
    if reader.text(.alertRepeatEvery)?.lowercased() == "never" {
      alerts.policy.repeatEvery = nil
    } else if let interval = reader.duration(.alertRepeatEvery) {
      alerts.policy.repeatEvery = interval
    }
    alerts.template = reader.text(.alertTemplate).map { surroundings.path($0, reader.origin(.alertTemplate)) }
    let pingOrigin = reader.origin(.alertPing)
    alerts.ping = reader.value(.alertPing) { text throws(SettingsReader.InvalidValue) in
      switch SecretReference(text) {
      case .literal where !text.hasPrefix("https://") && !text.hasPrefix("http://"):
        throw .init("it is no address; write https://..., file:PATH, env:NAME or credential:NAME")
      case .file(let path):
        return DeadMansPing(.file(surroundings.path(path, pingOrigin)))
      case let reference: return DeadMansPing(reference)
      }
    }
  }

  /// `2 of 3`, or `1`.
  private mutating func readAlertAfter(_ reader: inout SettingsReader) {
    let most = LedgerStore.alertedVerdictsKept
    let after = reader.value(.alertAfter) { text throws(SettingsReader.InvalidValue) in
      let words = text.split(separator: " ")
      let needed = words.first.flatMap { Int($0) }
      let window = words.count == 3 && words[1].lowercased() == "of" ? Int(words[2]) : needed
      guard let needed, let window, words.count == 1 || words.count == 3, needed >= 1, window >= needed,
        window <= most
      else {
        throw .init("'\(text)' does not say how many of how many; write `2 of 3`, of up to \(most)")
      }
      return (needed, window)
    }
    if let after { (alerts.policy.needed, alerts.policy.window) = after }
  }
}
