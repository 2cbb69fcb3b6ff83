import DMS
import Ledger
import Logging
import Reconciliation
import Workload

extension PipelineConfiguration {
  mutating func readWorkload(_ reader: inout SettingsReader) {
    let most = 1_000_000_000
    workload.inserts = reader.integer(.workloadInserts, in: 0...most) ?? workload.inserts
    workload.updates = reader.integer(.workloadUpdates, in: 0...most) ?? workload.updates
    workload.deletes = reader.integer(.workloadDeletes, in: 0...most) ?? workload.deletes
    workload.batchSize = reader.integer(.workloadBatchSize, in: 1...1_000_000) ?? workload.batchSize
    workload.rate =
      reader.value(.workloadRate) { text throws(SettingsReader.InvalidValue) in
        guard let rate = Double(text), rate > 0, rate <= 1_000_000 else {
          throw .init("'\(text)' is no number of rows a second above 0, up to 1000000")
        }
        return rate
      } ?? workload.rate
    workload.seed = reader.value(.workloadSeed) { text throws(SettingsReader.InvalidValue) in
      guard let seed = UInt64(text) else { throw .init("'\(text)' is no whole number from 0 to 2^64 - 1") }
      return seed
    }
  }

  mutating func readJudgement(_ reader: inout SettingsReader) {
    retention = reader.duration(.retention) ?? retention
    level = reader.choice(.level, ObservationLevel.allCases)
    listing.fullEvery = reader.duration(.listingFullEvery) ?? listing.fullEvery
    listing.overlap = reader.duration(.listingOverlap) ?? listing.overlap
    listing.objectsMayVanish = reader.boolean(.listingObjectsMayVanish) ?? listing.objectsMayVanish
    logLevel = reader.choice(.logLevel, Logger.Level.allCases) ?? logLevel
    let statuses = reader.values(.failOn) { text throws(SettingsReader.InvalidValue) -> Verdict.Status? in
      if text.lowercased() == "none" { return nil }
      let failing: [Verdict.Status] = [.warning, .critical, .unknown]
      return try SettingsReader.choice(text, failing)
    }
    if let statuses { failOn = Set(statuses.compactMap { $0 }) }
  }

  /// Limits are whole lags, commit to object; those of the judge begin where the batch interval ends.
  mutating func readLimits(_ reader: inout SettingsReader) {
    limits = Limits(settings: endpointSettings)
    let interval = endpointSettings.cdcMaxBatchInterval
    if let lag = reader.duration(.limitMaxLag) {
      limits.criticalLag = max(.zero, lag - interval)
      limits.warningLag = min(limits.warningLag, limits.criticalLag)
    }
    if let lag = reader.duration(.limitWarnLag) {
      limits.warningLag = max(.zero, lag - interval)
      if limits.warningLag > limits.criticalLag {
        switch (reader.origin(.limitMaxLag), reader.origin(.limitWarnLag)) {
        case (nil, _): limits.criticalLag = limits.warningLag
        // A limit that is given for once is narrower than what the file warns of.
        case (.flag?, .file?), (.flag?, .environment?), (.environment?, .file?):
          limits.warningLag = limits.criticalLag
        default:
          return reader.add(
            .invalidValue(.limitWarnLag, reason: "it is above limits.max_lag"), reader.origin(.limitWarnLag))
        }
      }
    }
    limits.criticalP95Lag = reader.duration(.limitP95Lag) ?? limits.criticalP95Lag
    if let lag = reader.duration(.limitWarnP95Lag) {
      limits.warningP95Lag = lag
    } else if let critical = limits.criticalP95Lag {
      limits.warningP95Lag = min(limits.warningDeadline, critical)
    }
    limits.minimumCompleteness = reader.share(.limitMinCompleteness) ?? limits.minimumCompleteness
    let most = 1_000_000_000
    limits.maximumDuplicates = reader.integer(.limitMaxDuplicates, in: 0...most) ?? limits.maximumDuplicates
    limits.maximumAltered = reader.integer(.limitMaxAltered, in: 0...most) ?? limits.maximumAltered
    limits.maximumOutOfOrder = reader.integer(.limitMaxOutOfOrder, in: 0...most) ?? limits.maximumOutOfOrder
    limits.lossLimit = reader.duration(.limitLossAfter) ?? limits.lossLimit
    limits.idleLimit = reader.duration(.limitIdleAfter) ?? limits.idleLimit
    limits.silenceLimit = reader.duration(.limitSilenceAfter) ?? limits.silenceLimit
    limits.staleLimit = reader.duration(.limitStaleAfter) ?? limits.staleLimit
    limits.foreignMargin = reader.duration(.limitForeignMargin) ?? limits.foreignMargin
  }
}
