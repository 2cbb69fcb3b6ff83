import Foundation
import LocalServers

/// What `--keep` leaves, and how to look around in it.
struct DemoDirectory {
  let path: String
  let cluster: PostgresCluster

  /// Commands to copy: as root the server runs as its own user.
  var guide: String {
    let asUser = geteuid() == 0 ? "runuser -u \(PostgresCluster.superuser) -- " : ""
    let server = "\(asUser)\(cluster.programs)/pg_ctl -D \(cluster.directory)/data"
    let command = CommandLine.arguments.first ?? "lakecanary"
    return """

      Kept in \(path):
        lakecanary.yaml    the pipeline's configuration
        bucket/            what the replicator wrote
        ledger.sqlite      what the canary remembers
        faults.jsonl       the faults that were injected, if any
        pg/                the database, stopped
      To look around:
        \(command) report --config \(path)/lakecanary.yaml
        \(command) inspect \(path)/bucket
        \(server) -l \(cluster.directory)/log -o "-k \(cluster.directory) -c listen_addresses=''" start
        psql -h \(cluster.directory) -U \(PostgresCluster.superuser) -d \(DemoStage.database) -c 'table customers limit 5'
        \(server) stop
      To be rid of it:
        rm -r \(path)
      """
  }
}
