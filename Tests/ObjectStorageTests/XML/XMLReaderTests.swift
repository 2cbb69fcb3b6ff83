import Testing
import Workload

@testable import ObjectStorage

@Suite struct XMLReaderTests {
  private func events(_ text: String) throws -> [XMLReader.Event] {
    var reader = XMLReader(Array(text.utf8))
    var events: [XMLReader.Event] = []
    while let event = try reader.next() { events.append(event) }
    return events
  }

  @Test func `reads elements, text and references`() throws {
    #expect(
      try events(
        "\u{FEFF}<?xml version='1.0'?>\n<!-- x --><a x='1>' n:y=\"/>\"><b/> t &amp;&#65;&#x1F600;<n:c>d</n:c></a>\n"
      )
        == [
          .start("a"), .start("b"), .end, .text(" t &A😀"), .start("c"), .text("d"), .end, .end,
        ])
    #expect(try events("<a><![CDATA[<&]]></a >") == [.start("a"), .text("<&"), .end])
  }

  @Test(arguments: [
    "", " ", "text", "<", "<a", "<a>", "<a></b>", "<a></a", "</a>", "<a/><b/>", "<a/>text", "<a>&lt</a>",
    "<a>&nbsp;</a>", "<a>&#x110000;</a>", "<a>&#xD800;</a>", "<a>&#-1;</a>", "<a>&#99999999999;</a>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a><!DOCTYPE x></a>", "<a><![CDATA[x</a>", "<!-- <a/>",
    "<?xml <a/>", "<a b='1></a>", "< a/>", "<a <b></b></a>", "<a><b></a></b>", "<=/>",
    String(repeating: "<a>", count: 33) + String(repeating: "</a>", count: 33),
    "<html><head><meta charset='utf-8'></head></html>",
  ])
  func `refuses what is no XML of S3's`(_ text: String) {
    #expect(throws: XMLFailure.self) { try events(text) }
  }

  @Test func `refuses text that is no UTF-8`() {
    for bytes: [UInt8] in [[0x3C, 0x61, 0x3E, 0xFF, 0x3C, 0x2F, 0x61, 0x3E], [0x3C, 0xFF, 0x2F, 0x3E]] {
      #expect(throws: XMLFailure.self) { try XMLElement(bytes) }
    }
  }

  /// Whatever becomes of an answer's bytes, reading it ends, with an answer or an error.
  @Test func `takes every cut and many a change of a listing`() {
    let listing = Array(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><EncodingType>url</EncodingType>
      <Contents><Key>a%2Fb&amp;</Key><LastModified>2026-11-23T22:54:01.000Z</LastModified>
      <ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>12</Size></Contents>
      <CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes><IsTruncated>false</IsTruncated></ListBucketResult>
      """.utf8)
    for end in 0..<listing.count {
      #expect(throws: XMLFailure.self) { try ListAnswer(Array(listing[..<end])) }
    }
    var random = SplitMix64(seed: 20_261_123)
    for _ in 0..<20_000 {
      var bytes = listing
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2:
          bytes.insert([0x3C, 0x3E, 0x26, 0x2F, 0x21][Int.random(in: 0..<5, using: &random)], at: place)
        default: bytes.replaceSubrange(place..<min(bytes.count, place + 9), with: listing[0..<20])
        }
      }
      if let answer = try? ListAnswer(bytes) { #expect(answer.objects.count <= 2) }
    }
  }
}
