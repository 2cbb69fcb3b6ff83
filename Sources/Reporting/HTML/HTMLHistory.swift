import Ledger
import Time

/// The charts of a page: lag and completeness over time, and a strip a table of what became of its operations.
struct HTMLHistory {
  /// A chart has at most so many places along its time axis, so that a page stays small however long the span is.
  private static let places = 240
  private static let width = 720.0
  private static let height = 180.0
  private static let left = 84.0
  private static let bottom = 20.0

  private let history: ReportHistory
  /// Where the time axis begins: with the first point, where that is later than the span.
  private let start: Timestamp
  private let tables: [TableName]
  private let usual: [(TableName, last: Duration?, usual: Duration?)]

  init(_ history: ReportHistory, _ figures: [TableFigures]) {
    self.history = history
    start = max(history.since, history.points.first?.time ?? history.since)
    tables = Set(history.points.flatMap { $0.tables.map(\.table) }).sorted()
    usual = figures.map { ($0.table, $0.lag?.p95, history.usualP95(of: $0.table)) }
  }

  var text: String {
    let span = FigureText.span(start, history.until)
    let sections = tables.map { table in
      """
      <h3>\(Escaping.markup(table.description))</h3>
      \(comparison(table))\(lag(table))
      \(completeness(table))
      \(strip(table))
      """
    }
    return
      "<section><h2>History</h2><p class=\"facts\">\(span)</p>\n\(sections.joined(separator: "\n"))\n</section>"
  }

  private func comparison(_ table: TableName) -> String {
    guard let entry = usual.first(where: { $0.0 == table }), let last = entry.last, let usual = entry.usual
    else {
      return ""
    }
    return "<p>p95 of the last run \(FigureText.duration(last)), usually \(FigureText.duration(usual)).</p>\n"
  }

  /// What a table's points say in each place of the time axis: the worst of those that fall into it.
  private func worst<Value: Comparable>(
    _ table: TableName, _ value: (ReportHistory.TablePoint) -> Value?
  ) -> [Value?] {
    var places = [Value?](repeating: nil, count: Self.places)
    for point in history.points {
      guard let figure = point.tables.first(where: { $0.table == table }), let value = value(figure) else {
        continue
      }
      let place = place(of: point.time)
      places[place] = max(places[place] ?? value, value)
    }
    return places
  }

  private func place(of time: Timestamp) -> Int {
    let span = (history.until - start).inSeconds
    guard span > 0 else { return 0 }
    let share = (time - start).inSeconds / span
    return min(Self.places - 1, max(0, Int(share * Double(Self.places))))
  }

  private func lag(_ table: TableName) -> String {
    let series: [(name: String, values: [Duration?])] = [
      ("p99", worst(table) { $0.p99 }), ("p95", worst(table) { $0.p95 }), ("p50", worst(table) { $0.p50 }),
    ]
    guard let top = series.flatMap(\.values).compactMap({ $0 }).max(), top > .zero else {
      return "<p class=\"facts\">No lag was measured.</p>"
    }
    let lines = series.map { series in
      line(series.values.map { $0.map { $0.inSeconds / top.inSeconds } }, class: series.name)
    }
    return chart(
      "Lag of \(table.description)", top: FigureText.duration(top), bottom: "0 s", content: lines.joined())
      + key([("p50", "--p50"), ("p95", "--p95"), ("p99", "--p99")])
  }

  private func completeness(_ table: TableName) -> String {
    // The worst completeness is the least.
    let shortfalls = worst(table) { $0.completeness.map { 1 - $0 } }
    guard let largest = shortfalls.compactMap({ $0 }).max() else { return "" }
    let floor = largest == 0 ? 0.99 : max(0, 1 - largest * 1.25)
    let values = shortfalls.map { $0.map { (1 - $0 - floor) / (1 - floor) } }
    return chart(
      "Completeness of \(table.description)", top: "100 %", bottom: FigureText.percent(floor),
      content: line(values, class: "p50")) + key([("completeness", "--p50")])
  }

  /// A bar a place: red where something is missing, amber where something is late, else green.
  private func strip(_ table: TableName) -> String {
    let states = worst(table) { $0.missing > 0 ? 2 : $0.late > 0 ? 1 : 0 }
    let step = (Self.width - Self.left) / Double(Self.places)
    var bars = ""
    var place = 0
    while place < states.count {
      // Neighbours of one colour are one bar.
      let run = states[place...].prefix { $0 == states[place] }
      let role = states[place].map { ["fgood", "fwarn", "fbad"][$0] } ?? "fnone"
      let start = FigureText.decimal(Self.left + Double(place) * step, places: 1)
      let length = FigureText.decimal(Double(run.count) * step, places: 1)
      bars += "<rect class=\"\(role)\" x=\"\(start)\" y=\"2\" width=\"\(length)\" height=\"14\"/>"
      place += run.count
    }
    return "<svg viewBox=\"0 0 720 18\" role=\"img\" aria-label=\"delivered, late and missing\">\(bars)</svg>"
      + key([("delivered", "--good"), ("late", "--warn"), ("missing", "--bad"), ("no run", "--line")])
  }

  /// A polyline of shares from 0 to 1; it breaks where nothing was measured for much longer than is usual.
  private func line(_ values: [Double?], class role: String) -> String {
    let step = (Self.width - Self.left) / Double(Self.places)
    let scale = Self.height - Self.bottom - 8
    let measured = values.indices.filter { values[$0] != nil }
    let gaps = zip(measured.dropFirst(), measured).map { $0 - $1 }.sorted()
    let usualGap = gaps.isEmpty ? 1 : gaps[gaps.count / 2]
    var path = ""
    var last: Int?
    for index in measured {
      guard let value = values[index] else { continue }
      let isDrawing = last.map { index - $0 <= 4 * usualGap } ?? false
      if !isDrawing, last != nil { path += "h0" }
      last = index
      let x = FigureText.decimal(Self.left + (Double(index) + 0.5) * step, places: 1)
      let y = FigureText.decimal(8 + scale * (1 - value), places: 1)
      path += "\(isDrawing ? "L" : "M")\(x) \(y)"
    }
    // A single point draws no line; a stroke of no length with round ends is a dot.
    return path.isEmpty ? "" : "<path class=\"\(role)\" stroke-linecap=\"round\" d=\"\(path)h0\"/>"
  }

  private func chart(_ title: String, top: String, bottom: String, content: String) -> String {
    let base = Self.height - Self.bottom
    return """
      <svg viewBox="0 0 720 180" role="img" aria-label="\(Escaping.markup(title))">\
      <path class="axis" d="M\(Int(Self.left)) 8H720M\(Int(Self.left)) \(Int(base))H720"/>\
      <text x="78" y="14" text-anchor="end">\(top)</text>\
      <text x="78" y="\(Int(base))" text-anchor="end">\(bottom)</text>\
      <text x="\(Int(Self.left))" y="176">\(FigureText.time(start))</text>\
      <text x="720" y="176" text-anchor="end">\(FigureText.time(history.until))</text>\
      \(content)</svg>
      """
  }

  private func key(_ entries: [(String, String)]) -> String {
    let spans = entries.map { "<span><i style=\"background:var(\($0.1))\"></i>\($0.0)</span>" }
    return "<p class=\"key\">\(spans.joined())</p>"
  }
}
