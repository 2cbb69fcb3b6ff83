public import Time

/// Where the objects of one target table lie (DMS.md section 1).
public struct TableLocation: Hashable, Sendable {
  /// `[prefix][BucketFolder/]schema/table/`.
  public let prefix: String
  private let settings: EndpointSettings
  private let isOfAllTables: Bool

  /// The location of a table under its target names.
  ///
  /// `prefix` comes before everything else and is empty or ends in `/`.
  public init(table: QualifiedName, settings: EndpointSettings, prefix: String = "") {
    let folder = settings.bucketFolder.map { $0 + "/" } ?? ""
    self.prefix = "\(prefix)\(folder)\(table.schema)/\(table.name)/"
    self.settings = settings
    isOfAllTables = false
  }

  /// The location of the files of all tables under `PreserveTransactions`: `[prefix][BucketFolder/]CdcPath/`.
  public init(transactionsOf settings: EndpointSettings, prefix: String = "") {
    let folders = [settings.bucketFolder, settings.cdcPath].compactMap { $0 }
    self.prefix = prefix + folders.map { $0 + "/" }.joined()
    self.settings = settings
    isOfAllTables = true
  }

  /// The location of a control table: `[prefix][BucketFolder/][schema/]awsdms_status/`.
  ///
  /// Real ones lie right below the bucket or its folder, with an empty schema (DMS.md section 1); that another schema is
  /// a folder of its own is inferred.
  public init(
    controlTable name: String, schema: String, settings: EndpointSettings, prefix: String = ""
  ) {
    let folders = [settings.bucketFolder, schema.isEmpty ? nil : schema, name].compactMap { $0 }
    self.prefix = prefix + folders.map { $0 + "/" }.joined()
    self.settings = settings
    isOfAllTables = false
  }

  /// The key of an object.
  ///
  /// `partition` is the point that picks the folder by date, for a CDC object where date partitions are
  /// enabled. AWS's text contradicts itself on which point that is (commit or closing of the file); the caller decides.
  public func key(_ name: ObjectName, partition: Timestamp? = nil) -> String {
    guard name.phase == .changes, let scheme = settings.datePartition, let partition else {
      return prefix + name.description
    }
    return "\(prefix)\(scheme.folder(for: settings.civilTime(at: partition)))/\(name)"
  }

  /// What a listed key is to this table.
  public func classify(_ key: String) -> KeyClass {
    guard key.utf8.starts(with: prefix.utf8) else { return .elsewhere }
    let rest = String(Substring(key.utf8.dropFirst(prefix.utf8.count)))
    if let ignored = IgnoredKey(key: rest) { return .ignored(ignored) }
    let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
    guard let last = parts.last, let name = ObjectName(last) else { return .foreign }
    let folder = parts.dropLast().joined(separator: "/")
    switch name.kind {
    case .transactions:
      return settings.preserveTransactions && folder.isEmpty ? .object(name, folder: nil) : .foreign
    case .fullLoad:
      // At most one folder: a partition or a named segment of a parallel load.
      return parts.count <= 2 ? .object(name, folder: folder.isEmpty ? nil : folder) : .foreign
    case .changes:
      guard let scheme = settings.datePartition else {
        return folder.isEmpty ? .object(name, folder: nil) : .foreign
      }
      // A table whose partitions were switched on later has objects without a folder as well.
      if folder.isEmpty { return .object(name, folder: nil) }
      return scheme.range(ofFolder: folder) == nil ? .foreign : .object(name, folder: folder)
    }
  }

  /// A key for a listing's `startAfter` that passes over no CDC object named at or after `point`; nil where
  /// the order of keys is not that of time, so that everything must be listed.
  ///
  /// Full-load objects sort after CDC objects (`2…` < `LOAD…` < `SEGMENT…`) and are always listed.
  public func startAfter(changesNamedFrom point: Timestamp) -> String? {
    if isOfAllTables {
      let margin = settings.datePartitionTimezone == nil ? Duration.zero : .seconds(7_200)
      let name = ObjectName(.transactions(settings.civilTime(at: point - margin)), settings.fileFormat)
      return prefix + String(name.description.prefix(25))
    }
    guard let scheme = settings.datePartition else {
      // In a zone with summer time the names of an hour come twice; step back by more than any change.
      let margin = settings.datePartitionTimezone == nil ? Duration.zero : .seconds(7_200)
      let name = ObjectName(.changes(settings.civilTime(at: point - margin)), settings.fileFormat)
      return prefix + String(name.description.prefix(18))
    }
    guard scheme.sortsByTime else { return nil }
    // Either of the two clocks may have picked the folder: begin a day before.
    return prefix + scheme.folder(for: settings.civilTime(at: point - .seconds(86_400)))
  }
}

/// What a listed key is to a table.
public enum KeyClass: Hashable, Sendable {
  /// An object of the table; `folder` is its date partition or segment, without slashes at its ends.
  case object(ObjectName, folder: String?)
  /// Something that DMS writes beside the tables.
  case ignored(IgnoredKey)
  /// Within the table's prefix, with a name that DMS does not give.
  case foreign
  /// Not within the table's prefix.
  case elsewhere
}

/// Keys that are DMS's or S3's own affair.
public enum IgnoredKey: String, Hashable, Sendable {
  /// A control table: a folder whose name begins with `awsdms_`.
  case controlTable
  /// What S3 data validation writes.
  case validationFailures
  /// An empty object that consoles make to show a folder.
  case folderMarker

  /// Whether one of a key's folders, or the key itself, is of these kinds; nil where not.
  public init?(key: some StringProtocol) {
    for part in key.split(separator: "/") {
      if part.hasPrefix("awsdms_") {
        self = .controlTable
        return
      }
      if part == "s3_validation_failures" {
        self = .validationFailures
        return
      }
    }
    guard key.hasSuffix("/") || key.hasSuffix("_$folder$") || key.isEmpty else { return nil }
    self = .folderMarker
  }
}
