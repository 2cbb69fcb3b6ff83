import Foundation
import Testing

/// Holds every source file to the table of which target may import which: SwiftPM lets a target import
/// what its dependencies depend on.
@Suite struct ImportTableTests {
  /// Each target with the targets and packages that it may import.
  ///
  /// The judge (`Reconciliation`) and the judged (`Replicator`) share only the words of `DMS`, the bucket
  /// and the file format.
  static let table: [String: Set<String>] = [
    "Time": [],
    "Parquet": ["CZlib", "CZstd", "CSnappy", "CBrotli", "CDeflate"],
    "Postgres": ["CLibPQ", "Time"],
    "HTTP": ["CLibCurl"],
    "ObjectStorage": ["HTTP", "CLibCrypto", "Time", "Logging"],
    "DMS": ["Time"],
    "Ledger": ["GRDB", "GRDBSQLite", "Time"],
    "Workload": ["Postgres", "Ledger", "Time"],
    "Reconciliation": ["Parquet", "ObjectStorage", "DMS", "Ledger", "Time", "Logging"],
    "Replicator": ["Postgres", "Parquet", "ObjectStorage", "DMS", "Time", "Logging"],
    "Engines": [
      "Reconciliation", "Parquet", "ObjectStorage", "AWS", "DMS", "Ledger", "Time", "Subprocess",
      "SystemPackage",
    ],
    "Reporting": ["Ledger", "Reconciliation", "Time"],
    "Alerting": ["HTTP", "Ledger", "Reporting", "Time", "Subprocess", "SystemPackage"],
    "AWS": ["HTTP", "ObjectStorage", "Time"],
    "Preflight": ["Postgres", "ObjectStorage", "AWS", "DMS", "Time"],
    "LocalServers": ["Subprocess", "SystemPackage"],
    "lakecanary": [
      "Time", "Parquet", "Postgres", "ObjectStorage", "DMS", "Ledger", "Workload", "Reconciliation",
      "Replicator", "Engines", "Reporting", "Alerting", "AWS", "Preflight", "LocalServers",
      "ArgumentParser", "Logging",
      "Yams",
    ],
  ]

  /// What comes with the toolchain; anyone may import it.
  static let toolchain: Set<String> = [
    "Swift", "Foundation", "FoundationEssentials", "Synchronization", "Dispatch", "Glibc",
  ]

  @Test func everyTargetImportsOnlyWhatItMay() throws {
    let sources = packageRoot.appending(path: "Sources")
    var seen: Set<String> = []
    for target in try FileManager.default.contentsOfDirectory(atPath: sources.path) {
      let folder = sources.appending(path: target)
      let files = try swiftFiles(in: folder)
      if FileManager.default.fileExists(atPath: folder.appending(path: "module.modulemap").path) {
        #expect(files.isEmpty, "\(target) is a system library")
        continue
      }
      let allowed = try #require(Self.table[target], "target \(target) is not in the table")
      #expect(!files.isEmpty, "target \(target) has no sources")
      seen.insert(target)
      for file in files {
        let forbidden = try imports(of: file).subtracting(allowed).subtracting(Self.toolchain)
        #expect(forbidden.isEmpty, "\(file.path) imports \(forbidden.sorted().joined(separator: ", "))")
      }
    }
    #expect(seen == Set(Self.table.keys))
  }

  /// The same table stands in Package.swift as the targets' dependencies; neither may fall behind.
  @Test func thePackageDeclaresNoMoreThanTheTable() throws {
    let manifest = try String(contentsOf: packageRoot.appending(path: "Package.swift"), encoding: .utf8)
    for (target, allowed) in Self.table where target != "lakecanary" {
      let expression = try Regex("library\\(\\s*\"\(target)\"(?:,\\s*\\[([^\\]]*)\\])?")
      let match = try #require(try expression.firstMatch(in: manifest), "no library \(target)")
      let names = match.output[1].substring.map { list in
        list.matches(of: /"(\w+)"/).map { String($0.output.1) }
      }
      #expect(Set(names ?? []).isSubset(of: allowed), "Package.swift gives \(target) \(names ?? [])")
    }
  }

  private func imports(of file: URL) throws -> Set<String> {
    let text = try String(contentsOf: file, encoding: .utf8)
    let expression =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |package |internal |private |fileprivate )?import (?:(?:struct|class|enum|protocol|func|var|let|typealias) )?(\w+)/
    return Set(text.matches(of: expression.anchorsMatchLineEndings()).map { String($0.output.1) })
  }

  private func swiftFiles(in folder: URL) throws -> [URL] {
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
  }

  private var packageRoot: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }
}
