import LocalServers
import Replicator

/// What the demo runs with: the original exercise's settings, its batch interval alone shortened.
struct DemoConfiguration {
  /// The settings string of the exercise's target endpoint, to the letter.
  static let exerciseSettings =
    "DataFormat=parquet;maxFileSize=131072;timestampColumnName=extracted_at;includeOpForFullLoad=true;"
    + "cdcMaxBatchinterval=120"

  /// The exercise's interval, and the demo's, in seconds.
  static let exerciseInterval = 120
  static let interval = 2

  /// The run's own directory, which holds all that follows.
  let directory: String
  /// libpq's connection string to the throw-away database.
  let source: String
  let seed: UInt64
  /// Seconds after which a row is late.
  let maxLag: Int
  /// The S3 server between replicator and reconciler; nil where a directory is the bucket.
  var server: SeaweedServer?

  /// The bucket's location; with a server it is that of the exercise.
  var bucket: String { server == nil ? "file://\(directory)/bucket" : "s3://how.raw/raw" }
  /// AWS's file of credentials for the server.
  var credentialsFile: String { directory + "/aws-credentials" }
  var ledger: String { directory + "/ledger.sqlite" }
  var truthFile: String { directory + "/faults.jsonl" }
  var path: String { directory + "/lakecanary.yaml" }

  /// The limit that shows what `faults` do: wide for a healthy pipeline, so that a busy machine raises no alarm;
  /// narrow where something is to be missed soon; below the shortest delay.
  static func maxLag(for faults: [Fault]) -> Int {
    let delays = faults.filter(\.kind.countsSeconds).map(\.count)
    if let shortest = delays.min() { return max(6, shortest * 3 / 4) }
    return faults.isEmpty ? 60 : 6
  }

  static var settings: String {
    exerciseSettings.replacing("interval=\(exerciseInterval)", with: "interval=\(interval)")
  }

  /// The configuration file, as a user would write it; `--keep` leaves it for `report` and `inspect`.
  var yaml: String {
    """
    # The demo's pipeline. Its settings are those of the exercise, with cdcMaxBatchinterval=\(Self.exerciseInterval) made \(Self.interval).
    pipeline: demo
    source: "\(source)"
    tables:
      - public.customers
    bucket: "\(bucket)"
    endpoint_settings: "\(Self.settings)"
    ledger: "\(ledger)"
    workload:
      seed: \(seed)
    limits:
      warn_lag: \(maxLag * 2 / 3)s
      max_lag: \(maxLag)s
    \(s3)
    """
  }

  private var s3: String {
    guard let server else { return "" }
    return """
      # The server is on this machine alone; its credentials are in aws-credentials.
      s3:
        endpoint: "\(server.endpoint)"
        region: us-east-1

      """
  }

  /// What `credentialsFile` holds.
  var credentials: String? {
    server.map { server in
      """
      [default]
      aws_access_key_id = \(server.accessKeyID)
      aws_secret_access_key = \(server.secretAccessKey)

      """
    }
  }

  /// The variables that reach the bucket: what the surroundings configure of AWS and of proxies is not for the demo.
  var environment: [String: String] {
    ["AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": credentialsFile]
  }
}
