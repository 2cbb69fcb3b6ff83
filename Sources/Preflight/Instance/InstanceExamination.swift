public import AWS
import ObjectStorage
public import Time

/// Asks RDS's API about the instance that the source runs on; changes nothing there.
public struct InstanceExamination: Sendable {
  let identifier: String
  let rds: DatabaseService
  let metrics: MetricService
  let usesTokens: Bool
  let clock: any WallClock

  /// An examination of an instance; `usesTokens` says whether the canary logs in with IAM's tokens.
  public init(
    identifier: String, rds: DatabaseService, metrics: MetricService, usesTokens: Bool, clock: any WallClock
  ) {
    (self.identifier, self.rds, self.metrics) = (identifier, rds, metrics)
    (self.usesTokens, self.clock) = (usesTokens, clock)
  }

  /// Runs every check; one that cannot be run is a note.
  ///
  /// Beside what was found, the bytes that are free on the disk. RDS is asked because of the host's name: a pipeline
  /// of a bucket and a database alone need not be let in there.
  public func run() async -> (diagnoses: [Diagnosis], freeStorage: Int64?) {
    let instance: DatabaseInstance
    do throws(AWSError) {
      instance = try await rds.instance(identifier)
    } catch {
      return ([unanswered(InstanceStatusCheck(), error)], nil)
    }
    var diagnoses = InstanceStatusCheck().diagnose(instance) + InstanceExposureCheck().diagnose(instance)
    diagnoses += TokenLoginCheck().diagnose(instance, usesTokens: usesTokens)
    for (group, status) in instance.parameterGroups.sorted(by: { $0.key < $1.key }) {
      let check = ParameterGroupCheck()
      do throws(AWSError) {
        let parameters = try await rds.parameters(of: group, named: ParameterGroupCheck.names)
        diagnoses += check.diagnose(group, status: status, parameters)
      } catch {
        diagnoses.append(unanswered(check, error))
      }
    }
    let storage = InstanceStorageCheck()
    let now = clock.now()
    do throws(AWSError) {
      let points = try await metrics.latest(
        InstanceStorageCheck.metrics(of: identifier), from: now - TaskMetrics.span, to: now)
      let free = points[InstanceStorageCheck.free].map { Int64(min(max($0.value, 0), 9e18)) }
      return (diagnoses + storage.diagnose(instance, points), free)
    } catch {
      return (diagnoses + [unanswered(storage, error)], nil)
    }
  }

  private func unanswered(_ check: some InstanceCheck, _ error: AWSError) -> Diagnosis {
    check.diagnosis(.note, error.summary, mend: error.mend)
  }
}

/// A rule about the RDS instance.
protocol InstanceCheck: Check {}

extension InstanceCheck {
  static var area: Diagnosis.Area { .instance }
}

/// The instance is up.
struct InstanceStatusCheck: InstanceCheck {
  static let name = "status"
  static let wanted = "an instance that is available, without changes that wait"
  static let why =
    "a change that waits comes with the next maintenance or reboot, which stops the task for a while"

  func diagnose(_ instance: DatabaseInstance) -> [Diagnosis] {
    let found = "\(instance.identifier), \(instance.engine) \(instance.engineVersion), \(instance.status)"
    if instance.status == "storage-full" {
      return [diagnosis(.critical, found, mend: "give it more storage; see which slot holds the log")]
    }
    if instance.status != "available" {
      return [diagnosis(.warning, found, mend: "wait until it is available")]
    }
    guard instance.pending.isEmpty else {
      return [
        diagnosis(
          .warning, "\(found); waiting: \(instance.pending.joined(separator: ", "))",
          mend: "apply it when a stop suits you: modify the instance with --apply-immediately")
      ]
    }
    return [diagnosis(.ok, found)]
  }
}

/// The instance cannot be reached by strangers, nor its disk read.
struct InstanceExposureCheck: InstanceCheck {
  static let name = "exposure"
  static let wanted = "no public address, and an encrypted disk"
  static let why = "the database holds what the bucket is a copy of"

  func diagnose(_ instance: DatabaseInstance) -> [Diagnosis] {
    var diagnoses: [Diagnosis] = []
    if instance.isPublic {
      diagnoses.append(
        diagnosis(
          .warning, "it has an address of the internet", mend: "modify it with --no-publicly-accessible"))
    }
    if !instance.isEncrypted {
      diagnoses.append(
        diagnosis(
          .warning, "its disk is not encrypted",
          mend: "restore an encrypted copy of a snapshot; a disk cannot be encrypted in place"))
    }
    return diagnoses.isEmpty ? [diagnosis(.ok, "private, the disk encrypted")] : diagnoses
  }
}

