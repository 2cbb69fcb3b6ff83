import AWS
import Time

/// The replication instance is up, private, and of a class that lasts.
struct ReplicationInstanceCheck: TaskCheck {
  static let name = "replication-instance"
  static let wanted = "an instance that is available, private, of a current class"
  static let why = "the task runs on it; a class that is too small swaps, and lag grows with every burst"

  func diagnose(_ instance: ReplicationInstance) -> [Diagnosis] {
    let storage = instance.storage.map { ", \($0) GiB" } ?? ""
    let zones = instance.isMultiAZ ? ", in two zones" : ", in one zone"
    let found = "\(instance.identifier), \(instance.instanceClass)\(storage)\(zones), \(instance.status)"
    var diagnoses: [Diagnosis] = []
    if instance.status != "available", !instance.status.isEmpty {
      diagnoses.append(
        diagnosis(
          instance.status == "storage-full" ? .critical : .warning, found,
          mend: instance.status == "storage-full" ? "give it more storage" : "wait until it is available"))
    }
    if instance.isPublic {
      diagnoses.append(
        diagnosis(
          .warning, "it has an address of the internet", why: "it reads every row of the selected tables",
          mend: "make it anew without PubliclyAccessible, in the database's VPC"))
    }
    let oldClasses = ["dms.t2.", "dms.c4.", "dms.r4."]
    if oldClasses.contains(where: { instance.instanceClass.hasPrefix($0) }) {
      diagnoses.append(
        diagnosis(
          .warning, "\(instance.instanceClass) is of an old generation",
          mend: "modify it to the same size of a current one: dms.t3, dms.c6i, dms.r6i"))
    }
    return diagnoses.contains { $0.found == found } ? diagnoses : [diagnosis(.ok, found)] + diagnoses
  }
}

/// DMS's version has none of the bugs that cost rows of PostgreSQL on their way to S3.
struct EngineVersionCheck: TaskCheck {
  static let name = "engine-version"
  static let wanted = "a version of DMS that AWS keeps, without known losses between PostgreSQL and S3"
  static let why = "AWS's release notes name what each version mends, and when AWS upgrades it by itself"

  /// What each version mends (User Guide, "AWS DMS release notes").
  private static let mended: [(version: [Int], bug: String)] = [
    ([3, 4, 2], "transactions missed with pglogical"),
    ([3, 4, 3], "changes lost or doubled in the cached-changes phase"),
    (
      [3, 4, 5],
      "rows missing or doubled after a resume under many concurrent transactions; deletes not captured where the primary key is not the first column"
    ),
    (
      [3, 4, 6],
      "transactions missed after a resume; varchar values cut in changes; updates in the wrong columns (CSV)"
    ),
    ([3, 4, 7], "duplicates after stop and resume; a reloaded table without CDC files"),
    ([3, 5, 0], "columns misaligned with LOB support off and pglogical"),
  ]

  /// The day from which AWS upgrades each version by itself (release notes, "EOL date"), the latest that was announced.
  private static let ends: [String: String] = [
    "3.4.6": "2024-10-31", "3.4.7": "2024-10-31", "3.5.1": "2025-03-15", "3.5.2": "2025-04-29",
    "3.5.3": "2026-06-30", "3.5.4": "2027-03-31", "3.6.0": "2026-07-27", "3.6.1": "2027-06-30",
  ]

  static func numbers(of version: String) -> [Int] { version.split(separator: ".").map { Int($0) ?? 0 } }

  func diagnose(_ instance: ReplicationInstance, at now: Timestamp) -> [Diagnosis] {
    guard let version = instance.engineVersion else { return [] }
    let numbers = Self.numbers(of: version)
    let bugs = Self.mended.filter { numbers.lexicographicallyPrecedes($0.version) }
    guard let last = bugs.last else {
      guard let end = Self.ends[version], let day = Timestamp("\(end) 00:00:00Z"), day <= now else {
        return [diagnosis(.ok, version)]
      }
      return [
        diagnosis(
          .warning, "\(version), which AWS upgrades by itself since \(end)",
          mend: "upgrade the replication instance at a time of your own: the task stops for it, and resumes")
      ]
    }
    let text = bugs.map { "\($0.bug) (mended in \($0.version.map(String.init).joined(separator: ".")))" }
    return [
      diagnosis(
        .warning, "\(version): \(text.joined(separator: "; "))",
        mend:
          "upgrade the replication instance to \(last.version.map(String.init).joined(separator: ".")) or later"
      )
    ]
  }
}
