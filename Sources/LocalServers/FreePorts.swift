import Foundation

/// TCP ports of the loopback address that nobody listens on at the moment.
package enum FreePorts {
  /// As many ports, all different; somebody else may take one before it is used.
  ///
  /// - Throws: `LocalServerError` with code `notStarted` where the system has none.
  package static func find(_ count: Int, for server: String) throws(LocalServerError) -> [Int] {
    var sockets: [Int32] = []
    defer { for socket in sockets { close(socket) } }
    var ports: [Int] = []
    for _ in 0..<count {
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      sockets.append(listener)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
        }
      }
      guard listener >= 0, isBound else {
        throw LocalServerError(
          code: .notStarted, server: server, detail: "no free port: \(String(cString: strerror(errno)))")
      }
      ports.append(Int(UInt16(bigEndian: address.sin_port)))
    }
    return ports
  }
}
