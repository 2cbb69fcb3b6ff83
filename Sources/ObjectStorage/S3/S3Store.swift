import HTTP
import Time

/// A bucket of S3, or of a server that speaks its language.
struct S3Store: ObjectStore {
  let client: S3Client
  let access: StorageAccess
  let multipartThreshold: Int
  let partSize: Int

  var name: String { client.name }

  func credentialSource() async throws(StorageError) -> String? {
    try await client.credentials.sourceName(for: name)
  }

  func head(_ key: String) async throws(StorageError) -> ObjectHead {
    let call = S3Call(operation: .head, method: .head, key: key)
    try checkKey(call)
    do {
      return try ObjectAnswer(await client.perform(call), call, store: name).head
    } catch  where error.code == .notFound {
      // The answer to HEAD has no body that would tell a missing object from a missing bucket.
      throw try await isBucketMissing() ? call.error(.bucketMissing, store: name) : error
    } catch  where error.serviceCode == nil && (error.status == 400 || error.status == 403) {
      // Nor one that says why it was refused; that to GET has.
      throw try await refusal(call) ?? error
    }
  }

  private func refusal(_ call: S3Call) async throws(StorageError) -> StorageError? {
    var call = call
    call.method = .get
    call.headers.append(("Range", "bytes=0-0"))
    do {
      _ = try await client.perform(call)
      return nil
    } catch {
      return error.serviceCode == nil ? nil : error
    }
  }

  private func isBucketMissing() async throws(StorageError) -> Bool {
    do {
      _ = try await client.perform(S3Call(operation: .head, method: .head))
      return false
    } catch  where error.code == .notFound || error.code == .bucketMissing {
      return true
    } catch  where error.code == .accessDenied {
      return false
    }
  }

  func get(_ key: String, range: ByteRange?, ifMatch: ETag?) async throws(StorageError) -> ObjectBytes {
    do {
      return try await read(key, range, ifMatch)
    } catch  where range != nil && [400, 416, 501].contains(error.status ?? 0) {
      return try await readWithin(key, range, ifMatch, refusal: error)
    }
  }

  /// Reads a range that a server has refused, by offsets within the object's size: some know no suffixes, and some no
  /// ranges that end beyond the object, where S3 gives what there is.
  private func readWithin(
    _ key: String, _ range: ByteRange?, _ ifMatch: ETag?, refusal: StorageError
  ) async throws(StorageError) -> ObjectBytes {
    guard let range, range.isValid else { throw refusal }
    let head: ObjectHead
    do { head = try await self.head(key) } catch { throw refusal }
    guard let wanted = range.offsets(in: head.size) else {
      var error = refusal
      error.code = .rangeNotSatisfiable
      throw error
    }
    guard range != .bytes(wanted) else { throw refusal }
    let object = try await read(key, .bytes(wanted), ifMatch)
    guard object.size == head.size else {
      throw S3Call(operation: .get, key: key).error(
        .preconditionFailed, store: name, detail: "it was replaced while it was read")
    }
    return object
  }

  private func read(_ key: String, _ range: ByteRange?, _ ifMatch: ETag?) async throws(StorageError)
    -> ObjectBytes
  {
    var call = S3Call(operation: .get, key: key, limit: largestWholeRead)
    try checkKey(call)
    if let range {
      guard range.isValid else { throw call.error(.rangeNotSatisfiable, store: name) }
      // A server that answers a range with the whole object may do so, within reason.
      call.limit = range.longest.addingReportingOverflow(S3Call.smallAnswer).partialValue
      switch range {
      case .bytes(let bytes):
        call.headers.append(("Range", "bytes=\(bytes.lowerBound)-\(bytes.upperBound - 1)"))
      case .suffix(let count): call.headers.append(("Range", "bytes=-\(count)"))
      }
      guard (1...largestWholeRead).contains(range.longest) else { throw call.error(.tooLarge, store: name) }
    }
    let ifMatch = ifMatch?.rawValue.isEmpty == true ? nil : ifMatch
    if let ifMatch { call.headers.append(("If-Match", ifMatch.quoted)) }
    let answer = ObjectAnswer(try await client.perform(call), call, store: name)
    let object = try answer.bytes(range)
    // Not every server obeys If-Match.
    if let ifMatch, object.etag != ifMatch { throw call.error(.preconditionFailed, store: name) }
    return object
  }

  func delete(_ key: String) async throws(StorageError) {
    let call = S3Call(operation: .delete, method: .delete, key: key)
    try checkKey(call)
    try requireWriting(call)
    do {
      _ = try await client.perform(call)
    } catch  where error.code == .notFound {
      // Some servers say that nothing was there.
    }
  }

