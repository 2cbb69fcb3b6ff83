import Foundation
import LocalServers

/// A web server on the loopback address that records what it is sent.
public struct AlertReceiver: Sendable {
  /// Its address, without a path.
  public let address: String
  private let guardian: Guardian
  private let record: String

  /// A request that it was sent.
  public struct Received: Decodable, Sendable {
    /// The path with its query.
    public var path: String
    /// The body.
    public var body: String
    /// The Content-Type.
    public var type: String
    /// The status that it answered with.
    public var status: Int

    /// The body as a JSON object; empty where it is none.
    public var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }
  }

  /// Starts one that records in `directory`.
  ///
  /// - Throws: `LocalServerError` where it does not start, `PythonPeers.MissingPeers` where there is no Python.
  public static func start(in directory: String) async throws -> AlertReceiver {
    let port = String(try FreePorts.find(1, for: "alerts")[0])
    let program = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "alert_receiver.py")
      .path
    let record = directory + "/alerts.jsonl"
    let guardian = try await Guardian.start(
      script: script, arguments: [PythonPeers.interpreter, program, port, record], server: "alert receiver")
    return AlertReceiver(address: "http://127.0.0.1:\(port)", guardian: guardian, record: record)
  }

  /// What it was sent since it was last asked.
  ///
  /// - Throws: where the record cannot be read.
  public func taken() throws -> [Received] {
    guard FileManager.default.fileExists(atPath: record) else { return [] }
    let lines = try String(contentsOfFile: record, encoding: .utf8).split(separator: "\n")
    try FileManager.default.removeItem(atPath: record)
    return try lines.map { try JSONDecoder().decode(Received.self, from: Data($0.utf8)) }
  }

  /// The guardian's script; its arguments: the interpreter, the program, the port, the record.
  private static let script = """
    trap '' INT TERM HUP
    log=$(mktemp)
    "$1" "$2" "$3" "$4" >"$log" 2>&1 </dev/null &
    server=$!
    end() { kill -KILL "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -f "$log"; exit 0; }
    tries=0
    until "$1" -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])))' "$3" 2>/dev/null; do
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
