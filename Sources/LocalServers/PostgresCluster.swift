import Foundation
import Subprocess
import SystemPackage

/// A throw-away PostgreSQL cluster on a unix socket, without TCP, with `wal_level=logical`.
///
/// It ends, and its directory goes unless kept, with `stop()` or with this process, however that ends.
public struct PostgresCluster: Sendable {
  /// The directory of its data, socket and log.
  public let directory: String
  /// The server's programs: `psql`, `pgbench` and the like.
  public let programs: String
  private let port: String
  private let guardian: Guardian

  /// The user that owns the cluster; logs in without a password.
  public static let superuser = "postgres"

  /// Makes a cluster in `directory`, which must not exist yet, and starts it.
  ///
  /// As root the server runs as the user `postgres`, which must be able to pass through the directories
  /// above.
  ///
  /// - Parameters:
  ///   - directory: the cluster's own; at most some 80 bytes long, since it holds the socket.
  ///   - removed: what is removed at the end, the cluster's own directory within; nil keeps all.
  ///   - settings: server settings beside those of a throw-away cluster, or in place of them.
  /// - Throws: `LocalServerError`; `CancellationError` where the task is cancelled first.
  public static func start(
    in directory: String, removing removed: String?, settings: [String: String] = [:]
  ) async throws -> PostgresCluster {
    let programs = try installedPrograms()
    let isRoot = geteuid() == 0
    if isRoot, getpwnam(superuser) == nil {
      throw LocalServerError(code: .noUser, server: "postgresql", detail: superuser)
    }
    let all = throwAwaySettings.merging(settings) { _, given in given }
    let options = all.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    let port = all["port", default: "5432"]
    let guardian = try await Guardian.start(
      script: script,
      arguments: [directory, programs, isRoot ? superuser : "", removed ?? "", port] + options,
      server: "postgresql")
    return PostgresCluster(directory: directory, programs: programs, port: port, guardian: guardian)
  }

  /// Stops the server at once and removes its directory.
  public func stop() async {
    await guardian.stop()
  }

  /// Makes an empty database.
  ///
  /// - Throws: `LocalServerError` with code `refused` where the server does not.
  public func createDatabase(_ name: String) async throws {
    let result = try await run(
      .path(FilePath("\(programs)/createdb")),
      arguments: ["-h", directory, "-p", port, "-U", PostgresCluster.superuser, name], output: .discarded,
      error: .string(limit: 4096))
    guard result.terminationStatus.isSuccess else {
      throw LocalServerError(
        code: .refused, server: "postgresql", detail: result.standardError)
    }
  }

  /// A libpq connection string to one of its databases.
  public func conninfo(database: String = "postgres") -> String {
    "host=\(directory) port=\(port) user=\(PostgresCluster.superuser) dbname=\(database)"
  }

  /// Nothing in it outlives the process, so nothing waits for the disk.
  private static let throwAwaySettings = [
    "listen_addresses": "", "port": "5432", "wal_level": "logical", "fsync": "off",
    "synchronous_commit": "off", "full_page_writes": "off", "max_wal_senders": "50",
    "max_replication_slots": "50", "max_connections": "200", "shared_buffers": "64MB",
    "log_min_messages": "warning",
  ]

  /// The guardian's script.
  ///
  /// Its arguments: directory, programs, user or nothing, what to remove or nothing, port, then the server's own.
  /// The server stays the shell's child, which waits for it: a container's first process may not.
  private static let script = """
    trap '' INT TERM HUP
    directory=$1 programs=$2 user=$3 removed=$4 port=$5 server=
    shift 5
    as=
    [ -z "$user" ] || as="setpriv --reuid=$user --regid=$user --init-groups --"
    end() {
      if [ -n "$server" ]; then kill -QUIT "$server" 2>/dev/null; wait "$server"; fi
      cd /
      [ -z "$removed" ] || rm -rf "$removed"
      exit 0
    }
    fail() { echo "$*"; cat >/dev/null; end; }
    mkdir -m 0700 "$directory" || fail "cannot make $directory"
    [ -z "$user" ] || chown "$user" "$directory" || fail "cannot give $directory to $user"
    cd "$directory"
    $as "$programs/initdb" -D "$directory/data" -A trust -U postgres -E UTF8 --locale=C --no-sync \
      >"$directory/log" 2>&1 || fail "initdb: $(tail -n 1 "$directory/log")"
    $as "$programs/postgres" -D "$directory/data" -k "$directory" "$@" \
      >"$directory/log" 2>&1 </dev/null &
    server=$!
    until "$programs/pg_isready" -q -h "$directory" -p "$port" -t 5; do
      kill -0 "$server" 2>/dev/null || fail "$(head -n 1 "$directory/log")"
      sleep 0.05
    done
    echo ready
    cat >/dev/null
    end
    """

  /// Names the directory with the server's programs, where it is to be another than the newest that is installed.
  public static let programsVariable = "LAKECANARY_POSTGRES_BIN"

  /// The directory with the server's programs: the one that is named, else that of the newest version that Debian's
  /// layout or `PATH` has.
  private static func installedPrograms() throws(LocalServerError) -> String {
    let environment = ProcessInfo.processInfo.environment
    if let named = environment[programsVariable], !named.isEmpty {
      guard isComplete(named) else {
        throw LocalServerError(
          code: .notThere, server: "postgresql",
          detail: "\(programsVariable) is \(named), where no initdb, pg_ctl and postgres are")
      }
      return named
    }
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    let packaged = versions.compactMap(Int.init).sorted(by: >).map { "\(root)/\($0)/bin" }
    let path = environment["PATH"] ?? ""
    for directory in packaged + path.split(separator: ":").map(String.init) where isComplete(directory) {
      return directory
    }
    throw LocalServerError(
      code: .notInstalled, server: "postgresql", detail: "no initdb in \(root)/*/bin or PATH")
  }

  private static func isComplete(_ directory: String) -> Bool {
    ["initdb", "pg_ctl", "postgres"].allSatisfy {
      FileManager.default.isExecutableFile(atPath: "\(directory)/\($0)")
    }
  }
}