  func clockReading() async throws(StorageError) -> ClockReading {
    // Every answer tells the time, that to somebody who may not ask as well: a policy may allow to list below a
    // prefix alone.
    let call = S3Call(operation: .clock, method: .head)
    let clock = client.settings.clock
    let before = clock.now()
    let date = try await client.date(call)
    let after = clock.now()
    guard let date else { throw call.error(.unsupported, store: name, detail: "it sends no Date") }
    // The header is cut to whole seconds, and was written at some moment between sending and receiving.
    let half = (after - before) / 2
    return ClockReading(
      offset: date + .milliseconds(500) - (before + half), uncertainty: .milliseconds(500) + half)
  }

  /// Refuses keys that no bucket takes, without asking.
  func checkKey(_ call: S3Call) throws(StorageError) {
    guard !(1...KeyPath.largestKey).contains(call.key.utf8.count) else { return }
    throw call.error(call.operation == .put ? .invalidKey : .notFound, store: name)
  }

  func requireWriting(_ call: S3Call) throws(StorageError) {
    guard access == .write else {
      throw call.error(.notWritable, store: name, detail: "opened for reading only")
    }
  }
}

/// An answer about an object.
struct ObjectAnswer {
  private let answer: HTTPAnswer
  private let call: S3Call
  private let store: String

  init(_ answer: HTTPAnswer, _ call: S3Call, store: String) {
    (self.answer, self.call, self.store) = (answer, call, store)
  }

  /// What the header says of the object, for an answer to HEAD.
  var head: ObjectHead {
    get throws(StorageError) {
      guard let size = answer.header("content-length").flatMap({ Int64($0) }), size >= 0 else {
        throw malformed("no Content-Length")
      }
      return try head(size: size)
    }
  }

  private func head(size: Int64) throws(StorageError) -> ObjectHead {
    guard let etag = answer.header("etag"), !etag.isEmpty else { throw malformed("no ETag") }
    guard let lastModified = answer.header("last-modified").flatMap(HTTPDate.parse) else {
      throw malformed("no Last-Modified")
    }
    return ObjectHead(size: size, etag: ETag(etag), lastModified: lastModified)
  }

  /// The bytes of an answer to GET: those of the range, of whatever the server sent.
  func bytes(_ range: ByteRange?) throws(StorageError) -> ObjectBytes {
    let size: Int64
    var sent: Range<Int64>
    if answer.status == 206 {
      // "bytes 0--1/0": a range of an object without bytes.
      if range != nil, answer.body.isEmpty, answer.header("content-range")?.hasSuffix("/0") == true {
        throw call.error(.rangeNotSatisfiable, store: store)
      }
      guard let said = answer.header("content-range").flatMap(ObjectAnswer.contentRange) else {
        throw malformed("no Content-Range")
      }
      (sent, size) = said
    } else {
      size = Int64(answer.body.count)
      sent = 0..<size
    }
    let head = try head(size: size)
    guard let range else {
      guard sent == 0..<size, Int64(answer.body.count) == size else {
        throw malformed("a part of the object")
      }
      return ObjectBytes(
        bytes: answer.body, offset: 0, size: size, etag: head.etag, lastModified: head.lastModified)
    }
    guard let wanted = range.offsets(in: size) else { throw call.error(.rangeNotSatisfiable, store: store) }
    guard Int64(answer.body.count) == sent.upperBound - sent.lowerBound, sent.lowerBound <= wanted.lowerBound,
      sent.upperBound >= wanted.upperBound
    else { throw malformed("other bytes than were asked for") }
    if sent == wanted {
      return ObjectBytes(
        bytes: answer.body, offset: wanted.lowerBound, size: size, etag: head.etag,
        lastModified: head.lastModified)
    }
    let part = answer.body[
      Int(wanted.lowerBound - sent.lowerBound)..<Int(wanted.upperBound - sent.lowerBound)]
    return ObjectBytes(
      bytes: Array(part), offset: wanted.lowerBound, size: size, etag: head.etag,
      lastModified: head.lastModified)
  }

  /// `bytes 0-99/1234`: the offsets and the whole size (RFC 9110 section 14.4).
  static func contentRange(_ text: String) -> (Range<Int64>, size: Int64)? {
    guard text.hasPrefix("bytes ") else { return nil }
    let parts = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
    let ends = parts.first?.split(separator: "-", omittingEmptySubsequences: false) ?? []
    guard parts.count == 2, ends.count == 2, let first = Int64(ends[0]), let last = Int64(ends[1]),
      let size = Int64(parts[1]), first >= 0, first <= last, last < size
    else { return nil }
    return (first..<last + 1, size)
  }

  private func malformed(_ reason: String) -> StorageError {
    var error = call.error(.malformedAnswer, store: store, detail: reason)
    error.status = answer.status
    error.requestID = answer.header("x-amz-request-id")
    return error
  }
}
