/// What a cluster is by the settings that a job is given.
public enum SparkCluster {
  /// The cores that a job may have by its master and its properties, each `key=value`; nil where they do not say.
  ///
  /// Source: Spark's documentation, "Submitting Applications", "Master URLs", and "Configuration".
  public static func cores(master: String?, properties: [String]) -> Int? {
    if let master, master.hasPrefix("local") {
      let inside = master.split(separator: "[").dropFirst().first?.prefix { $0 != "]" } ?? "1"
      let numbers = inside.split(separator: ",").compactMap { Int($0) }
      // `local[*]` has as many as the machine, `local[N,F]` may fail F times, `local-cluster[W,C,M]` has C each.
      let cores =
        master.hasPrefix("local-cluster") && numbers.count == 3
        ? product(numbers[0], numbers[1]) : numbers.first
      return cores.flatMap { $0 > 0 ? $0 : nil }
    }
    var values: [Substring: Int] = [:]
    for property in properties {
      let parts = property.split(separator: "=", maxSplits: 1)
      if parts.count == 2, let value = Int(parts[1]), value > 0 { values[parts[0]] = value }
    }
    let executors = values["spark.executor.instances"] ?? values["spark.dynamicAllocation.maxExecutors"]
    return executors.flatMap { product($0, values["spark.executor.cores"] ?? 1) } ?? values["spark.cores.max"]
  }

  private static func product(_ left: Int, _ right: Int) -> Int? {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? nil : product
  }
}
