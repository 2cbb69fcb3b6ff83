import Testing

@testable import ObjectStorage

/// Expects that `body` fails with `code`, and that the error is one line for the user.
func expect<Value>(
  _ code: StorageError.Code, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Value
) async {
  do {
    _ = try await body()
    Issue.record("nothing was thrown instead of \(code)", sourceLocation: sourceLocation)
  } catch let error as StorageError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}

/// All keys of a listing.
func keys(_ store: any ObjectStore, prefix: String = "", startAfter: String? = nil) async throws -> [String] {
  var keys: [String] = []
  for try await page in store.list(prefix: prefix, startAfter: startAfter) { keys += page.objects.map(\.key) }
  return keys
}

func sorted(_ keys: [String]) -> [String] { keys.sorted(by: KeyOrder.precedes) }

extension Backend {
  /// Whether `a` and `a/b` may both be objects.
  var canHoldKeyBeneathKey: Bool { self != .directory }

  /// Whether listings keep the order of bytes where a name is the beginning of another; SeaweedFS lists folder by folder.
  var ordersNamesWithinNames: Bool { self != .seaweed }

  /// Whether the server is known to take a key: SeaweedFS, whose buckets are folders, refuses parts that lead elsewhere,
  /// and moto's web framework knows no line breaks.
  func holds(_ key: String) -> Bool {
    switch self {
    case .directory: true
    case .seaweed:
      !key.utf8.split(separator: UInt8(ascii: "/")).contains { [".", ".."].contains(Substring($0)) }
    case .moto: !key.contains(where: \.isNewline)
    case .endpoint: false
    }
  }

  /// Whether the server is known to take a key for another one without a word: SeaweedFS drops empty parts, and takes
  /// a backslash for a slash.
  func mixesUp(_ key: String) -> Bool {
    let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return self == .seaweed && (key.contains("\\") || parts.contains { $0.isEmpty })
  }

  /// Keys that go wrong where they are escaped, normalized, split or compared carelessly.
  static let oddKeys = [
    "plain.parquet", "with space", "plus+plus", "equals=1/&and", "percent%41%2F", "hash#1", "what?x=y",
    "quote\"'`", "semi;colon:@$,!*()~", "back\\slash", "<tag>&amp;", "new\nline\ttab\r",
    "../up", "a/../b", "a/./b", "./here", "x/..", "y/.", "dots/...", "double//slash", "/leading", "trailing/",
    "//",
    "Ünï/cödé", "e\u{301}", "\u{E9}", "日本語/キー", "😀.parquet", "\u{FEFF}bom", "~tilde-_.",
    ".lakecanary-tmp-1", ".lakecanary-key-%41", ".hidden",
  ]
}
