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

  var bucket: String { directory + "/bucket" }
  var ledger: String { directory + "/ledger.sqlite" }
  var truthFile: String { directory + "/faults.jsonl" }
  var path: String { directory + "/lakecanary.yaml" }

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
    bucket: "file://\(bucket)"
    endpoint_settings: "\(Self.settings)"
    ledger: "\(ledger)"
    workload:
      seed: \(seed)
    limits:
      warn_lag: 4s
      max_lag: 6s

    """
  }
}
