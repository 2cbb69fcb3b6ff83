import ArgumentParser
import Reporting

/// In which forms a report is told, and where.
struct ReportOptions: ParsableArguments {
  @Flag(name: .long, help: "Print the report as JSON; the same as --format json.")
  var json = false

  @Option(
    name: .long,
    help: .init("Print the report as \(ReportOptions.formats).", valueName: "format"),
    transform: { text in try ReportOptions.format(text) })
  var format: ReportFormat?

  @Option(
    name: .long,
    help: .init(
      "Write it to a file too, whole or not at all; may be repeated: --output junit:report.xml --output html:report.html",
      valueName: "format:file"),
    transform: { text in try ReportOptions.destination(text) })
  var output: [Destination] = []

  /// A form with the file that it goes to.
  struct Destination: Hashable, Sendable {
    var format: ReportFormat
    var path: String
  }

  func validate() throws {
    if json, let format, format != .json {
      throw ValidationError("--json and --format \(format.rawValue) exclude each other; give one of them")
    }
  }

  /// The form that goes to standard output.
  var printed: ReportFormat { json ? .json : format ?? .text }

  private static var formats: String { ReportFormat.allCases.map(\.rawValue).joined(separator: ", ") }

  private static func format(_ text: String) throws -> ReportFormat {
    guard let format = ReportFormat(rawValue: text.lowercased()) else {
      let names = ReportFormat.allCases.map(\.rawValue)
      let mend = NearestName.nearest(to: text, among: names).map { "; did you mean '\($0)'?" } ?? ""
      throw ValidationError("'\(text)' is none of \(formats)\(mend)")
    }
    return format
  }

  private static func destination(_ text: String) throws -> Destination {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty else {
      throw ValidationError("'\(text)' names no file; write FORMAT:FILE, for example junit:report.xml")
    }
    return Destination(format: try format(String(parts[0])), path: String(parts[1]))
  }
}
