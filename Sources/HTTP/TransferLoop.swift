import CLibCurl
import Glibc

/// libcurl's multi handle and what drives it: epoll for the sockets, an eventfd for what other threads order.
///
/// Lives on one thread from its making to its end. Sockets are driven one by one (`curl_multi_socket_action`), so the
/// work of a turn follows what happened in it, not how many transfers there are.
final class TransferLoop {
  private let multi: UnsafeMutableRawPointer
  /// The epoll descriptor.
  private let events: Int32
  private let orders: TransferOrders
  private let limit: Int
  private let certificates: TrustedCertificates?
  private var active: [UInt64: EasyHandle] = [:]
  private var idle: [EasyHandle] = []
  /// Transfers that have ended, and whose tasks still wait.
  private var finished: [Transfer] = []
  private var sockets = WatchedSockets()
  /// When libcurl wants to be called, on the monotonic clock in milliseconds; nil for never.
  private var deadline: Int64?

  /// A loop; nil where the system has no memory or descriptors for it.
  init?(orders: TransferOrders, limit: Int, certificates: TrustedCertificates?) {
    let events = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard events >= 0 else { return nil }
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(fd: orders.signal))
    guard epoll_ctl(events, EPOLL_CTL_ADD, orders.signal, &event) == 0, let multi = curl_multi_init() else {
      close(events)
      return nil
    }
    self.multi = multi
    self.events = events
    (self.orders, self.limit, self.certificates) = (orders, limit, certificates)
    canary_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limit)
    canary_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    // Unretained: the loop outlives the multi handle, which it cleans up itself.
    let context = Unmanaged.passUnretained(self).toOpaque()
    canary_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
    canary_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
    canary_multi_set_socket_callback(multi) { _, socket, what, context, _ in
      TransferLoop.from(context)?.watch(socket, what)
      return 0
    }
    canary_multi_set_timer_callback(multi) { _, milliseconds, context in
      TransferLoop.from(context)?.deadline = milliseconds < 0 ? nil : TransferLoop.now + Int64(milliseconds)
      return 0
    }
  }

  deinit {
    // libcurl's manual: easy handles are removed before the multi handle goes.
    for handle in active.values { curl_multi_remove_handle(multi, handle.pointer) }
    idle = []
    curl_multi_cleanup(multi)
    close(events)
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> TransferLoop? {
    context.map { Unmanaged<TransferLoop>.fromOpaque($0).takeUnretainedValue() }
  }

  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Runs until the orders are closed.
  func run() {
    var happened = [epoll_event](repeating: epoll_event(), count: 64)
    while true {
      guard take(orders.take(upTo: limit - active.count)) else { break }
      // Waking a task costs more than a transfer does, so tasks are woken together: when nothing else is to be done at
      // once, or when many wait.
      let mayWait = finished.isEmpty && orders.maySleep(withRoom: limit - active.count)
      let count = epoll_wait(events, &happened, Int32(happened.count), mayWait ? pause : 0)
      for event in happened.prefix(Int(max(0, count))) {
        if event.data.fd == orders.signal {
          orders.acknowledge()
        } else {
          happen(event.events, on: event.data.fd)
        }
      }
      if let deadline, deadline <= TransferLoop.now {
        self.deadline = nil
        act(CURL_SOCKET_TIMEOUT, 0)
      }
      finishTransfers()
      if count <= 0 || finished.count >= limit / 2 { deliver() }
    }
    for handle in active.values {
      curl_multi_remove_handle(multi, handle.pointer)
      keep(handle.abandon(.cancelled, detail: "the engine was closed"))
    }
    active = [:]
    deliver()
  }

  private func keep(_ transfer: Transfer?) {
    if let transfer { finished.append(transfer) }
  }

  private func deliver() {
    for transfer in finished { transfer.deliver() }
    finished.removeAll(keepingCapacity: true)
  }

  /// How long to wait for the next event, in milliseconds; -1 for as long as it takes.
  private var pause: Int32 {
    guard let deadline else { return -1 }
    return Int32(clamping: max(0, deadline - TransferLoop.now))
  }

  /// Does what was ordered; false where it is to end.
  private func take(_ orders: TransferOrders.Batch) -> Bool {
    for id in orders.cancelled {
      guard let handle = active.removeValue(forKey: id) else { continue }
      curl_multi_remove_handle(multi, handle.pointer)
      keep(handle.abandon(.cancelled, detail: "cancelled"))
      release(handle)
    }
    for submission in orders.begun {
      begin(Transfer(id: submission.id, request: submission.request, continuation: submission.continuation))
    }
    return !orders.isClosed
  }

  private func begin(_ transfer: Transfer) {
    guard let handle = idle.popLast() ?? makeHandle() else {
      transfer.fail(TransferFailure(kind: .invalid, detail: "no memory for a transfer", duration: .zero))
      keep(transfer)
      return
    }
    let code = handle.prepare(transfer)
    guard code == CURLE_OK, curl_multi_add_handle(multi, handle.pointer) == CURLM_OK else {
      keep(handle.finish(code == CURLE_OK ? CURLE_OUT_OF_MEMORY : code))
      idle.append(handle)
      return
    }
    active[transfer.id] = handle
  }

  /// A handle whose connections are known from their opening to their end; nil where libcurl has no memory for one.
  private func makeHandle() -> EasyHandle? {
    guard let handle = EasyHandle(certificates: certificates) else { return nil }
    // Unretained: the loop outlives its handles, and its connections.
    let context = Unmanaged.passUnretained(self).toOpaque()
    canary_easy_set_pointer(handle.pointer, CURLOPT_SOCKOPTDATA, context)
    canary_easy_set_opened_callback(handle.pointer) { context, socket, _ in
      // Programs that are started meanwhile are not to hold connections open.
      _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
      TransferLoop.from(context)?.sockets.open(socket)
      return CURL_SOCKOPT_OK
    }
    canary_easy_set_pointer(handle.pointer, CURLOPT_CLOSESOCKETDATA, context)
    canary_easy_set_close_callback(handle.pointer) { context, socket in
      TransferLoop.from(context)?.sockets.close(socket)
      return close(socket)
    }
    return handle
  }

  private func act(_ socket: curl_socket_t, _ events: UInt32) {
    var action: Int32 = 0
    if events & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0 { action |= CURL_CSELECT_IN }
    if events & EPOLLOUT.rawValue != 0 { action |= CURL_CSELECT_OUT }
    if events & EPOLLERR.rawValue != 0 { action |= CURL_CSELECT_ERR }
    var running: Int32 = 0
    curl_multi_socket_action(multi, socket, action, &running)
  }

  private func finishTransfers() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let pointer = message.pointee.easy_handle,
        let handle = EasyHandle.of(pointer), let id = handle.transfer?.id
      else { continue }
      let result = canary_message_result(message)
      curl_multi_remove_handle(multi, pointer)  // After this, `message` is gone.
      active[id] = nil
      keep(handle.finish(result))
      release(handle)
    }
  }

  private func release(_ handle: EasyHandle) {
    idle.append(handle)
  }

  private func happen(_ events: UInt32, on socket: curl_socket_t) {
    guard sockets.isWanted(socket) else {
      epoll_ctl(self.events, EPOLL_CTL_DEL, socket, nil)
      return
    }
    act(socket, events)
  }

  /// Watches a socket for what libcurl waits for on it.
  private func watch(_ socket: curl_socket_t, _ what: Int32) {
    var wanted: UInt32 = 0
    if what != CURL_POLL_REMOVE {
      if what & CURL_POLL_IN != 0 { wanted |= EPOLLIN.rawValue }
      if what & CURL_POLL_OUT != 0 { wanted |= EPOLLOUT.rawValue }
    }
    guard let operation = sockets.want(wanted, of: socket) else { return }
    var event = epoll_event(events: wanted, data: epoll_data_t(fd: socket))
    // A socket that is closed already is one that epoll has forgotten.
    if epoll_ctl(events, operation, socket, &event) == -1, operation != EPOLL_CTL_DEL {
      epoll_ctl(events, operation == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event)
    }
  }
}
