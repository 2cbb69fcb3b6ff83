public import DMS
public import Ledger
public import Time

/// A table whose objects somebody else may observe in the reconciler's place.
public struct ObservedTable: Sendable {
  /// The source table.
  public let name: TableName
  /// What the keys of its objects begin with.
  public let prefix: String
  /// What to look for in its objects.
  public let request: ObservationRequest
  /// The format that the settings ask for.
  public let format: FileFormat
  /// Where its objects lie.
  public let location: TableLocation
  /// The time in the name of the newest object that is known; nil where none is.
  public let newestPlace: Timestamp?
  /// Whether the whole of it is to be listed.
  public let isFullListingDue: Bool

  /// A table of these parts.
  public init(
    name: TableName, prefix: String, request: ObservationRequest, format: FileFormat, location: TableLocation,
    newestPlace: Timestamp?, isFullListingDue: Bool
  ) {
    (self.name, self.prefix, self.request, self.format) = (name, prefix, request, format)
    (self.location, self.newestPlace, self.isFullListingDue) = (location, newestPlace, isFullListingDue)
  }
}

extension Reconciler {
  /// The tables that `run` would reconcile; the ledger may be open for reading only.
  ///
  /// - Throws: `LedgerError`.
  public func observedTables() throws(LedgerError) -> [ObservedTable] {
    try ledger.read { session in
      try knownContexts(in: session).map { context in
        let inventory = try session.inventory(bucket: context.bucket, table: context.table.id)
        return ObservedTable(
          name: context.name, prefix: context.location.prefix, request: context.request,
          format: context.settings.fileFormat, location: context.location,
          newestPlace: inventory.newestPlace,
          isFullListingDue: inventory.lastFullAt.map { clock.now() >= $0 + configuration.fullListingEvery }
            ?? true)
      }
    }
  }
}
