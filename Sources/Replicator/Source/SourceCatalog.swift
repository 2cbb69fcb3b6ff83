import DMS
import Postgres

/// A table that can be replicated, as the catalog has it.
struct CatalogTable: Hashable, Sendable {
  let oid: UInt32
  let name: QualifiedName
  /// Whether the log can identify the rows of updates and deletes: a primary key, or another replica identity.
  let hasReplicaIdentity: Bool
  /// Whether its rows lie in its partitions.
  let isPartitioned: Bool
  /// Whether the user may publish it.
  let isOwned: Bool
}

/// What the source's system catalogs say about its tables.
struct SourceCatalog {
  let connection: Connection
  private var types = TypeCatalog()

  init(connection: Connection) {
    self.connection = connection
  }

  /// Every permanent table, partitioned ones as one, sorted by schema and name.
  func tables() throws(ReplicatorError) -> [CatalogTable] {
    try asking { () throws(PostgresError) in
      let result = try connection.query(
        """
        select c.oid, n.nspname::text, c.relname::text,
          c.relreplident in ('f', 'i') or c.relreplident = 'd' and exists (
            select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisprimary),
          c.relkind = 'p', pg_catalog.pg_has_role(c.relowner, 'USAGE')
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p'
          and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
        order by n.nspname collate "C", c.relname collate "C"
        """)
      var tables: [CatalogTable] = []
      for row in result {
        tables.append(
          CatalogTable(
            oid: try row.decode(0), name: QualifiedName(schema: try row.decode(1), name: try row.decode(2)),
            hasReplicaIdentity: try row.decode(3), isPartitioned: try row.decode(4),
            isOwned: try row.decode(5)))
      }
      return tables
    }
  }

  /// A table's columns as they are now, or nil where it is gone.
  mutating func table(_ table: CatalogTable) throws(ReplicatorError) -> SourceTable? {
    let rows = try asking { () throws(PostgresError) in
      try connection.query(
        """
        select a.attname::text, a.atttypid, a.atttypmod, coalesce(a.attnum = any (i.indkey), false)
        from pg_catalog.pg_attribute a
        left join pg_catalog.pg_index i on i.indrelid = a.attrelid and i.indisprimary
        where a.attrelid = \(bind: Int64(table.oid))::oid and a.attnum > 0 and not a.attisdropped
          and a.attgenerated = ''
        order by a.attnum
        """
      ).map { row throws(PostgresError) in
        (
          name: try row.decode(0, as: String.self), oid: try row.decode(1, as: UInt32.self),
          modifier: try row.decode(2, as: Int32.self), isKey: try row.decode(3, as: Bool.self)
        )
      }
    }
    guard !rows.isEmpty else { return nil }
    var columns: [SourceTableColumn] = []
    for row in rows {
      columns.append(
        SourceTableColumn(
          name: row.name, type: try types.type(oid: row.oid, modifier: row.modifier, on: connection),
          isPrimaryKey: row.isKey))
    }
    return SourceTable(oid: table.oid, name: table.name, columns: columns)
  }

  /// A table as the stream describes it; its primary key is as the catalog has it now.
  mutating func table(_ relation: Relation) throws(ReplicatorError) -> SourceTable {
    let keys = try primaryKey(of: relation)
    var columns: [SourceTableColumn] = []
    for column in relation.columns {
      columns.append(
        SourceTableColumn(
          name: column.name,
          type: try types.type(oid: column.typeOID, modifier: column.typeModifier, on: connection),
          isPrimaryKey: keys.contains(column.name)))
    }
    return SourceTable(
      oid: relation.id, name: QualifiedName(schema: relation.schema, name: relation.name), columns: columns)
  }

  private func primaryKey(of relation: Relation) throws(ReplicatorError) -> Set<String> {
    // The identity's columns are the key, unless the whole row is the identity.
    if relation.replicaIdentity != .full {
      return Set(relation.columns.filter(\.isKey).map(\.name))
    }
    return try asking { () throws(PostgresError) in
      let result = try connection.query(
        """
        select a.attname::text from pg_catalog.pg_index i
        join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
        where i.indrelid = \(bind: Int64(relation.id))::oid and i.indisprimary
        """)
      var names: Set<String> = []
      for row in result { names.insert(try row.decode(0)) }
      return names
    }
  }

  private func asking<Answer>(
    _ body: () throws(PostgresError) -> Answer
  ) throws(ReplicatorError) -> Answer {
    do {
      return try body()
    } catch {
      throw ReplicatorError(error)
    }
  }
}
