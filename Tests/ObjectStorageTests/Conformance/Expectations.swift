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

  /// The keys of `keys` where the store holds all of them beside each other and lists them in the order of bytes, and
  /// `others` where it cannot: of a server of somebody's own that is found by trying.
  func holding(_ keys: [String], otherwise others: [String], _ store: any ObjectStore) async throws
    -> [String]
  {
    guard case .endpoint = self else { return keys }
    for key in keys { _ = try? await store.put(key, []) }
    let listed = try await ObjectStorageTests.keys(store)
    for key in keys { try? await store.delete(key) }
    return listed == keys ? keys : others
  }

  /// Whether the server refuses to replace an object that is not to be replaced; one of somebody's own may know no
  /// conditions, and is not tried further.
  func obeysConditions(_ store: any ObjectStore) async throws -> Bool {
    guard case .endpoint = self else { return true }
    try await store.put("condition", [1])
    let isRefused = (try? await store.put("condition", [2], ifNoneMatch: true)) == nil
    try await store.delete("condition")
    return isRefused
  }

  /// Whether a key that was written can be found again under its name, as those that are mixed up cannot.
  func finds(_ key: String, _ store: any ObjectStore) async throws -> Bool {
    guard case .endpoint = self else { return true }
    let isListed = try await ObjectStorageTests.keys(store, prefix: key).contains { KeyOrder.isSame($0, key) }
    if !isListed { try? await store.delete(key) }
    return isListed
  }

  /// The codes that may refuse a key which a bucket of S3 takes.
  var codesOfRefusedKeys: [StorageError.Code] {
    guard case .endpoint = self else { return [.invalidKey, .unsupported, .malformedAnswer] }
    return [.invalidKey, .unsupported, .malformedAnswer, .rejected, .serverFailed, .credentialsInvalid]
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
