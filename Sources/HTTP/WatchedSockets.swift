import CLibCurl
import Glibc

/// What epoll watches each socket of libcurl's for.
///
/// A connection stays watched between two transfers, which saves two system calls of each; should its server close it
/// meanwhile, it is let go.
struct WatchedSockets {
  private struct Socket {
    /// What epoll knows, and what libcurl wants to hear of.
    var watched: UInt32 = 0
    var wanted: UInt32 = 0
    /// Whether libcurl says when it is opened and closed; it does not of those of its resolver.
    var isConnection = false
  }

  /// By descriptor.
  private var sockets: [Socket] = []

  /// A connection was opened: another may have had its descriptor.
  mutating func open(_ socket: curl_socket_t) { set(Socket(isConnection: true), for: socket) }

  /// A connection is closed, and epoll has forgotten it.
  mutating func close(_ socket: curl_socket_t) { set(Socket(), for: socket) }

  /// Takes what libcurl wants to hear of a socket, nothing where it is 0, and returns what epoll is to be told
  /// (`EPOLL_CTL_ADD` and the like); nil where it knows.
  mutating func want(_ events: UInt32, of socket: curl_socket_t) -> Int32? {
    var known = self.socket(socket)
    defer { set(known, for: socket) }
    known.wanted = events
    if events == known.watched || events == 0 && known.isConnection && known.watched == EPOLLIN.rawValue {
      return nil
    }
    let isWatched = known.watched != 0
    known.watched = events
    return events == 0 ? EPOLL_CTL_DEL : isWatched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
  }

  /// Whether libcurl wants to hear of a socket on which something happened; one of which it does not is no longer
  /// watched: the caller tells epoll.
  mutating func isWanted(_ socket: curl_socket_t) -> Bool {
    var known = self.socket(socket)
    guard known.wanted == 0 else { return true }
    known.watched = 0
    set(known, for: socket)
    return false
  }

  private func socket(_ socket: curl_socket_t) -> Socket {
    sockets.indices.contains(Int(socket)) ? sockets[Int(socket)] : Socket()
  }

  private mutating func set(_ new: Socket, for socket: curl_socket_t) {
    guard socket >= 0 else { return }
    while sockets.count <= Int(socket) { sockets.append(Socket()) }
    sockets[Int(socket)] = new
  }
}
