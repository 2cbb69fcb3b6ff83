import Reporting

/// Inspected objects as text.
enum InspectionText {
  /// One object: its footer, its columns, its operations and its times.
  static func object(_ object: InspectedObject, style: TextStyle) -> String {
    var lines = [
      style.paint(SafeText.shown(object.key), .strong),
      "  \(FigureText.bytes(object.size)), \(object.kind), last changed \(object.lastModified)",
    ]
    if let error = object.error {
      lines.append("  " + style.paint("cannot be read", .bad) + ": \(SafeText.shown(error.message))")
      return lines.joined(separator: "\n") + "\n"
    }
    let groups = object.rowGroups
    lines.append(
      "  \(FigureText.counted(object.rows ?? 0, "row")) in \(FigureText.counted(Int64(groups.count), "row group"))"
        + (groups.count > 1
          ? " (\(groups.prefix(8).map { FigureText.count($0.rows) }.joined(separator: ", "))\(groups.count > 8 ? ", ..." : ""))"
          : "")
        + ", format version \(object.formatVersion ?? 0), created by \(SafeText.shown(object.createdBy ?? "unknown"))"
        + ", footer \(FigureText.bytes(Int64(object.footerBytes ?? 0)))")
    if let counts = object.opCounts { lines.append("  operations: \(text(counts))") }
    if let times = object.commitTimes {
      lines.append("  \(SafeText.shown(times.column)): \(times.earliest) to \(times.latest)")
    }
    if let lag = object.lagSeconds {
      lines.append(
        "  lag: \(FigureText.duration(.seconds(lag.min))) to \(FigureText.duration(.seconds(lag.max)))")
    }
    lines.append(
      "  read: \(FigureText.bytes(object.bytesRead)) in \(FigureText.counted(Int64(object.requests), "request"))"
    )
    var table = TextTable(columns: [
      .init(title: "column", alignment: .left), .init(title: "type", alignment: .left),
      .init(title: "repetition", alignment: .left, rank: 4),
      .init(title: "encodings", alignment: .left, rank: 1),
      .init(title: "codec", alignment: .left, rank: 3), .init(title: "bytes", rank: 2),
      .init(title: "nulls", rank: 2), .init(title: "min", alignment: .left, rank: 5),
      .init(title: "max", alignment: .left, rank: 5),
    ])
    for column in object.columns {
      table.append([
        .init(SafeText.shown(column.name)), .init(type(column)), .init(column.repetition),
        .init(column.encodings.joined(separator: " ")), .init(column.codecs.joined(separator: " ")),
        .init(FigureText.count(column.compressedBytes)), .init(column.nulls.map(FigureText.count) ?? "-"),
        .init(bound(column.min)), .init(bound(column.max)),
      ])
    }
    return (lines + [""] + table.lines(style)).joined(separator: "\n") + "\n"
  }

  /// Many objects: a line each, and their sums.
  static func objects(_ listing: InspectedObjects, style: TextStyle) -> String {
    guard !listing.objects.isEmpty else { return "no objects\n" }
    var table = TextTable(columns: [
      .init(title: "object", alignment: .left), .init(title: "kind", alignment: .left, rank: 4),
      .init(title: "bytes", rank: 3), .init(title: "rows"), .init(title: "I", rank: 1),
      .init(title: "U", rank: 1), .init(title: "D", rank: 1),
      .init(title: "committed", alignment: .left, rank: 5), .init(title: "lag", rank: 2),
    ])
    for object in listing.objects {
      let counts = object.opCounts
      table.append([
        .init(SafeText.shown(object.key)), .init(object.kind), .init(FigureText.count(object.size)),
        object.error == nil ? .init(object.rows.map(FigureText.count) ?? "-") : .init("unreadable", .bad),
        .init(counts.map { FigureText.count($0.inserts) } ?? "-"),
        .init(counts.map { FigureText.count($0.updates) } ?? "-"),
        .init(counts.map { FigureText.count($0.deletes) } ?? "-"),
        .init(object.commitTimes.map { String($0.earliest.prefix(19)) + "Z" } ?? "-"),
        .init(object.lagSeconds.map { FigureText.duration(.seconds($0.max)) } ?? "-"),
      ])
    }
    var lines = table.lines(style)
    let totals = listing.totals
    lines.append(
      "  \(FigureText.counted(Int64(totals.objects), "object")) (\(totals.fullLoadObjects) full load, "
        + "\(totals.changeObjects) changes), \(FigureText.bytes(totals.bytes)), "
        + "\(FigureText.counted(totals.rows, "row")); \(text(totals.opCounts))")
    for object in listing.objects {
      guard let error = object.error else { continue }
      lines.append("  " + style.paint("cannot be read", .bad) + ": \(SafeText.shown(error.message))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func text(_ counts: InspectedObject.OpCounts) -> String {
    var parts = [
      "\(FigureText.count(counts.inserts)) I", "\(FigureText.count(counts.updates)) U",
      "\(FigureText.count(counts.deletes)) D",
    ]
    if counts.null > 0 { parts.append("\(FigureText.count(counts.null)) without") }
    if counts.other > 0 { parts.append("\(FigureText.count(counts.other)) of another kind") }
    return parts.joined(separator: ", ")
  }

  private static func type(_ column: InspectedObject.Column) -> String {
    let length = column.typeLength.map { $0 > 0 ? "(\($0))" : "" } ?? ""
    guard let annotation = column.annotation else { return column.type + length }
    guard let precision = column.precision, annotation == "DECIMAL" else {
      return "\(column.type)\(length) \(annotation)"
    }
    return "\(column.type)\(length) DECIMAL(\(precision),\(column.scale ?? 0))"
  }

  private static func bound(_ text: String?) -> String {
    text.map { SafeText.fitted(SafeText.shown($0), width: 28) } ?? "-"
  }
}

/// What `inspect --json` prints of a prefix.
struct InspectedObjects: Encodable {
  let format = "lakecanary.objects"
  let version = 1
  let location: String
  let objects: [InspectedObject]
  let totals: Totals

  struct Totals: Encodable {
    let objects, fullLoadObjects, changeObjects, unreadableObjects: Int
    let bytes, rows: Int64
    let opCounts: InspectedObject.OpCounts
  }

  init(location: String, _ objects: [InspectedObject]) {
    self.location = location
    self.objects = objects
    let none = InspectedObject.OpCounts(inserts: 0, updates: 0, deletes: 0, null: 0, other: 0)
    totals = Totals(
      objects: objects.count, fullLoadObjects: objects.count { $0.kind == "full-load" },
      changeObjects: objects.count { $0.kind == "changes" },
      unreadableObjects: objects.count { $0.error != nil },
      bytes: objects.reduce(0) { $0.addingSaturating($1.size) },
      rows: objects.reduce(0) { $0.addingSaturating($1.rows ?? 0) },
      opCounts: objects.reduce(none) { $0 + ($1.opCounts ?? none) })
  }
}
