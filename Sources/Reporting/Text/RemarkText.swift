import Ledger
import Time

/// What a reader should know beside the figures, a sentence each, safe to show: what is rarely other than zero, how far
/// the bucket is complete, what was read, and how the clocks stand.
struct RemarkText {
  private let report: Report

  init(_ report: Report) {
    self.report = report
  }

  /// The sentences; `stages` has the lag by stages among them, for forms without a table of it.
  func sentences(stages: Bool) -> [String] {
    let tables = report.tables.flatMap { figures in
      [Self.rarities(figures), stages ? Self.stages(figures) : nil].compactMap { $0 }
        .map { "\(SafeText.shown(figures.table.description)): \($0)" }
    }
    return tables + [reading, clocks].compactMap { $0 }
  }

  /// Figures that are rarely other than zero, told only where they are.
  private static func rarities(_ figures: TableFigures) -> String? {
    var rarities = [
      (figures.covered, "delivered by a full load"), (figures.excluded, "not expected in the bucket"),
      (figures.unsettled, "begun and not settled"), (figures.outOfOrder, "out of order"),
      (figures.unexpectedRows, "unexpected"), (figures.foreignRows, "rows of others"),
    ].filter { $0.0 > 0 }.map { "\(FigureText.count(Int64($0.0))) \($0.1)" }
    if figures.generation > 1 { rarities.append("generation \(figures.generation) of its full load") }
    if let watermark = figures.watermark {
      rarities.append("bucket complete up to commits of \(FigureText.time(watermark))")
    }
    return rarities.isEmpty ? nil : rarities.joined(separator: ", ")
  }

  /// Where on its way the lag came about.
  private static func stages(_ figures: TableFigures) -> String? {
    let stages = (figures.lagStages?.known ?? []).map { stage in
      let lag = stage.lag
      return stage.words + " "
        + [lag.p50, lag.p95, lag.p99, lag.max].map(FigureText.duration).joined(separator: "/")
    }
    return stages.isEmpty ? nil : "lag p50/p95/p99/max by stages: " + stages.joined(separator: ", ")
  }

  private var reading: String? {
    let cost = report.cost
    guard cost.objectsListed > 0 || cost.requests > 0 else { return nil }
    return
      "read: \(FigureText.counted(Int64(cost.objectsListed), "object")) listed\(cost.fullListing ? " (all)" : ""), "
      + "\(FigureText.count(Int64(cost.objectsRead))) read, \(FigureText.bytes(cost.bytesRead)) in "
      + FigureText.counted(Int64(cost.requests), "request")
  }

  private var clocks: String? {
    let clocks = [("PostgreSQL", report.clocks.source), ("bucket", report.clocks.bucket)].compactMap {
      name, offset in
      offset.map {
        "\(name) \($0.offset < .zero ? "" : "+")\(FigureText.duration($0.offset)) (give or take \(FigureText.duration($0.uncertainty)))"
      }
    }
    return clocks.isEmpty ? nil : "clocks against ours: " + clocks.joined(separator: ", ")
  }
}