/// The instance takes IAM's tokens where they are used.
struct TokenLoginCheck: InstanceCheck {
  static let name = "iam-login"
  static let wanted = "IAM database authentication where source_login is iam"
  static let why = "a token is refused like a wrong password where the instance does not take them"

  func diagnose(_ instance: DatabaseInstance, usesTokens: Bool) -> [Diagnosis] {
    switch (usesTokens, instance.takesIAMTokens) {
    case (true, true): [diagnosis(.ok, "on")]
    case (true, false):
      [
        diagnosis(
          .critical, "off, and source_login is iam",
          mend: "modify the instance with --enable-iam-database-authentication, and grant rds_iam to the user"
        )
      ]
    case (false, _): []
    }
  }
}

/// The instance's parameters are set for replication, and in force.
struct ParameterGroupCheck: InstanceCheck {
  static let name = "parameter-group"
  static let wanted = "rds.logical_replication = 1, wal_sender_timeout = 0, rds.force_ssl = 1, all in force"
  static let why = "rds.logical_replication is static: it holds after a reboot alone"

  static let names: Set<String> = ["rds.logical_replication", "wal_sender_timeout", "rds.force_ssl"]

  func diagnose(_ group: String, status: String, _ parameters: [String: DatabaseParameter]) -> [Diagnosis] {
    var diagnoses: [Diagnosis] = []
    let isOn = { (name: String) in
      parameters[name]?.value.map { ["1", "on", "true"].contains($0.lowercased()) }
    }
    if isOn("rds.logical_replication") != true {
      diagnoses.append(
        diagnosis(
          .critical,
          "rds.logical_replication is \(parameters["rds.logical_replication"]?.value ?? "not set")",
          subject: group,
          mend: group.hasPrefix("default.")
            ? "make a parameter group of your own with rds.logical_replication = 1, give it to the instance and reboot it"
            : "set it to 1 and reboot the instance"))
    }
    if let timeout = parameters["wal_sender_timeout"]?.value.flatMap({ Int($0) }),
      timeout != 0, !(10_000...300_000).contains(timeout)
    {
      diagnoses.append(
        diagnosis(
          .warning, "wal_sender_timeout is \(timeout) ms", subject: group,
          wanted: "wal_sender_timeout = 0, or from 10 s to 5 minutes",
          why: WALSenderTimeoutCheck.why, mend: "set it to 0"))
    }
    if isOn("rds.force_ssl") == false {
      diagnoses.append(
        diagnosis(
          .warning, "rds.force_ssl is 0", subject: group, why: "a client that does not ask for TLS gets none",
          mend: "set it to 1"))
    }
    if status == "pending-reboot" {
      diagnoses.append(
        diagnosis(.critical, "changes wait for a reboot", subject: group, mend: "reboot the instance"))
    }
    return diagnoses.isEmpty
      ? [diagnosis(.ok, status.isEmpty ? "as wanted" : "as wanted, \(status)", subject: group)] : diagnoses
  }
}

/// The instance's disk has room for the log that slots hold.
struct InstanceStorageCheck: InstanceCheck {
  static let name = "free-storage"
  static let wanted = "a tenth of the disk free"
  static let why =
    "the log that slots hold lies on the database's own disk; when that is full, the database stops"

  static let free = "FreeStorageSpace"
  static let slotLag = "OldestReplicationSlotLag"

  /// What CloudWatch keeps of an instance (RDS User Guide, "Amazon CloudWatch metrics for Amazon RDS").
  static func metrics(of identifier: String) -> [Metric] {
    [free, slotLag].map {
      Metric(
        namespace: "AWS/RDS", name: $0, dimensions: ["DBInstanceIdentifier": identifier], statistic: "Minimum"
      )
    }
  }

  func diagnose(_ instance: DatabaseInstance, _ points: [String: MetricPoint]) -> [Diagnosis] {
    let words = { (point: MetricPoint) in Measure.bytes(Int64(min(max(point.value, 0), 9e18))) }
    guard let free = points[Self.free] else {
      return [
        diagnosis(.note, "CloudWatch has no value of the last \(Measure.time(TaskMetrics.span.inSeconds))")
      ]
    }
    let slots = points[Self.slotLag].map { ", the slot that is furthest behind holds \(words($0))" } ?? ""
    let found = "\(words(free)) free" + (instance.storage.map { " of \($0) GiB" } ?? "") + slots
    let share = instance.storage.map { free.value / (Double($0) * 1_073_741_824) } ?? 1
    guard share < 0.1 else { return [diagnosis(.ok, found)] }
    return [
      diagnosis(
        share < 0.02 ? .critical : .warning, found,
        mend: "see which slot holds the log, and give the instance more storage")
    ]
  }
}
