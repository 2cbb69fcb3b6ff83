public import AWS
import ObjectStorage

/// Asks RDS's API about the instance that the source runs on; changes nothing there.
public struct InstanceExamination: Sendable {
  let identifier: String
  let rds: DatabaseService
  let usesTokens: Bool

  /// An examination of an instance; `usesTokens` says whether the canary logs in with IAM's tokens.
  public init(identifier: String, rds: DatabaseService, usesTokens: Bool) {
    (self.identifier, self.rds, self.usesTokens) = (identifier, rds, usesTokens)
  }

  /// Runs every check; one that cannot be run is a diagnosis too.
  public func run() async -> [Diagnosis] {
    let instance: DatabaseInstance
    do throws(AWSError) {
      instance = try await rds.instance(identifier)
    } catch {
      return [InstanceStatusCheck().diagnosis(of: error)]
    }
    var diagnoses = InstanceStatusCheck().diagnose(instance) + InstanceExposureCheck().diagnose(instance)
    diagnoses += TokenLoginCheck().diagnose(instance, usesTokens: usesTokens)
    for (group, status) in instance.parameterGroups.sorted(by: { $0.key < $1.key }) {
      let check = ParameterGroupCheck()
      do throws(AWSError) {
        let parameters = try await rds.parameters(of: group, named: ParameterGroupCheck.names)
        diagnoses += check.diagnose(group, status: status, parameters)
      } catch {
        diagnoses.append(check.diagnosis(of: error))
      }
    }
    return diagnoses
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
