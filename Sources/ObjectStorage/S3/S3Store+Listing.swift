import HTTP
import Time

extension S3Store {
  /// Where a listing goes on.
  private struct Position: Sendable {
    /// Nil from a server that gives none: then the last key says where to go on.
    let token: String?
    /// The last key or common prefix so far: a listing that does not advance has no end.
    let last: String
    /// The common prefixes so far: some servers give one again on each page that holds keys below it.
    let prefixes: Set<String>
  }

  func listPage(_ query: ListQuery, cursor: ListCursor?) async throws(StorageError) -> ListPage {
    let position = cursor?.state as? Position
    var call = S3Call(operation: .list, prefix: query.prefix)
    call.query = [("list-type", "2"), ("encoding-type", "url"), ("max-keys", String(query.pageSize))]
    if !query.prefix.isEmpty { call.query.append(("prefix", query.prefix)) }
    if let delimiter = query.delimiter, !delimiter.isEmpty { call.query.append(("delimiter", delimiter)) }
    if let position {
      call.query.append(position.token.map { ("continuation-token", $0) } ?? ("start-after", position.last))
    } else if let start = query.startAfter, !start.isEmpty {
      call.query.append(("start-after", start))
    }
    let answer = try await client.perform(call)
    let list: ListAnswer
    do throws(XMLFailure) {
      list = try ListAnswer(answer.body)
    } catch {
      var failure = call.error(
        .malformedAnswer, store: name, detail: "\(error.reason), at byte \(error.offset) of the listing")
      (failure.status, failure.requestID) = (answer.status, answer.header("x-amz-request-id"))
      throw failure
    }
    var page = ListPage(objects: list.objects, commonPrefixes: list.commonPrefixes)
    // Servers that do not know start-after begin at the beginning.
    if let start = query.startAfter, !start.isEmpty {
      page.objects.removeAll { !KeyOrder.precedes(start, $0.key) }
    }
    var prefixes = position?.prefixes ?? []
    page.commonPrefixes.removeAll { !prefixes.insert($0).inserted }
    guard list.isTruncated else { return page }
    let last = [list.objects.last?.key, list.commonPrefixes.last].compactMap { $0 }
      .max(by: KeyOrder.precedes)
    let token = list.continuationToken?.isEmpty == true ? nil : list.continuationToken
    let isAdvancing = last.map { !KeyOrder.isSame($0, position?.last ?? "") } ?? false
    guard isAdvancing || token != nil && token != position?.token else {
      throw call.error(.malformedAnswer, store: name, detail: "the listing does not go on")
    }
    page.next = ListCursor(
      state: Position(token: token, last: last ?? position?.last ?? "", prefixes: prefixes))
    return page
  }
}

/// The answer to ListObjectsV2, read event by event.
struct ListAnswer {
  var objects: [ListedObject] = []
  var commonPrefixes: [String] = []
  var isTruncated = false
  var continuationToken: String?

  /// Reads the answer (S3 API reference, ListObjectsV2).
  ///
  /// - Throws: `XMLFailure` where it is no such answer.
  init(_ bytes: [UInt8]) throws(XMLFailure) {
    var reader = XMLReader(bytes)
    var path: [String] = []
    var text = ""
    var entry = Entry()
    var rawPrefixes: [String] = []
    var entries: [Entry] = []
    var isEncoded = false
    while let event = try reader.next() {
      switch event {
      case .start(let name):
        if path.isEmpty, name != "ListBucketResult" {
          throw XMLFailure(reason: "the root is \(name.prefix(40)), not ListBucketResult", offset: 0)
        }
        path.append(name)
        text = ""
        if path.count == 2 { entry = Entry() }
      case .text(let more): text += more
      case .end:
        let name = path.removeLast()
        switch (path.count, path.last, name) {
        case (1, _, "Contents"): entries.append(entry)
        case (1, _, "IsTruncated"): isTruncated = text.lowercased() == "true"
        case (1, _, "NextContinuationToken"): continuationToken = text
        case (1, _, "EncodingType"): isEncoded = text == "url"
        case (2, "Contents", "Key"): entry.key = text
        case (2, "Contents", "Size"): entry.size = text
        case (2, "Contents", "LastModified"): entry.lastModified = text
        case (2, "Contents", "ETag"): entry.etag = text
        case (2, "CommonPrefixes", "Prefix"): rawPrefixes.append(text)
        default: break
        }
        text = ""
      }
    }
    // Whether keys are encoded may be said after them.
    for entry in entries { objects.append(try entry.object(isEncoded: isEncoded)) }
    for prefix in rawPrefixes { commonPrefixes.append(try ListAnswer.decoded(prefix, isEncoded)) }
  }

  private struct Entry {
    var key: String?
    var size: String?
    var lastModified: String?
    var etag: String?

    func object(isEncoded: Bool) throws(XMLFailure) -> ListedObject {
      guard let key, let size = size.flatMap({ Int64($0) }), size >= 0,
        let lastModified = lastModified.flatMap({ Timestamp($0) })
      else { throw XMLFailure(reason: "an object without key, size or time", offset: 0) }
      return ListedObject(
        key: try ListAnswer.decoded(key, isEncoded), size: size, lastModified: lastModified,
        etag: ETag(etag ?? ""))
    }
  }

  private static func decoded(_ text: String, _ isEncoded: Bool) throws(XMLFailure) -> String {
    guard isEncoded else { return text }
    guard let decoded = PercentEncoding.decode(text, plusIsSpace: true) else {
      throw XMLFailure(reason: "a key is not encoded as it should be", offset: 0)
    }
    return decoded
  }
}
