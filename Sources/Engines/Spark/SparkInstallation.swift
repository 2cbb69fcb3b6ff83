import Foundation

/// A Spark of the user's own, as it is found on this machine.
public struct SparkInstallation: Sendable, Hashable {
  /// `spark-sql` or `spark-submit`.
  public let program: String
  /// Its version, where the installation tells it without being run.
  public let version: String?

  /// The oldest version that knows `_metadata.row_index`.
  static let oldest = (major: 3, minor: 5)

  /// Finds Spark: the given path (a program or an installation), else `SPARK_HOME`, else the search path.
  ///
  /// - Throws: `EngineError`: `.notInstalled`, `.wrongVersion`.
  public static func find(_ given: String?, environment: [String: String]) throws(EngineError)
    -> SparkInstallation
  {
    let home = environment["SPARK_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    let program: String
    if let given {
      program = try self.program(at: given, called: "spark.program")
    } else if let home {
      program = try self.program(at: home, called: "SPARK_HOME")
    } else {
      let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
      let found = ["spark-sql", "spark-submit"].lazy.flatMap { name in folders.map { "\($0)/\(name)" } }
        .first { isProgram($0) }
      guard let found else {
        throw EngineError(
          .notInstalled, "Spark", "there is no spark-sql or spark-submit in the search path",
          mend: "set SPARK_HOME, or spark.program to the path of one")
      }
      program = found
    }
    // It is run in a directory of its own.
    let absolute = URL(filePath: program).standardizedFileURL.path
    let installation = SparkInstallation(
      program: absolute, version: version(of: program, home: given == nil ? home : nil))
    if let version = installation.version, !isKnown(version) {
      throw EngineError(
        .wrongVersion, "Spark", "\(program) is Spark \(version)",
        mend: "Spark \(oldest.major).\(oldest.minor) is the oldest that can do this")
    }
    return installation
  }

  private static func program(at path: String, called: String) throws(EngineError) -> String {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw EngineError(
        .notInstalled, "Spark", "there is no \(path)", mend: "\(called) must name Spark's folder")
    }
    guard isDirectory.boolValue else {
      guard isProgram(path) else {
        throw EngineError(
          .notInstalled, "Spark", "\(path) cannot be run",
          mend: "\(called) must name spark-sql or spark-submit")
      }
      return path
    }
    for name in ["bin/spark-sql", "bin/spark-submit", "spark-sql", "spark-submit"]
    where isProgram("\(path)/\(name)") {
      return "\(path)/\(name)"
    }
    throw EngineError(
      .notInstalled, "Spark", "there is no bin/spark-sql in \(path)",
      mend: "\(called) must name Spark's folder")
  }

  private static func isProgram(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
      && FileManager.default.isExecutableFile(atPath: path)
  }

  /// The version in the name of the core's jar: `spark-core_2.13-4.0.1.jar`.
  private static func version(of program: String, home: String?) -> String? {
    let own = URL(filePath: program).resolvingSymlinksInPath().deletingLastPathComponent()
      .deletingLastPathComponent()
    for folder in [own.path, home].compactMap(\.self) {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/jars")) ?? []
      for name in names where name.hasPrefix("spark-core_") && name.hasSuffix(".jar") {
        let parts = name.dropLast(4).split(separator: "-", maxSplits: 2)
        if parts.count == 3 { return String(parts[2]) }
      }
    }
    return nil
  }

  private static func isKnown(_ version: String) -> Bool {
    let numbers = version.split(separator: ".").prefix(2).compactMap { Int($0) }
    guard numbers.count == 2 else { return true }
    return (numbers[0], numbers[1]) >= (oldest.major, oldest.minor)
  }
}
