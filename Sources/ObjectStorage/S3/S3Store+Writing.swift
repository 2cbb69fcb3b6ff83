import HTTP
import Synchronization
import Time

extension S3Store {
  /// Marks a write, so that one whose answer was lost can be told from somebody else's.
  private static let markHeader: StaticString = "x-amz-meta-lakecanary-write"

  func put(_ key: String, _ bytes: [UInt8], ifNoneMatch: Bool) async throws(StorageError) -> ETag {
    let call = S3Call(operation: .put, method: .put, key: key)
    try checkKey(call)
    try requireWriting(call)
    let mark = String(UInt64.random(in: .min ... .max), radix: 16)
    return bytes.count >= multipartThreshold
      ? try await putParts(key, HeldContent(bytes: bytes), ifNoneMatch: ifNoneMatch, mark)
      : try await putWhole(call, bytes, ifNoneMatch: ifNoneMatch, mark)
  }

  func put(
    _ key: String, content: any ObjectContent, ifNoneMatch: Bool
  ) async throws(StorageError) -> ETag {
    guard content.byteCount >= multipartThreshold else {
      let bytes = try content.read(0..<content.byteCount, for: key, in: name)
      return try await put(key, bytes, ifNoneMatch: ifNoneMatch)
    }
    let call = S3Call(operation: .put, method: .put, key: key)
    try checkKey(call)
    try requireWriting(call)
    let mark = String(UInt64.random(in: .min ... .max), radix: 16)
    return try await putParts(key, content, ifNoneMatch: ifNoneMatch, mark)
  }

  private func putWhole(
    _ call: S3Call, _ bytes: [UInt8], ifNoneMatch: Bool, _ mark: String
  ) async throws(StorageError) -> ETag {
    var call = call
    call.body = bytes
    call.headers = [("Content-Type", "application/octet-stream")]
    if ifNoneMatch { call.headers += [("If-None-Match", "*"), ("\(S3Store.markHeader)", mark)] }
    var mayHaveHappened = false
    do {
      let answer = try await performChecked(call, onRetry: { if $0 { mayHaveHappened = true } })
      // Some proxies take the tag away.
      guard let etag = answer.header("etag"), !etag.isEmpty else { return try await head(call.key).etag }
      return ETag(etag)
    } catch {
      guard error.code == .alreadyExists, mayHaveHappened, let etag = try await written(call.key, mark) else {
        throw error
      }
      return etag
    }
  }

  /// Sends a write with the checksum of its body, for the server to keep; without it where the server does not
  /// know of checksums. (Damage on the way is found all the same: the signature covers the body.)
  private func performChecked(
    _ call: S3Call, onRetry: (_ isAmbiguous: Bool) -> Void
  ) async throws(StorageError) -> HTTPAnswer {
    guard !client.refusesChecksums.load(ordering: .relaxed) else {
      return try await client.perform(call, onRetry: onRetry)
    }
    var checked = call
    checked.headers.append(("X-Amz-Checksum-Sha256", Base64.encode(Digests.sha256(call.body))))
    do {
      return try await client.perform(checked, onRetry: onRetry)
    } catch  where error.code == .unsupported {
      // A condition may be what the server does not know; then this is refused again.
      let answer = try await client.perform(call, onRetry: onRetry)
      client.refusesChecksums.store(true, ordering: .relaxed)
      return answer
    }
  }

  /// The tag of the object where it is the one that bears the mark: a refused write may have been preceded by
  /// an attempt of its own that succeeded and whose answer was lost.
  private func written(_ key: String, _ mark: String) async throws(StorageError) -> ETag? {
    let call = S3Call(operation: .put, method: .head, key: key)
    let answer = try await client.perform(call)
    return answer.header(S3Store.markHeader) == mark ? try etag(answer, call) : nil
  }

  private func etag(_ answer: HTTPAnswer, _ call: S3Call) throws(StorageError) -> ETag {
    guard let etag = answer.header("etag"), !etag.isEmpty else {
      throw call.error(.malformedAnswer, store: name, detail: "no ETag")
    }
    return ETag(etag)
  }

  // MARK: In parts

