public import DMS
import Postgres
public import Time

/// What a pipeline expects of its source.
public struct SourceExpectations: Sendable {
  /// The tables that the canary writes to.
  public var tables: [QualifiedName]
  /// Which tables are replicated; nil where only the canary's own are known.
  public var mappings: TableMappings?
  /// Whether the canary makes what is absent.
  public var createsTables: Bool
  /// The slot and publication of the stand-in for DMS; nil where DMS replicates.
  public var replicator: (slot: String, publication: String)?
  /// What DMS's task is known to be; nothing where none is configured.
  public var replication = ReplicationFacts()
  /// Bytes free on the server's disk; nil where nobody tells.
  public var freeStorage: Int64?

  /// Expectations for these tables.
  public init(tables: [QualifiedName], mappings: TableMappings? = nil, createsTables: Bool = true) {
    (self.tables, self.mappings, self.createsTables) = (tables, mappings, createsTables)
  }
}

/// Asks a source all that a pipeline needs of it; changes nothing there.
public struct SourceExamination: Sendable {
  let conninfo: String
  let expectations: SourceExpectations
  let clock: any WallClock

  /// An examination of the server that `conninfo` (libpq) leads to.
  public init(conninfo: String, expectations: SourceExpectations, clock: any WallClock) {
    (self.conninfo, self.expectations, self.clock) = (conninfo, expectations, clock)
  }

  /// Runs every check; one that cannot be run is a diagnosis too.
  public func run() async -> [Diagnosis] {
    // libpq blocks: it gets a thread of its own.
    let task = Task(executorPreference: ThreadExecutor(name: "doctor")) { examine() }
    return await task.value
  }

  private func examine() -> [Diagnosis] {
    let connection: Connection
    do throws(PostgresError) {
      connection = try Connection(conninfo, options: options)
    } catch {
      return [
        Diagnosis(
          area: .source, check: "connection", severity: error.isTransient ? .unknown : .critical,
          found: error.summaryLine,
          wanted: "a session with the source",
          why: "nothing can be written to, or learned of, a source that lets nobody in", mend: error.mend)
      ]
    }
    defer { connection.close() }
    let source: Source
    do throws(PostgresError) {
      source = try Source(connection, expectations, clock)
    } catch {
      return [SourceExamination.diagnosis(of: error, check: "catalog", wanted: "a catalog that can be read")]
    }
    var diagnoses: [Diagnosis] = []
    for check in checks {
      do throws(PostgresError) {
        diagnoses += try check.diagnose(source)
      } catch {
        diagnoses.append(
          SourceExamination.diagnosis(of: error, check: type(of: check).name, wanted: type(of: check).wanted))
        if !connection.isUsable { break }
      }
    }
    return diagnoses
  }

  private static func diagnosis(of error: PostgresError, check: String, wanted: String) -> Diagnosis {
    Diagnosis(
      area: .source, check: check, severity: .unknown, found: error.summaryLine, wanted: wanted,
      why: "what cannot be looked at may be wrong", mend: error.mend)
  }

  private var checks: [any SourceCheck] {
    [
      ServerVersionCheck(), WritableServerCheck(), WALLevelCheck(), WALSenderTimeoutCheck(),
      ReplicationSlotsCheck(), WALSendersCheck(), SlotRetentionCheck(), HeldWALCheck(), ReplicatorSlotCheck(),
      CanaryTableCheck(), RowIdentityCheck(), ColumnTypeCheck(), LargeObjectCheck(), PrivilegeCheck(),
      ReaderPrivilegeCheck(), EncryptedConnectionCheck(), DDLCaptureCheck(), OpenTransactionCheck(),
      ServerClockCheck(),
      CommitTimestampCheck(),
    ]
  }

  private var options: ConnectionOptions {
    ConnectionOptions(
      applicationName: "lakecanary doctor", answerTimeout: .seconds(45),
      settings: [
        .init(name: "search_path", value: "pg_catalog"), .init(name: "statement_timeout", value: "30000"),
        .init(name: "lock_timeout", value: "5000"), .init(name: "default_transaction_read_only", value: "on"),
      ])
  }
}

extension PostgresError {
  /// What happened and where, without the mend, which has a place of its own.
  fileprivate var summaryLine: String {
    let line = description
    guard let mend, line.hasSuffix("; \(mend)") else { return line }
    return String(line.dropLast(mend.count + 2))
  }
}
