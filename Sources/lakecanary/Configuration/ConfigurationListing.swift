import AWS
import Alerting
import DMS
import Engines
import Ledger
import Logging
import ObjectStorage
import Reconciliation
import Replicator
import Reporting
import Workload

/// What `config show` prints: every key with the value in force and where it was given.
struct ConfigurationListing: Encodable {
  let format = "lakecanary.configuration"
  let version = 1
  let settings: [Entry]

  struct Entry: Encodable {
    let key: String
    let value: String?
    let origin: String
    let variable: String
  }

  init(_ configuration: PipelineConfiguration, _ settings: Settings) {
    self.settings = ConfigurationKey.allCases.map { key in
      Entry(
        key: key.path, value: configuration.shownValue(key, settings[key]),
        origin: settings[key]?.origin.description ?? "default", variable: key.variable)
    }
  }

  func text(style: TextStyle) -> String {
    let width = settings.map(\.key.count).max() ?? 0
    return settings.map { entry in
      let key = entry.key + ":" + String(repeating: " ", count: width - entry.key.count)
      let value = entry.value.map(SafeText.shown) ?? style.paint("(none)", .faint)
      let origin = entry.origin == "default" ? "" : style.paint("  # \(SafeText.shown(entry.origin))", .faint)
      return "\(key) \(value)\(origin)\n"
    }.joined()
  }
}

extension PipelineConfiguration {
  /// The value of `key` that is in force, for people; nil where there is none, and never a secret.
  fileprivate func shownValue(_ key: ConfigurationKey, _ given: Setting?) -> String? {
    switch key {
    case .pipeline: return name
    case .source: return source.map { $0.address.isEmpty ? "(the PG* variables)" : $0.shown }
    case .password: return source?.password.map { "\($0)" }
    case .tables:
      return tables.map { TableText.text($0.name) + ($0.isShared ? " shared" : "") }.joined(separator: ", ")
    case .createTables: return "\(createsTables)"
    case .bucket: return bucket?.description
    case .replicatorTask: return taskName
    case .replicatorMigrationType: return replicator.migrationType.rawValue
    case .replicatorTablePreparation:
      return
        (replicator.tablePreparation ?? replicator.taskSettings.tablePreparation ?? .dropAndCreate).rawValue
    case .replicatorPublications:
      return replicator.publications.isEmpty ? nil : replicator.publications.joined(separator: ", ")
    case .replicatorStatistics: return replicator.statisticsFile
    case .ledger: return ledgerPath
    case .retention: return DurationText.text(retention)
    case .s3Addressing: return s3.addressing.rawValue
    case .tableMappings, .replicatorTaskSettings: return given?.elements.first?.text
    case .workloadInserts: return "\(workload.inserts)"
    case .workloadUpdates: return "\(workload.updates)"
    case .workloadDeletes: return "\(workload.deletes)"
    case .workloadBatchSize: return "\(workload.batchSize)"
    case .workloadRate: return workload.rate.map { $0.rounded() == $0 ? "\(Int($0))" : "\($0)" }
    case .workloadSeed: return workload.seed.map { "\($0)" }
    case .level: return level?.rawValue
    case .listingFullEvery: return DurationText.text(listing.fullEvery)
    case .listingOverlap: return DurationText.text(listing.overlap)
    case .listingObjectsMayVanish: return "\(listing.objectsMayVanish)"
    case .listingInventory: return listing.inventory?.description
    case .listingInventoryMaxAge: return DurationText.text(listing.inventoryMaxAge)
    case .engineOutput: return engines.output?.description
    case .engineStartTimeout: return DurationText.text(engines.startTimeout)
    case .sparkConf:
      let conf = engines.spark.conf
      return conf.isEmpty ? nil : conf.map(Secrets.shown).joined(separator: ", ")
    case .athenaWorkgroup: return engines.athena.workgroup
    case .athenaDatabase: return engines.athena.database
    case .athenaResults: return engines.athena.results?.description
    case .athenaScanLimit: return ByteCountText.text(engines.athena.scanLimit)
    case .failOn: return failOn.isEmpty ? "none" : failOn.sorted().map(\.rawValue).joined(separator: ", ")
    case .limitWarnLag: return DurationText.text(limits.warningDeadline)
    case .limitMaxLag: return DurationText.text(limits.deadline)
    case .limitWarnP95Lag: return DurationText.text(limits.warningP95Lag ?? limits.warningDeadline)
    case .limitP95Lag: return DurationText.text(limits.criticalP95Lag ?? limits.deadline)
    case .limitIdleAfter: return limits.idleLimit.map(DurationText.text)
    case .limitSilenceAfter: return limits.silenceLimit.map(DurationText.text)
    case .limitStaleAfter: return limits.staleLimit.map(DurationText.text)
    case .limitMinCompleteness: return FigureText.percent(limits.minimumCompleteness).replacing(" ", with: "")
    case .limitMaxDuplicates: return limits.maximumDuplicates.map(String.init)
    case .limitMaxAltered: return "\(limits.maximumAltered)"
    case .limitMaxOutOfOrder: return limits.maximumOutOfOrder.map(String.init)
    case .limitLossAfter: return DurationText.text(limits.lossLimit)
    case .limitForeignMargin: return DurationText.text(limits.foreignMargin)
    case .alertChannels:
      return alerts.channels.isEmpty ? nil : alerts.channels.map(\.shown).joined(separator: ", ")
    case .alertVerdicts: return alerts.policy.statuses.sorted().map(\.rawValue).joined(separator: ", ")
    case .alertAfter: return "\(alerts.policy.needed) of \(alerts.policy.window)"
    case .alertRepeatEvery: return alerts.policy.repeatEvery.map(DurationText.text) ?? "never"
    case .alertTemplate: return alerts.template
    case .alertPing: return alerts.ping?.shown
    case .logLevel: return logLevel.rawValue
    case .sourceLogin: return sourceLogin.rawValue
    case .taskARN: return task?.description
    case .replicatorSourceSettings:
      return given.map { $0.elements.first.map { SourceSettings.shown($0.text) } ?? "" }
    case .passwordFile, .passwordSecret, .s3Endpoint, .s3Region, .s3Profile, .s3CAFile, .endpointSettings,
      .sparkProgram, .sparkMaster, .sparkBucket, .athenaRegion:
      return given?.elements.first?.text
    }
  }
}
