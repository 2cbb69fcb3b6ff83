import DMS
import Logging
import Postgres
import Time

extension Replicator {
  /// Makes the artifacts of `CaptureDdls` where they are asked for and may be made.
  ///
  /// - Returns: the audit table; nil where DDL is not captured.
  func installArtifacts(_ connection: Connection) throws(ReplicatorError) -> QualifiedName? {
    guard task.sourceSettings.capturesDDL, task.migrationType != .fullLoad,
      task.names.foreignPublications.isEmpty
    else { return nil }
    do {
      return try DDLArtifacts(connection: connection, schema: task.sourceSettings.ddlArtifactsSchema)
        .install()
    } catch {
      guard case .server = error.code else { throw ReplicatorError(error) }
      logger.warning(
        """
        DDL is not captured, and tables that are made later are found at the next start; let a superuser make DMS's \
        artifacts, or set CaptureDdls=false
        """, metadata: ["error": "\(error)"])
      return nil
    }
  }

  /// Takes the artifacts and the heartbeat's table away, those that `replicate` has made.
  func removeArtifacts(_ connection: Connection) throws(ReplicatorError) {
    do {
      let settings = task.sourceSettings
      if try !DDLArtifacts(connection: connection, schema: settings.ddlArtifactsSchema).remove() {
        logger.notice(
          "the DDL artifacts stay: another task uses them, or they were not made by lakecanary replicate")
      }
      try Heartbeat(connection: connection, schema: settings.heartbeatSchema).remove()
    } catch {
      throw ReplicatorError(error)
    }
  }

  /// Lets the heartbeat begin where it is asked for.
  func beginHeartbeat(_ state: StreamState) {
    guard task.sourceSettings.heartbeatEnable else { return }
    do {
      try heartbeat(state).install()
      state.nextHeartbeat = clock.now()
    } catch {
      // A connection that is lost shows where the stream is read.
      logger.warning("there is no heartbeat at the source", metadata: ["error": "\(error)"])
    }
  }

  /// Updates the heartbeat's row where its time has come.
  func beat(_ state: StreamState) throws {
    guard let next = state.nextHeartbeat, clock.now() >= next else { return }
    state.nextHeartbeat = clock.now() + task.sourceSettings.heartbeatFrequency
    do throws(PostgresError) {
      try heartbeat(state).beat()
    } catch {
      guard case .server = error.code else { throw ReplicatorError(error) }
      return logger.warning("the heartbeat's row cannot be updated", metadata: ["error": "\(error)"])
    }
    state.heartbeats += 1
    try step(.heartbeat(state.heartbeats))
  }

  private func heartbeat(_ state: StreamState) -> Heartbeat {
    Heartbeat(connection: state.slots.connection, schema: task.sourceSettings.heartbeatSchema)
  }
}
