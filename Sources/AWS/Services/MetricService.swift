package import ObjectStorage
public import Time

/// What is asked of CloudWatch.
public struct Metric: Sendable, Hashable {
  /// `AWS/DMS`.
  public var namespace: String
  /// `CDCLatencyTarget`.
  public var name: String
  /// What it is of.
  public var dimensions: [String: String]
  /// `Average`, `Maximum`, `Minimum` or `Sum`.
  public var statistic: String

  /// A metric.
  public init(namespace: String, name: String, dimensions: [String: String], statistic: String = "Maximum") {
    (self.namespace, self.name) = (namespace, name)
    (self.dimensions, self.statistic) = (dimensions, statistic)
  }
}

/// A value of a metric.
public struct MetricPoint: Sendable, Hashable {
  /// The beginning of the minute.
  public var time: Timestamp
  /// The value.
  public var value: Double
}

/// CloudWatch, as far as it tells what was measured.
public struct MetricService: Sendable {
  private let client: AWSClient

  /// CloudWatch in a region.
  ///
  /// - Throws: `AWSError`: `.regionMissing`.
  package init(region: String?, access: ServiceAccess) throws(AWSError) {
    client = try AWSClient(.cloudWatch, region: region, access: access)
  }

  /// The newest value of each metric between two times, by its name; one that has none is left out.
  ///
  /// - Throws: `AWSError`.
  public func latest(
    _ metrics: [Metric], from start: Timestamp, to end: Timestamp
  ) async throws(AWSError) -> [String: MetricPoint] {
    var parameters: [(name: String, value: String)] = [
      ("StartTime", start.description), ("EndTime", end.description), ("ScanBy", "TimestampDescending"),
    ]
    for (index, metric) in metrics.enumerated() {
      let query = "MetricDataQueries.member.\(index + 1)"
      let stat = "\(query).MetricStat"
      parameters += [
        ("\(query).Id", "m\(index)"), ("\(query).ReturnData", "true"), ("\(stat).Period", "60"),
        ("\(stat).Stat", metric.statistic), ("\(stat).Metric.Namespace", metric.namespace),
        ("\(stat).Metric.MetricName", metric.name),
      ]
      for (number, dimension) in metric.dimensions.sorted(by: { $0.key < $1.key }).enumerated() {
        let place = "\(stat).Metric.Dimensions.member.\(number + 1)"
        parameters += [("\(place).Name", dimension.key), ("\(place).Value", dimension.value)]
      }
    }
    let result = try await client.query("GetMetricData", parameters)
    var points: [String: MetricPoint] = [:]
    for found in result.child("MetricDataResults")?.children ?? [] {
      guard let id = found.text("Id"), let index = Int(id.dropFirst()), metrics.indices.contains(index) else {
        continue
      }
      let times = found.child("Timestamps")?.children.map { Timestamp($0.text) } ?? []
      let values = found.child("Values")?.children.map { Double($0.text) } ?? []
      for (time, value) in zip(times, values) {
        guard let time, let value, value.isFinite else { continue }
        if points[metrics[index].name].map({ $0.time < time }) ?? true {
          points[metrics[index].name] = MetricPoint(time: time, value: value)
        }
      }
    }
    return points
  }
}
