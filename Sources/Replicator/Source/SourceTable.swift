import DMS

/// A table of the source as it is at one moment.
struct SourceTable: Hashable, Sendable {
  /// pg_class.oid.
  var oid: UInt32
  var name: QualifiedName
  /// In the order of the table, without generated columns, which logical replication leaves out.
  var columns: [SourceTableColumn]
}

/// A column of a source table.
struct SourceTableColumn: Hashable, Sendable {
  var name: String
  /// Domains resolved.
  var type: PostgresType
  /// Part of the primary key.
  var isPrimaryKey: Bool
}
