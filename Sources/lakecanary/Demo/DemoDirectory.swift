import Foundation
import LocalServers

/// What `--keep` leaves, and how to look around in it.
struct DemoDirectory {
  let path: String
  let cluster: PostgresCluster
  var server: SeaweedServer?

  /// Commands to copy: as root the server runs as its own user.
  var guide: String {
    let asUser = geteuid() == 0 ? "runuser -u \(PostgresCluster.superuser) -- " : ""
    let database = "\(asUser)\(cluster.programs)/pg_ctl -D \(cluster.directory)/data"
    let command = CommandLine.arguments.first ?? "lakecanary"
    return """

      Kept in \(path):
        lakecanary.yaml    the pipeline's configuration
        \(server == nil ? "bucket/            what the replicator wrote" : "s3/                the S3 server, stopped, with what the replicator wrote")
        ledger.sqlite      what the canary remembers
        faults.jsonl       the faults that were injected, if any
        pg/                the database, stopped
      To look around:
        \(command) report --config \(path)/lakecanary.yaml
        \(bucketGuide(command))
        \(database) -l \(cluster.directory)/data/log -o "-k \(cluster.directory) -c listen_addresses=''" start
        psql -h \(cluster.directory) -U \(PostgresCluster.superuser) -d \(DemoStage.database) -c 'table customers limit 5'
        \(database) stop
      To be rid of it:
        rm -r \(path)
      """
  }

  private func bucketGuide(_ command: String) -> String {
    guard let server else { return "\(command) inspect \(path)/bucket" }
    return """
      (\(server.restartCommand)) &
        AWS_SHARED_CREDENTIALS_FILE=\(path)/aws-credentials \(command) inspect s3://how.raw/raw/ --config \(path)/lakecanary.yaml
        kill %%
      """
  }
}
