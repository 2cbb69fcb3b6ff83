import DMS
import Foundation
import Ledger
import ObjectStorage
public import Time

/// A listing and what was read of each object, in a file of its own: to be reconciled elsewhere, without the
/// bucket.
///
/// The file is JSON Lines, version 1: one line an object in the order of the listing, then a line that says what they
/// are, so that a file that is cut off is known.
public enum SavedObservations {
  static let format = "lakecanary.observations"
  static let version = 1

  /// The last line.
  public struct Header: Codable, Sendable, Hashable {
    /// `lakecanary.observations`.
    public var format = SavedObservations.format
    /// The version of the form.
    public var version = SavedObservations.version
    /// The pipeline's tag: whose rows were looked for.
    public var tag: UInt64
    /// How much was looked at.
    public var level: ObservationLevel
    /// The bucket, as the configuration names it.
    public var bucket: String
    /// When the last object had been read, by this machine's clock, in microseconds since 1970: the time as of
    /// which the file can be judged.
    public var savedAt: Timestamp
    /// The bucket's clock against this machine's, in microseconds, and how far that may be off.
    public var clockOffset: Int64?
    /// See `clockOffset`.
    public var clockUncertainty: Int64?
    /// How many lines come before it.
    public var objects: Int
  }

  /// A line that is an object.
  struct Entry: Codable {
    var key: String
    var etag: String
    var size: Int64
    var modified: Timestamp
    /// Nil of an object that is none of a table, and of one that could not be read.
    var observation: Observation?
    var failure: String?
    var failureKind: ObservationFailure.Kind?
  }

  /// What is wrong with a file.
  public struct Problem: Error, CustomStringConvertible, Sendable {
    /// One line: what is wrong, and with which file.
    public let description: String
  }
}

/// What a saving came to.
public struct SavingSummary: Sendable, Hashable {
  /// Objects listed.
  public var objects = 0
  /// Objects that could not be read; the file says why.
  public var failures = 0
  /// Bytes read from the bucket.
  public var bytesRead: Int64 = 0
}

extension Reconciler {
  /// Lists the tables' prefixes, reads every object, and writes what was found to a file.
  ///
  /// The file appears at `path` when it is whole. The ledger may be open for reading only.
  ///
  /// - Throws: `StorageError`; `LedgerError`; `SavedObservations.Problem` where the file cannot be written.
  public func saveObservations(
    to path: String, progress: (@Sendable (ReconciliationProgress) -> Void)? = nil
  ) async throws -> SavingSummary {
    let tables = try ledger.read { session in try session.tables() }.filter { table in
      configuration.tables.isEmpty || configuration.tables.contains(table.declaration.name)
    }
    let contexts = tables.map { table in
      TableContext(table: table, bucket: 0, configuration: configuration, tag: ledger.pipelineTag)
    }
    guard contexts.count < 2 || !configuration.settings.preserveTransactions else {
      throw SavedObservations.Problem(
        description: "files of all tables (PreserveTransactions) can be saved for one table alone")
    }
    var summary = SavingSummary()
    let file = try ObservationFile(path: path)
    for context in contexts {
      for location in context.locations {
        for try await page in store.list(prefix: location.prefix) {
          for object in page.objects {
            let entry = try await savedEntry(object, context, &summary)
            try file.write(entry)
            progress?(
              ReconciliationProgress(
                table: context.name, objectsListed: summary.objects, objectsRead: summary.objects))
          }
        }
      }
    }
    let reading = try? await store.clockReading()
    try file.finish(
      SavedObservations.Header(
        tag: ledger.pipelineTag.value, level: contexts.map(\.request.level).min() ?? .values,
        bucket: configuration.bucket, savedAt: clock.now(), clockOffset: reading?.offset.microseconds,
        clockUncertainty: reading?.uncertainty.microseconds, objects: summary.objects))
    return summary
  }

  private func savedEntry(
    _ object: ListedObject, _ context: TableContext, _ summary: inout SavingSummary
  ) async throws -> SavedObservations.Entry {
    summary.objects += 1
    var entry = SavedObservations.Entry(
      key: object.key, etag: object.etag.rawValue, size: object.size, modified: object.lastModified)
    guard let isLoad = context.isLoad(object.key) else { return entry }
    let reference = ObjectReference(
      key: object.key, etag: object.etag.rawValue, size: object.size, isLoad: isLoad)
    do throws(ObservationFailure) {
      let observation = try await source.observe(reference, context.request)
      summary.bytesRead += observation.bytesRead
      entry.observation = observation
    } catch {
      try Task.checkCancellation()
      summary.failures += 1
      (entry.failure, entry.failureKind) = (error.message, error.kind)
    }
    return entry
  }
}

/// A file of observations that is being written: lines first, since the header counts them.
private final class ObservationFile {
  private let path: String
  private let lines: FileHandle
  private let linesPath: String
  private let encoder = JSONEncoder()

  init(path: String) throws {
    self.path = path
    linesPath = path + ".partial"
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard FileManager.default.createFile(atPath: linesPath, contents: nil),
      let handle = FileHandle(forWritingAtPath: linesPath)
    else { throw SavedObservations.Problem(description: "\(path) cannot be written") }
    lines = handle
  }

  func write(_ entry: SavedObservations.Entry) throws {
    do { try lines.write(contentsOf: encoder.encode(entry) + Data("\n".utf8)) } catch {
      throw SavedObservations.Problem(description: "\(path) cannot be written: \(error.localizedDescription)")
    }
  }

  /// Closes the file; its last line is the header, which counts the others.
  func finish(_ header: SavedObservations.Header) throws {
    do {
      try lines.write(contentsOf: encoder.encode(header) + Data("\n".utf8))
      try lines.synchronize()
      try lines.close()
    } catch {
      throw SavedObservations.Problem(description: "\(path) cannot be written: \(error.localizedDescription)")
    }
    guard rename(linesPath, path) == 0 else {
      throw SavedObservations.Problem(
        description: "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
  }
}
