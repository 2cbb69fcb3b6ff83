import Foundation
import LocalServers
import TestSupport

/// A PostgreSQL as RDS runs it: TLS alone, a certificate of an authority of its own, tokens of IAM for passwords.
struct ManagedSource {
  /// As an instance of RDS is called; the address is that of this machine.
  static let host = "exercise.abc.eu-west-1.rds.amazonaws.com"
  static let accessKey = "AKIDEXAMPLE"
  static let secretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

  let port: Int
  let cluster: PostgresCluster
  private let directory: Guardian
  private let scratch: ScratchDirectory
  private var log: String { scratch.path + "/binds" }

  /// The authority that signed the server's certificate, and one that did not.
  var authority: String { scratch.path + "/ca.pem" }
  var stranger: String { scratch.path + "/stranger.pem" }

  init() async throws {
    scratch = try ScratchDirectory()
    let made = try await CommandRun.command("/bin/sh", ["-ec", Self.certificates, scratch.path, Self.host])
    guard made.exitCode == 0 else { throw NotMade(text: made.errorOutput) }
    let ports = try FreePorts.find(2, for: "postgresql")
    port = ports[0]
    let program = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "token_directory.py")
      .path
    directory = try await Guardian.start(
      script: Self.script,
      arguments: [
        try PythonPeers.interpreter, program, String(ports[1]), scratch.path + "/binds",
        "\(Self.host):\(ports[0])", "lakecanary", "eu-west-1", Self.accessKey, Self.secretKey,
      ], server: "LDAP")
    let access = scratch.path + "/pg_hba.conf"
    try """
    local all postgres trust
    hostssl all lakecanary 127.0.0.1/32 ldap ldapprefix="" ldapserver=127.0.0.1 ldapport=\(ports[1])
    hostssl all postgres 127.0.0.1/32 trust

    """.write(toFile: access, atomically: true, encoding: .utf8)
    cluster = try await PostgresCluster.start(
      in: scratch.path + "/pg", removing: scratch.path + "/pg",
      settings: [
        "listen_addresses": "127.0.0.1", "port": String(port), "hba_file": access, "ssl": "on",
        "ssl_cert_file": scratch.path + "/server.pem", "ssl_key_file": scratch.path + "/server.key",
      ])
    let role = try await CommandRun.command(
      "\(cluster.programs)/psql",
      [
        "-XAtd", cluster.conninfo(), "-c", "create role lakecanary login", "-c",
        "create schema lakecanary authorization lakecanary",
      ])
    guard role.exitCode == 0 else { throw NotMade(text: role.errorOutput) }
  }

  /// A connection string to it, without a password.
  func conninfo(host: String = host, authority: String? = nil, user: String = "lakecanary") -> String {
    "host=\(host) hostaddr=127.0.0.1 port=\(port) user=\(user) dbname=postgres sslmode=verify-full "
      + "sslrootcert=\(authority ?? self.authority)"
  }

  /// How each login by token ended since it was last asked.
  func logins() throws -> [String] {
    guard FileManager.default.fileExists(atPath: log) else { return [] }
    defer { try? FileManager.default.removeItem(atPath: log) }
    return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  func stop() async {
    await cluster.stop()
    await directory.stop()
  }

  struct NotMade: Error {
    var text: String
  }

  /// Its arguments: the directory, the server's name.
  private static let certificates = """
    cd "$0"
    make() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "$@" 2>/dev/null; }
    make -subj /CN=authority -keyout ca.key -out ca.pem
    make -subj /CN=stranger -keyout stranger.key -out stranger.pem
    make -subj /CN=server -addext "subjectAltName=DNS:$1" -CA ca.pem -CAkey ca.key -keyout server.key -out server.pem
    chmod 644 ./*.pem
    chmod 600 server.key
    [ "$(id -u)" != 0 ] || chown postgres server.key
    """

  /// Its arguments: the interpreter, the program, its port, and the rest of its arguments.
  private static let script = """
    trap '' INT TERM HUP
    "$@" >/dev/null 2>"$4.errors" </dev/null &
    server=$!
    end() { kill -KILL "$server" 2>/dev/null; wait "$server" 2>/dev/null; exit 0; }
    until "$1" -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])))' "$3" 2>/dev/null; do
      kill -0 "$server" 2>/dev/null || { tail -n 1 "$4.errors"; cat >/dev/null; end; }
      sleep 0.1
    done
    echo ready
    cat >/dev/null
    end
    """
}
