import CLibCurl
import Glibc

/// A libcurl easy handle: one transfer at a time, used again so that its memory is.
///
/// Confined to the thread of its loop.
final class EasyHandle {
  let pointer: UnsafeMutableRawPointer
  private var headers = HeaderList()
  private let errorText: UnsafeMutablePointer<CChar>
  private(set) var transfer: Transfer?
  // What libcurl was told for the transfer before, and keeps.
  private var method: HTTPRequest.Method?
  private var times: Times?
  private var proxy: String??

  private struct Times: Equatable {
    var timeLeft, connecting, stall: Duration
  }

  /// A handle; nil where libcurl has no memory for one.
  init?(certificates: TrustedCertificates?) {
    guard let pointer = curl_easy_init() else { return nil }
    self.pointer = pointer
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    setFixedOptions()
    guard let certificates else { return }
    if let pem = certificates.pem {
      let code = pem.withUnsafeBytes {
        canary_easy_set_blob(pointer, CURLOPT_CAINFO_BLOB, $0.baseAddress, $0.count)
      }
      guard code == CURLE_OK else { return nil }
    } else {
      guard canary_easy_set_text(pointer, CURLOPT_CAINFO, certificates.file) == CURLE_OK else { return nil }
    }
  }

  deinit {
    curl_easy_cleanup(pointer)  // Before what it points to.
    errorText.deallocate()
  }

