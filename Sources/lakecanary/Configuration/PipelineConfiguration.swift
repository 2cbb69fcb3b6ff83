import AWS
import DMS
import Ledger
import Logging
import ObjectStorage
import Reconciliation
import Replicator
import Workload

/// Everything that a pipeline's configuration says, checked and typed.
struct PipelineConfiguration: Sendable {
  /// The pipeline's name.
  var name: String
  /// The source; nil where it is neither configured nor in the PG* variables.
  var source: SourceConfiguration?
  /// How the source knows us.
  var sourceLogin = SourceLogin.password
  /// The secret of Secrets Manager that holds the source's password.
  var passwordSecret: String?
  /// Where DMS writes; nil where it is not configured.
  var bucket: BucketLocation?
  /// How the bucket is reached.
  var s3 = S3Settings()
  /// The DMS endpoint settings as they were given; nil where they were not.
  var endpointSettingsText: String?
  /// The DMS endpoint settings; DMS's defaults where none were given.
  var endpointSettings = EndpointSettings()
  /// The DMS table mappings' JSON.
  var tableMappingsText: String?
  /// The DMS table mappings.
  var tableMappings: TableMappings?
  /// The DMS task; nil where none is configured.
  var task: ResourceName?
  /// What the stand-in for DMS does.
  var replicator = ReplicatorSettings()
  /// The tables that are written to.
  var tables = [ConfiguredTable(name: TableName(schema: "lakecanary", name: "customers"))]
  /// Whether schema and tables are made where they are absent.
  var createsTables = true
  /// The ledger's file.
  var ledgerPath: String
  /// How long settled operations are kept.
  var retention = Duration.seconds(90 * 86_400)
  /// What a run writes.
  var workload = WritePlan()
  /// How closely objects are read; nil lets each table's use decide.
  var level: ObservationLevel?
  /// How the bucket is listed.
  var listing = ListingSettings()
  /// Who may read it in our place.
  var engines = EngineSettings()
  /// The limits of the verdict.
  var limits: Limits
  /// The verdicts that make the exit code other than 0.
  var failOn: Set<Verdict.Status> = [.warning, .critical, .unknown]
  /// Who is told of the verdict, and when.
  var alerts = AlertSettings()
  /// The least level of log lines.
  var logLevel = Logger.Level.notice
  /// What is odd without being wrong, a line each.
  var warnings: [String] = []

  /// The defaults.
  init(name: String, ledgerPath: String) {
    self.name = name
    self.ledgerPath = ledgerPath
    limits = Limits(settings: endpointSettings)
  }
}

/// How the source knows who connects.
enum SourceLogin: String, CaseIterable, Sendable {
  /// By a password, a certificate, or whatever else libpq finds.
  case password
  /// By a token of RDS's IAM authentication.
  case iam
}

/// A table that the pipeline writes to.
struct ConfiguredTable: Hashable, Sendable {
  var name: TableName
  /// Rows of others live in it.
  var isShared = false
}

/// How an S3 bucket is reached; nil is what AWS's SDKs would find.
struct S3Settings: Hashable, Sendable {
  var endpoint: String?
  var region: String?
  var profile: String?
  var addressing = StorageConfiguration.Addressing.automatic
  var caFile: String?
  /// A shared credentials file of the AWS form, where systemd passed one.
  var credentialsFile: String?
}

/// What the stand-in for DMS does.
struct ReplicatorSettings: Hashable, Sendable {
  /// The task's name; nil for one that is made of the pipeline's.
  var task: String?
  var migrationType = ReplicationTask.MigrationType.fullLoadAndChanges
  /// Nil for what the task settings say.
  var tablePreparation: TaskSettings.TablePreparation?
  var sourceSettings = SourceSettings()
  var taskSettings = TaskSettings()
  /// Publications of others; none for the task's own.
  var publications: [String] = []
  /// The file of the statistics.
  var statisticsFile: String?
}

/// How the bucket is listed.
struct ListingSettings: Hashable, Sendable {
  var fullEvery = Duration.seconds(86_400)
  var overlap = Duration.seconds(3_600)
  var objectsMayVanish = false
  /// Where S3 Inventory writes about the bucket; nil where it is listed live.
  var inventory: BucketLocation?
  var inventoryMaxAge = Duration.seconds(8 * 86_400)
}
