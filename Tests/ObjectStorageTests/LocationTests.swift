import Testing

@testable import ObjectStorage

@Suite struct LocationTests {
  @Test(arguments: [
    ("s3://how.raw", "s3://how.raw/"), ("s3://how.raw/", "s3://how.raw/"),
    ("s3://b_1/a b/%41", "s3://b_1/a b/%41/"),
    ("S3://bucket/x/", "s3://bucket/x/"), ("file:///srv/lake", "file:///srv/lake"),
    ("file://localhost/srv", "file:///srv"), ("/srv/lake", "file:///srv/lake"), ("lake", "lake"),
    ("s3a://bucket//x", "s3://bucket//x/"),
  ])
  func `names a bucket`(_ text: String, _ description: String) throws {
    #expect(try BucketLocation(text).description == description)
  }

  @Test(arguments: [
    "", "s3://", "s3://ab", "s3:///key", "s3://a..b", "s3://.ab", "s3://a b c", "file://srv", "http://h/b",
    "gs://bucket",
  ])
  func `refuses what names none`(_ text: String) {
    let error = #expect(throws: StorageError.self) { try BucketLocation(text) }
    #expect(error?.code == .invalidLocation)
  }

  @Test func `every error is one line, whatever the server said`() {
    for code in StorageError.Code.allCases {
      for operation in StorageError.Operation.allCases {
        var error = StorageError(
          code, operation, store: "s3://b", key: "k\n\u{1B}[31m", detail: "a\r\nb\u{85}")
        error.status = 400
        let text = error.description
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
        #expect(text.hasPrefix("cannot "))
      }
    }
  }
}
