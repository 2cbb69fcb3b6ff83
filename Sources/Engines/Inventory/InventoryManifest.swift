import Foundation
public import ObjectStorage
public import Time

/// The manifest of one S3 Inventory: which files list the bucket, and what each of them must be.
///
/// Source: Amazon S3 User Guide, "Locating your inventory list".
public struct InventoryManifest: Sendable {
  /// A file of the inventory.
  struct File: Sendable, Decodable {
    let key: String
    let size: Int64
    let md5: String

    private enum CodingKeys: String, CodingKey {
      case key, size
      case md5 = "MD5checksum"
    }
  }

  /// How the files are written.
  enum Format: Sendable {
    case csv(columns: [String])
    case parquet
  }

  /// The bucket that it lists.
  public let sourceBucket: String
  /// When it was begun: what was written later is not in it, or may not be.
  public let createdAt: Timestamp
  /// Where it was found.
  public let location: String
  let format: Format
  let files: [File]
  /// The store that holds its files.
  let store: any ObjectStore

  private struct Document: Decodable {
    let sourceBucket: String
    let version: String
    let creationTimestamp: String
    let fileFormat: String
    let fileSchema: String
    let files: [File]
  }

  /// The largest manifest that is taken: a million files of an inventory.
  private static let sizeLimit: Int64 = 256 << 20

  /// The newest whole inventory under `prefix` of `store`: of a `manifest.json`, or of the folder that holds dated ones.
  ///
  /// - Throws: `EngineError` where there is none that can be used; `StorageError`.
  public static func find(in store: any ObjectStore, prefix: String) async throws -> InventoryManifest {
    let plain = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
    let place = "\(store.name)/\(plain)"
    if plain.hasSuffix("manifest.json") {
      guard let manifest = try await read(plain, store) else {
        throw EngineError(
          .inventoryIncomplete, place, "the inventory has no manifest with its checksum",
          mend: "wait until S3 has finished it, or name an older one")
      }
      return manifest
    }
    let folder = plain.isEmpty ? "" : plain + "/"
    var dated: [String] = []
    for try await page in store.list(prefix: folder, delimiter: "/") {
      dated += page.commonPrefixes.filter { isDated($0) }
    }
    // Without a checksum it is not finished: the one before it is.
    for prefix in dated.sorted().reversed().prefix(10) {
      if let manifest = try await read(prefix + "manifest.json", store) { return manifest }
    }
    throw EngineError(
      .inventoryIncomplete, place,
      dated.isEmpty
        ? "there is no folder of a dated inventory" : "no inventory has a manifest with its checksum",
      mend: "name the folder that holds folders like 2026-01-31T01-00Z, or list live")
  }

  /// Whether a prefix ends like `2026-01-31T01-00Z/`.
  private static func isDated(_ prefix: String) -> Bool {
    guard let name = prefix.split(separator: "/").last, name.utf8.count == 17, name.hasSuffix("Z") else {
      return false
    }
    let pattern = "0000-00-00T00-00Z"
    return zip(name, pattern).allSatisfy { $1 == "0" ? $0.isNumber : $0 == $1 }
  }

  private static func read(_ key: String, _ store: any ObjectStore) async throws -> InventoryManifest? {
    let bytes: [UInt8]
    let checksum: String
    do throws(StorageError) {
      let size = try await store.head(key).size
      guard size <= sizeLimit else { throw StorageError(.tooLarge, .get, store: store.name, key: key) }
      bytes = try await store.get(key).bytes
      let sum = String(key.dropLast("manifest.json".count)) + "manifest.checksum"
      // An MD5's 32 digits, and an end of line.
      checksum = String(decoding: try await store.get(sum, range: .bytes(0..<64)).bytes, as: UTF8.self)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
    let place = "\(store.name)/\(key)"
    let told = checksum.filter { !$0.isWhitespace }.lowercased()
    guard ContentDigest.md5(bytes) == told else {
      throw EngineError(
        .inventoryIncomplete, place, "the manifest is not the one that its checksum was made of",
        mend: "name an older inventory, or list live")
    }
    return try InventoryManifest(bytes, place: place, store: store)
  }

  private init(_ bytes: [UInt8], place: String, store: any ObjectStore) throws(EngineError) {
    let document: Document
    do { document = try JSONDecoder().decode(Document.self, from: Data(bytes)) } catch {
      throw EngineError(.inventoryIncomplete, place, "it is no manifest of S3 Inventory", mend: "list live")
    }
    guard let milliseconds = Int64(document.creationTimestamp),
      (0..<253_402_300_800_000).contains(milliseconds)
    else {
      throw EngineError(
        .inventoryIncomplete, place, "the manifest says no time of creation", mend: "list live")
    }
    switch document.fileFormat.lowercased() {
    case "csv":
      format = .csv(
        columns: document.fileSchema.split(separator: ",").map { column in
          String(column.filter { !$0.isWhitespace })
        })
    case "parquet": format = .parquet
    default:
      throw EngineError(
        .inventoryUnsupported, place, "the inventory is in \(document.fileFormat), which is not read",
        mend: "configure it as Parquet or CSV")
    }
    sourceBucket = document.sourceBucket
    createdAt = Timestamp(microseconds: milliseconds * 1_000)
    files = document.files
    location = place
    self.store = store
  }

  /// Sees to it that the inventory is of `bucket`, where it is known, and not older than `maxAge`.
  ///
  /// - Throws: `EngineError`.
  public func require(bucket: String?, maxAge: Duration, now: Timestamp) throws(EngineError) {
    if let bucket, bucket != sourceBucket {
      throw EngineError(
        .inventoryUnsupported, location, "the inventory lists the bucket \(sourceBucket), not \(bucket)",
        mend: "set listing.inventory to the bucket's own")
    }
    let age = now - createdAt
    guard age <= maxAge else {
      throw EngineError(
        .inventoryIncomplete, location,
        "the inventory is \(Int(age.inSeconds / 86_400)) days old, more than \(Int(maxAge.inSeconds / 86_400))",
        mend: "see why S3 makes no newer one, raise listing.inventory_max_age, or list live")
    }
  }
}
