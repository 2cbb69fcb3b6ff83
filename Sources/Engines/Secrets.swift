/// Values that no line may show: an engine's log repeats what it was told.
public struct Secrets: Sendable {
  private let values: [String]

  /// The secrets among properties, each `key=value`, and the variables of a process.
  public init(properties: [String], environment: [String: String] = [:]) {
    let told = properties.compactMap { property -> String? in
      let parts = property.split(separator: "=", maxSplits: 1)
      return parts.count == 2 && Secrets.isSecret(parts[0]) ? String(parts[1]) : nil
    }
    let inherited = environment.compactMap { Secrets.isSecret($0.key) ? $0.value : nil }
    // A longer one first: another may be a part of it. One of few characters stands in any line by chance.
    values = Set(told + inherited).filter { $0.utf8.count >= 4 }.sorted { $0.utf8.count > $1.utf8.count }
  }

  /// A line without them.
  public func hidden(in line: String) -> String {
    values.reduce(line) { $0.replacing($1, with: Secrets.mask) }
  }

  /// A property as it can be shown.
  public static func shown(_ property: String) -> String {
    let key = property.prefix { $0 != "=" }
    return isSecret(key) && key.endIndex < property.endIndex ? "\(key)=\(mask)" : property
  }

  private static let mask = "(hidden)"

  /// Whether a name is that of a secret, as Spark's own `spark.redaction.regex` takes it, and what AWS's SDKs read.
  private static func isSecret(_ name: some StringProtocol) -> Bool {
    let name = name.lowercased().replacing("_", with: ".")
    return ["secret", "password", "token", "access.key"].contains { name.contains($0) }
  }
}
