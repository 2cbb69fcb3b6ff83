extension ConfigurationKey {
  /// What the key means: the one place from which help, `config init` and `config show` take it.
  var documentation: (summary: String, example: String) {
    switch self {
    case .pipeline:
      ("Name of the pipeline, in reports and in the ledger. Default: the name of this file.", "customers")
    case .source:
      (
        "PostgreSQL to write to: a libpq connection string or URL. Without it, the PG* variables count.",
        "host=db.example.internal dbname=shop user=lakecanary sslmode=verify-full sslrootcert=system"
      )
    case .password:
      ("Password of the source. From the environment alone; a file: password_file.", "")
    case .passwordFile:
      (
        "File that holds the source's password alone. Default: `password` in $CREDENTIALS_DIRECTORY, if there.",
        "/etc/lakecanary/customers.password"
      )
    case .passwordSecret:
      (
        "Secret of AWS Secrets Manager that holds the source's password: its ARN or name. JSON with `password`, as\n"
          + "RDS makes it, or the password alone.",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:customers-AbCdEf"
      )
    case .sourceLogin:
      (
        "How the source knows us: password, or iam, which is a token of RDS's IAM authentication in its place.",
        "password"
      )
    case .tables:
      (
        "Tables to write to, `schema.table`. `shared` after the name: rows of others live in it, so that it\n"
          + "is written to although lakecanary did not make it. Rows of others are never touched. A part of a name\n"
          + "with a space or a comma stands in double quotes: `\"my schema\".customers`.",
        "lakecanary.customers"
      )
    case .createTables: ("Make the schema and the tables where they are absent.", "true")
    case .bucket:
      (
        "Where DMS writes: s3://bucket/prefix, file:///directory or a path.", "s3://my-lake/replication"
      )
    case .s3Endpoint: ("Server that speaks S3, where it is not AWS.", "https://minio.example.internal:9000")
    case .s3Region: ("Region of the bucket. Default: as AWS's SDKs find it, or asked of S3.", "eu-west-1")
    case .s3Profile: ("Profile of the AWS configuration and credentials files.", "lake-reader")
    case .s3Addressing: ("How the bucket is addressed: automatic, path or virtual-host.", "automatic")
    case .s3CAFile: ("Certificate authorities to trust beside the system's (PEM).", "/etc/ssl/minio.pem")
    case .endpointSettings:
      (
        "Settings of the DMS target endpoint, the very string that DMS takes.",
        "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true;cdcMaxBatchInterval=60"
      )
    case .tableMappings:
      (
        "Table mappings of the DMS task: the very JSON, or the path of a file that holds it. Needed where a\n"
          + "rule renames schemas, tables or columns.", "/etc/lakecanary/customers.mappings.json"
      )
    case .taskARN:
      (
        "ARN of the DMS task: runs then record DMS's own counts beside ours, and `doctor` looks at the task.",
        "arn:aws:dms:eu-west-1:123456789012:task:ABCDEFGHIJKLMNOPQRSTUVWXYZ"
      )
    case .replicatorTask:
      (
        "Name of the task of `lakecanary replicate`, and of its slot and publications: up to 40 of a-z, 0-9 and _.\n"
          + "Default: made of the pipeline's name.", "customers"
      )
    case .replicatorMigrationType:
      ("What `lakecanary replicate` does: full-load, cdc or full-load-and-cdc.", "full-load-and-cdc")
    case .replicatorTablePreparation:
      (
        "What becomes of objects that are there when a full load begins: DROP_AND_CREATE, TRUNCATE_BEFORE_LOAD\n"
          + "or DO_NOTHING.", "DROP_AND_CREATE"
      )
    case .replicatorSourceSettings:
      (
        "Settings of the DMS source endpoint, the very string that DMS takes (extra connection attributes).\n"
          + "CaptureDdls is true where it is not given, as with DMS: an event trigger is made at the source.",
        "CaptureDdls=true;HeartbeatEnable=true;HeartbeatFrequency=5"
      )
    case .replicatorTaskSettings:
      (
        "Settings of the DMS task: the very JSON, or the path of a file that holds it.",
        "/etc/lakecanary/customers.task.json"
      )
    case .replicatorPublications:
      (
        "Publications of others to read SlotName (in source_settings) through; they must be older than the slot.",
        "shop_changes"
      )
    case .replicatorStatistics:
      (
        "File that `lakecanary replicate` keeps up to date with the figures of each table, in the shape of\n"
          + "`aws dms describe-table-statistics`.", "/run/lakecanary/customers.statistics.json"
      )
    case .ledger:
      (
        "The SQLite file that remembers what was written. Default: `PIPELINE.sqlite` in $STATE_DIRECTORY, else\n"
          + "in $XDG_STATE_HOME/lakecanary or ~/.local/state/lakecanary.", "customers.sqlite"
      )
    case .retention: ("How long settled operations are kept; open ones and daily figures stay.", "90d")
    case .workloadInserts: ("Rows to insert in each run.", "20")
    case .workloadUpdates: ("Rows of ours to update in each run.", "10")
    case .workloadDeletes: ("Rows of ours to delete in each run.", "5")
    case .workloadBatchSize: ("Rows in one transaction.", "10")
    case .workloadRate: ("Rows a second at most.", "100")
    case .workloadSeed: ("Number that decides the made-up values. Default: another one in each run.", "42")
    case .level:
      (
        "How closely objects are read: counts, ops, keys or values. Default: values for tables of ours alone,\n"
          + "keys for shared ones.", "values"
      )
    case .listingFullEvery: ("How often the whole bucket prefix is listed, not only what is new.", "24h")
    case .listingOverlap: ("How far back of the newest object a listing begins.", "1h")
    case .listingObjectsMayVanish:
      ("Objects are moved away on purpose: one that is gone is no finding.", "false")
    case .listingInventory:
      (
        "Where S3 Inventory writes about the bucket: a manifest.json, or the folder that holds the dated ones. The\n"
          + "bucket is then listed by it, and live only from a day before it on.",
        "s3://my-inventories/my-lake/daily"
      )
    case .listingInventoryMaxAge: ("An inventory that is older is refused.", "8d")
    case .engineOutput:
      (
        "Where an engine (reconcile --engine) writes its tables of observations; a new folder each time.",
        "s3://my-lake-observations/customers"
      )
    case .engineStartTimeout:
      (
        "How long Spark may wait for its first free worker, or a query of Athena in the queue, before it is cancelled.",
        "15m"
      )
    case .sparkProgram:
      (
        "spark-sql, spark-submit, or Spark's folder. Default: $SPARK_HOME, then the search path.",
        "/opt/spark"
      )
    case .sparkMaster: ("Spark's master. Default: the installation's own.", "yarn")
    case .sparkConf:
      ("Properties for Spark, `key=value`.", "spark.executor.memory=4g")
    case .sparkBucket:
      (
        "Where Spark's workers see the bucket. Default: s3a://BUCKET/ for s3://BUCKET/; EMR and Glue want s3://.",
        "s3://my-lake/"
      )
    case .athenaWorkgroup: ("Athena's workgroup; its limit of scanned bytes holds.", "lakecanary")
    case .athenaDatabase:
      ("Database of Athena in which a table over the bucket is made for the time of a query.", "lakecanary")
    case .athenaResults:
      (
        "Where Athena writes what belongs to its queries. Default: the workgroup's own place.",
        "s3://my-athena-results/lakecanary/"
      )
    case .athenaRegion: ("Region of Athena. Default: as s3.region.", "eu-west-1")
    case .athenaScanLimit:
      ("Bytes that a reconciliation may have scanned without --yes: with KB, MB, GB or TB.", "100GB")
    case .failOn:
      ("Verdicts that make the exit code other than 0: warning, critical, unknown; or none.", "warning")
    case .limitWarnLag:
      ("Lag of one operation, commit to object, that is a WARNING. Default: batch interval + 1m.", "2m")
    case .limitMaxLag:
      (
        "Lag of one operation, commit to object, that is CRITICAL. Default: batch interval + 5m.", "6m"
      )
    case .limitWarnP95Lag:
      ("Lag that 95 % of a run's operations may not pass: WARNING. Default: as warn_lag.", "2m")
    case .limitP95Lag:
      (
        "Lag that 95 % of a run's operations may not pass: CRITICAL. Default: as max_lag.", "5m"
      )
    case .limitMinCompleteness: ("Share of the due operations that must have arrived.", "100%")
    case .limitMaxDuplicates: ("Rows that may arrive twice. Default: any number, they are counted.", "0")
    case .limitMaxAltered: ("Rows that may arrive with other values.", "0")
    case .limitMaxOutOfOrder: ("Rows that may arrive after a later one.", "0")
    case .limitLossAfter: ("An operation that is late for so long counts as lost.", "24h")
    case .limitIdleAfter: ("Nothing committed for so long is UNKNOWN.", "24h")
    case .limitSilenceAfter:
      ("A bucket that cannot be read, or a source that `run` cannot write, for so long is CRITICAL.", "1h")
    case .limitStaleAfter: ("A reconciliation that is older than this `check` calls UNKNOWN.", "1h")
    case .limitForeignMargin:
      ("How much later a row of others must be to prove that a row of ours is lost.", "1m")
    case .alertChannels:
      (
        "Whom to tell: webhook, slack, teams, pagerduty, sns or command, and where. A secret stands in file:PATH,\n"
          + "env:NAME or credential:NAME (systemd's), never here.",
        "slack file:/etc/lakecanary/slack.url"
      )
    case .alertVerdicts: ("Verdicts that are told: warning, critical, unknown.", "critical")
    case .alertAfter:
      ("Told where so many of the last verdicts are such, and resolved where no longer.", "1 of 1")
    case .alertRepeatEvery: ("After how long trouble that lasts is told again; or never.", "4h")
    case .alertTemplate:
      (
        "JSON file that makes the body of webhooks, with {{status}}, {{reason}}, {{pipeline}} and the like in\n"
          + "its texts. Default: lakecanary's own JSON, which holds the report.",
        "/etc/lakecanary/webhook.json"
      )
    case .alertPing:
      (
        "Check that misses the runs that never happened, as healthchecks.io has them: told of start, success and\n"
          + "fail, with the end of the log. An address, or file:PATH, env:NAME, credential:NAME.",
        "https://hc-ping.com/00000000-0000-0000-0000-000000000000"
      )
    case .logLevel:
      ("Least level of log lines: trace, debug, info, notice, warning, error, critical.", "notice")
    }
  }

  /// The heading under which `config init` writes the key, where one begins with it.
  var heading: String? {
    switch self {
    case .source: "The source"
    case .bucket: "The bucket"
    case .endpointSettings: "The DMS task"
    case .replicatorTask: "The stand-in for DMS, where there is no DMS"
    case .ledger: "The ledger"
    case .workloadInserts: "What a run writes"
    case .level: "How the bucket is read"
    case .engineOutput: "Beyond one machine"
    case .failOn: "The verdict"
    case .alertChannels: "Alerts"
    case .logLevel: "Messages"
    default: nil
    }
  }
}
