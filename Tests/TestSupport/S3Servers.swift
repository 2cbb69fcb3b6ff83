import Foundation
public import LocalServers

/// The S3 servers of the whole test process; they end with it.
public actor S3Servers {
  /// Those of this process.
  public static let shared = S3Servers()

  private var seaweedStart: Task<SeaweedServer, any Error>?
  private var motoStart: Task<MotoServer, any Error>?

  /// A SeaweedFS, started by the first who asks.
  ///
  /// - Throws: `LocalServerError` where it does not start, `PythonPeers.MissingPeers` where it is not installed.
  public func seaweed() async throws -> SeaweedServer {
    if let seaweedStart { return try await seaweedStart.value }
    let task = Task {
      let program = try PythonPeers.program("weed")
      let directory = try TemporaryDirectory(prefix: "lakecanary-weed", for: "seaweedfs")
      return try await SeaweedServer.start(
        program: program, in: directory.path + "/weed", removing: directory.path)
    }
    seaweedStart = task
    return try await task.value
  }

  /// A moto, started by the first who asks.
  ///
  /// - Throws: `LocalServerError` where it does not start, `PythonPeers.MissingPeers` where it is not installed.
  public func moto() async throws -> MotoServer {
    if let motoStart { return try await motoStart.value }
    let task = Task { try await MotoServer.start(interpreter: PythonPeers.interpreter) }
    motoStart = task
    return try await task.value
  }
}

/// A moto on the loopback address: AWS's APIs in memory, without a look at signatures.
public struct MotoServer: Sendable {
  /// The address of all its services: `http://127.0.0.1:PORT`.
  public let endpoint: String
  private let guardian: Guardian

  static func start(interpreter: String) async throws -> MotoServer {
    let port = String(try FreePorts.find(1, for: "moto")[0])
    let guardian = try await Guardian.start(script: script, arguments: [interpreter, port], server: "moto")
    return MotoServer(endpoint: "http://127.0.0.1:\(port)", guardian: guardian)
  }

  /// The guardian's script; its arguments: the interpreter, the port.
  private static let script = """
    trap '' INT TERM HUP
    log=$(mktemp)
    "$1" -m moto.server -H 127.0.0.1 -p "$2" >"$log" 2>&1 </dev/null &
    server=$!
    end() { kill -KILL "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -f "$log"; exit 0; }
    tries=0
    until "$1" -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])))' "$2" 2>/dev/null; do
      tries=$((tries + 1))
      if [ $tries -gt 600 ] || ! kill -0 "$server" 2>/dev/null; then
        tail -n 1 "$log"; cat >/dev/null; end
      fi
      sleep 0.05
    done
    echo ready
    cat >/dev/null
    end
    """
}