  /// Sets what holds for every transfer.
  ///
  /// None of these options can fail in a libcurl that has HTTP and TLS.
  private func setFixedOptions() {
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    canary_easy_set_text(pointer, CURLOPT_PROTOCOLS_STR, "http,https")
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_PATH_AS_IS, 1)  // A key may hold "..".
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    canary_easy_set_text(pointer, CURLOPT_USERAGENT, "lakecanary")
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    set(CURLOPT_BUFFERSIZE, 32 << 10)
    set(CURLOPT_LOW_SPEED_LIMIT, 1)
    // Whom not to ask through a proxy is decided with the proxy itself, before libcurl.
    canary_easy_set_text(pointer, CURLOPT_NOPROXY, "")
    canary_easy_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
    canary_easy_set_data_callback(pointer, CURLOPT_HEADERFUNCTION) { data, size, count, context in
      EasyHandle.transfer(context)?.receive(head: UnsafeRawBufferPointer(start: data, count: size * count))
        ?? 0
    }
    canary_easy_set_data_callback(pointer, CURLOPT_WRITEFUNCTION) { data, size, count, context in
      EasyHandle.of(context: context)?.receive(
        body: UnsafeRawBufferPointer(start: data, count: size * count)) ?? 0
    }
    canary_easy_set_data_callback(pointer, CURLOPT_READFUNCTION) { data, size, count, context in
      let buffer = UnsafeMutableRawBufferPointer(start: data, count: size * count)
      return EasyHandle.transfer(context)?.send(into: buffer) ?? Int(CURL_READFUNC_ABORT)
    }
    canary_easy_set_seek_callback(pointer) { context, offset, origin in
      guard origin == SEEK_SET, EasyHandle.transfer(context)?.rewind(to: Int(offset)) == true else {
        return CURL_SEEKFUNC_FAIL
      }
      return CURL_SEEKFUNC_OK
    }
    for option in [
      CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_PRIVATE,
    ] {
      // Unretained: the handle is alive while libcurl calls back with it.
      canary_easy_set_pointer(pointer, option, Unmanaged.passUnretained(self).toOpaque())
    }
  }

  /// The handle that libcurl knows by a pointer.
  static func of(_ pointer: UnsafeMutableRawPointer) -> EasyHandle? {
    var context: UnsafeMutableRawPointer?
    canary_easy_get_pointer(pointer, CURLINFO_PRIVATE, &context)
    return of(context: context)
  }

  private static func of(context: UnsafeMutableRawPointer?) -> EasyHandle? {
    context.map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    of(context: context)?.transfer
  }

  private func receive(body bytes: UnsafeRawBufferPointer) -> Int {
    guard let transfer else { return 0 }
    if transfer.hasNoBody {
      var announced: curl_off_t = -1
      canary_easy_get_offset(pointer, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced)
      transfer.expect(Int(announced))
    }
    return transfer.receive(body: bytes)
  }

  /// Makes the handle ready for a transfer; the error that libcurl has about it, where it has one.
  func prepare(_ transfer: Transfer) -> CURLcode {
    let request = transfer.request
    self.transfer = transfer
    errorText.pointee = 0
    if request.method != method || request.method == .put || request.method == .post {
      set(request.method, bodyByteCount: request.body.count)
    }
    // libcurl adds these by itself; without a value they are left out.
    let unwanted = request.body.isEmpty ? ["Accept:"] : ["Accept:", "Expect:"]
    canary_easy_set_list(
      pointer, CURLOPT_HTTPHEADER, headers.fill(request.headers, leavingOut: unwanted))
    // Most requests of a store have the same times and the same way: libcurl keeps what it was told.
    let times = Times(
      timeLeft: request.timeLeft, connecting: request.connecting, stall: request.stall)
    if times != self.times {
      set(CURLOPT_TIMEOUT_MS, milliseconds(request.timeLeft))
      set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.connecting))
      set(CURLOPT_LOW_SPEED_TIME, max(1, Int(request.stall.components.seconds)))
      self.times = times
    }
    if proxy != .some(request.proxy) {
      canary_easy_set_text(pointer, CURLOPT_PROXY, request.proxy ?? "")
      proxy = .some(request.proxy)
    }
    return canary_easy_set_text(pointer, CURLOPT_URL, request.url)
  }

  private func set(_ method: HTTPRequest.Method, bodyByteCount: Int) {
    set(CURLOPT_HTTPGET, 1)  // Undoes what the transfer before has set as its method.
    canary_easy_set_text(pointer, CURLOPT_CUSTOMREQUEST, nil)
    set(CURLOPT_NOBODY, method == .head ? 1 : 0)
    switch method {
    case .get: set(CURLOPT_HTTPGET, 1)
    case .head: break
    case .delete: canary_easy_set_text(pointer, CURLOPT_CUSTOMREQUEST, "DELETE")
    case .put:
      set(CURLOPT_UPLOAD, 1)
      canary_easy_set_offset(pointer, CURLOPT_INFILESIZE_LARGE, curl_off_t(bodyByteCount))
    case .post:
      set(CURLOPT_POST, 1)
      canary_easy_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bodyByteCount))
    }
    self.method = method
  }

  /// Ends the transfer with its answer, or with what went wrong, and gives it back to be delivered.
  func finish(_ code: CURLcode) -> Transfer? {
    guard let transfer else { return nil }
    self.transfer = nil
    var microseconds: curl_off_t = 0
    canary_easy_get_offset(pointer, CURLINFO_TOTAL_TIME_T, &microseconds)
    let duration = Duration.microseconds(microseconds)
    if code == CURLE_OK {
      var status = 0
      canary_easy_get_long(pointer, CURLINFO_RESPONSE_CODE, &status)
      transfer.finish(status: status, duration: duration)
    } else {
      let said = String(cString: errorText)
      let text = said.isEmpty ? String(cString: curl_easy_strerror(code)) : said
      var systemError = 0
      canary_easy_get_long(pointer, CURLINFO_OS_ERRNO, &systemError)
      transfer.fail(code, systemError: Int32(clamping: systemError), detail: text, duration: duration)
    }
    return transfer
  }

  /// Ends the transfer with a failure of our own.
  func abandon(_ kind: TransferFailure.Kind, detail: String) -> Transfer? {
    let abandoned = transfer
    abandoned?.fail(TransferFailure(kind: kind, detail: detail, duration: .zero))
    transfer = nil
    return abandoned
  }

  private func set(_ option: CURLoption, _ value: Int) {
    canary_easy_set_long(pointer, option, value)
  }

  /// libcurl takes 0 for "no limit".
  private func milliseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    let whole = seconds.multipliedReportingOverflow(by: 1_000)
    guard !whole.overflow, whole.partialValue < Int64(Int32.max) else { return Int(Int32.max) }
    return max(1, Int(whole.partialValue + attoseconds / 1_000_000_000_000_000))
  }
}
