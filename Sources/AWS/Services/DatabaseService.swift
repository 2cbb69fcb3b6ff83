package import ObjectStorage

/// An RDS instance as its API describes it (RDS API reference, "DBInstance").
public struct DatabaseInstance: Sendable, Hashable {
  /// The instance's name.
  public var identifier: String
  /// `available`, `rebooting`, `storage-full` ...
  public var status: String
  /// `postgres`.
  public var engine: String
  /// `16.4`.
  public var engineVersion: String
  /// Its parameter groups, and whether their values are in force: `in-sync`, `pending-reboot`.
  public var parameterGroups: [String: String]
  /// Whether it has an address of the internet.
  public var isPublic: Bool
  /// Whether its disk is encrypted.
  public var isEncrypted: Bool
  /// Whether IAM's tokens are taken for passwords.
  public var takesIAMTokens: Bool
  /// GiB of disk.
  public var storage: Int?
  /// The authority of its certificate: `rds-ca-rsa2048-g1`.
  public var certificateAuthority: String?
  /// What is changed and not yet in force, by name.
  public var pending: [String]
}

/// A parameter of a group (RDS API reference, "Parameter").
public struct DatabaseParameter: Sendable, Hashable {
  /// Its value; nil for the engine's default.
  public var value: String?
  /// `immediate` or `pending-reboot`.
  public var applyMethod: String?
}

/// The API of RDS, as far as it describes.
public struct DatabaseService: Sendable {
  private let client: AWSClient

  /// RDS in a region.
  ///
  /// - Throws: `AWSError`: `.regionMissing`.
  package init(region: String?, access: ServiceAccess) throws(AWSError) {
    client = try AWSClient(.rds, region: region, access: access)
  }

  /// The instance of a name.
  ///
  /// - Throws: `AWSError`; `.notFound` where there is none.
  public func instance(_ identifier: String) async throws(AWSError) -> DatabaseInstance {
    let operation = "DescribeDBInstances"
    let result = try await client.query(operation, [("DBInstanceIdentifier", identifier)])
    guard let found = result.child("DBInstances")?.children.first else {
      throw AWSError(.notFound, client.service, operation, detail: "no instance \(identifier)")
    }
    return DatabaseInstance(found)
  }

  /// The parameters of a group by their names, of those that are asked for; page by page.
  ///
  /// - Throws: `AWSError`.
  public func parameters(
    of group: String, named wanted: Set<String>
  ) async throws(AWSError) -> [String: DatabaseParameter] {
    var parameters: [String: DatabaseParameter] = [:]
    var marker: String?
    var seen: Set<String> = []
    repeat {
      let page = try await client.query(
        "DescribeDBParameters",
        [("DBParameterGroupName", group), ("MaxRecords", "100")] + (marker.map { [("Marker", $0)] } ?? []))
      for parameter in page.child("Parameters")?.children ?? [] {
        guard let name = parameter.text("ParameterName"), wanted.contains(name) else { continue }
        parameters[name] = DatabaseParameter(
          value: parameter.text("ParameterValue"), applyMethod: parameter.text("ApplyMethod"))
      }
      marker = page.text("Marker").flatMap { !$0.isEmpty && seen.insert($0).inserted ? $0 : nil }
    } while marker != nil && parameters.count < wanted.count
    return parameters
  }
}

extension DatabaseInstance {
  init(_ element: XMLElement) {
    let isOn = { (name: String) in element.text(name)?.lowercased() == "true" }
    identifier = element.text("DBInstanceIdentifier") ?? ""
    status = element.text("DBInstanceStatus") ?? ""
    (engine, engineVersion) = (element.text("Engine") ?? "", element.text("EngineVersion") ?? "")
    parameterGroups = [:]
    for group in element.child("DBParameterGroups")?.children ?? [] {
      guard let name = group.text("DBParameterGroupName") else { continue }
      parameterGroups[name] = group.text("ParameterApplyStatus") ?? ""
    }
    (isPublic, isEncrypted) = (isOn("PubliclyAccessible"), isOn("StorageEncrypted"))
    takesIAMTokens = isOn("IAMDatabaseAuthenticationEnabled")
    storage = element.text("AllocatedStorage").flatMap { Int($0) }
    certificateAuthority = element.text("CACertificateIdentifier")
    pending = element.child("PendingModifiedValues")?.children.map(\.name).sorted() ?? []
  }
}
