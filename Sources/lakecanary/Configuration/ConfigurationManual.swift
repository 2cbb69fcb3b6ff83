import Foundation

/// The manual page of the configuration file, lakecanary.yaml(5), in mdoc(7): made of the keys' own documentation.
enum ConfigurationManual {
  static func text() -> String {
    var lines = [
      ".Dd $Mdocdate$", ".Dt LAKECANARY.YAML 5", ".Os", ".Sh NAME", ".Nm lakecanary.yaml",
      ".Nd configuration of a lakecanary pipeline", ".Sh DESCRIPTION",
      "One YAML file a pipeline; the units read", ".Pa /etc/lakecanary/NAME.yaml .",
      "A key stands in the file, or in the environment variable that is named with it, which wins over the file;",
      "an option of the command line wins over both.", ".Pp", "A file that names every key is made by",
      ".Dl lakecanary config init FILE", "and checked, with line and column of what is wrong, by",
      ".Dl lakecanary config validate --config FILE", ".Pp",
      "Lengths of time are written as 90s, 5m, 1h30m or 2d, shares as 99.5% or 0.995. A list is a YAML list, or one",
      "text apart by commas, as in an environment variable. A path that is not absolute begins at the file's",
      "directory.", ".Sh KEYS",
    ]
    for key in ConfigurationKey.allCases {
      if let heading = key.heading { lines.append(".Ss \(escaped(heading))") }
      lines.append(".Bl -tag -width Ds")
      lines.append(".It Cm \(escaped(key.path)) , Ev \(key.variable)")
      lines += key.documentation.summary.split(separator: "\n").map { escaped(String($0)) }
      if !key.isSecret {
        lines += [".br", "Example:", ".Li \(escaped(key.documentation.example))"]
      }
      lines.append(".El")
    }
    lines += [".Sh SEE ALSO", ".Xr lakecanary 1 ,", ".Xr lakecanary.config.init 1"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// Text that means nothing to roff: no escapes, no request at a line's beginning, no macro among its words.
  private static func escaped(_ text: String) -> String {
    let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
  }
}
