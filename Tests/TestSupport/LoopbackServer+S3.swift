extension LoopbackServer.Reply {
  /// An object as S3 answers it.
  package static func object(_ text: String, etag: String = "\"tag\"") -> LoopbackServer.Reply {
    .answer(
      200, headers: ["ETag": etag, "Last-Modified": "Mon, 23 Nov 2026 22:00:00 GMT"], body: Array(text.utf8))
  }

  /// An error as S3 answers it.
  package static func error(
    _ status: Int, _ code: String, _ message: String = "message", headers: [String: String] = [:],
    more: String = ""
  ) -> LoopbackServer.Reply {
    .answer(
      status, headers: headers.merging(["x-amz-request-id": "4442587FB7D0A2F9"]) { given, _ in given },
      body: Array(
        "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>\(message)</Message>\(more)</Error>".utf8)
    )
  }

  package static func listing(_ entries: String) -> LoopbackServer.Reply {
    .answer(200, body: Array("<ListBucketResult>\(entries)</ListBucketResult>".utf8))
  }
}