  /// S3's own limit.
  private static let mostParts = 10_000
  /// Parts of one object on their way at once, so that a large object leaves room for others.
  private static let partsAtOnce = 4

  private func putParts(
    _ key: String, _ content: any ObjectContent, ifNoneMatch: Bool, _ mark: String
  ) async throws(StorageError) -> ETag {
    var create = S3Call(operation: .put, method: .post, key: key, query: [("uploads", "")])
    create.headers = [("Content-Type", "application/octet-stream"), ("\(S3Store.markHeader)", mark)]
    let created = try await client.perform(create)
    guard let upload = (try? XMLElement(created.body))?.text("UploadId"), !upload.isEmpty else {
      throw create.error(.malformedAnswer, store: name, detail: "no upload id")
    }
    do {
      let etags = try await sendParts(key, content, upload)
      return try await complete(key, upload, etags, ifNoneMatch: ifNoneMatch, mark)
    } catch {
      // In a task of its own: it must also happen where this one was cancelled.
      let abort = S3Call(operation: .put, method: .delete, key: key, query: [("uploadId", upload)])
      let client = client
      await Task { _ = try? await client.perform(abort) }.value
      throw error
    }
  }

  private func sendParts(
    _ key: String, _ content: any ObjectContent, _ upload: String
  ) async throws(StorageError) -> [ETag] {
    let byteCount = content.byteCount
    let size = max(partSize, (byteCount + S3Store.mostParts - 1) / S3Store.mostParts)
    let count = (byteCount + size - 1) / size
    let result: Result<[ETag], StorageError> = await withTaskGroup(
      of: Result<(Int, ETag), StorageError>.self
    ) { group in
      var etags = [ETag?](repeating: nil, count: count)
      var (begun, done) = (0, 0)
      while done < count {
        // A part is copied when it is begun, so that few copies are held at once.
        while begun < min(count, done + S3Store.partsAtOnce) {
          let index = begun
          begun += 1
          group.addTask { await sendPart(key, content, size: size, index: index, upload) }
        }
        guard let result = await group.next() else { break }
        done += 1
        switch result {
        case .success(let (index, etag)): etags[index] = etag
        case .failure(let error):
          group.cancelAll()
          return .failure(error)
        }
      }
      return .success(etags.compactMap { $0 })
    }
    return try result.get()
  }

  private func sendPart(
    _ key: String, _ content: any ObjectContent, size: Int, index: Int, _ upload: String
  ) async -> Result<(Int, ETag), StorageError> {
    do throws(StorageError) {
      let part = try content.read(
        index * size..<min(content.byteCount, (index + 1) * size), for: key, in: name)
      let call = S3Call(
        operation: .put, method: .put, key: key,
        query: [("partNumber", String(index + 1)), ("uploadId", upload)], body: part)
      return .success((index, try etag(try await client.perform(call), call)))
    } catch {
      return .failure(error)
    }
  }

  private func complete(
    _ key: String, _ upload: String, _ etags: [ETag], ifNoneMatch: Bool, _ mark: String
  ) async throws(StorageError) -> ETag {
    var body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
    for (index, etag) in etags.enumerated() {
      body += "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(XMLText.escape(etag.quoted))</ETag></Part>"
    }
    body += "</CompleteMultipartUpload>"
    var call = S3Call(
      operation: .put, method: .post, key: key, query: [("uploadId", upload)], body: Array(body.utf8))
    call.mayFailWithin = true
    call.headers = [("Content-Type", "application/xml")]
    if ifNoneMatch { call.headers.append(("If-None-Match", "*")) }
    var mayHaveHappened = false
    let answer: HTTPAnswer
    do {
      answer = try await client.perform(call, onRetry: { if $0 { mayHaveHappened = true } })
    } catch {
      let mayBeOurs = error.serviceCode == "NoSuchUpload" || error.code == .alreadyExists
      guard mayHaveHappened, mayBeOurs, let etag = try await written(key, mark) else { throw error }
      return etag
    }
    guard let etag = (try? XMLElement(answer.body))?.text("ETag"), !etag.isEmpty else {
      throw call.error(.malformedAnswer, store: name, detail: "no ETag")
    }
    return ETag(etag)
  }
}
