import Foundation
import Ledger
import Time

/// The charts of a page, those of a table above one time axis: what became of its operations, their lag, their
/// completeness, and the objects that arrived.
struct HTMLHistory {
  private let history: ReportHistory
  private let tables: [TableName]
  private let usual: [TableName: (last: Duration, usual: Duration)]

  init(_ history: ReportHistory, _ figures: [TableFigures]) {
    self.history = history
    tables = Set(history.points.flatMap { $0.tables.map(\.table) } + history.arrivals.map(\.table)).sorted()
    var usual: [TableName: (last: Duration, usual: Duration)] = [:]
    for table in figures {
      guard let last = table.lag?.p95, let middle = history.usualP95(of: table.table) else { continue }
      usual[table.table] = (last, middle)
    }
    self.usual = usual
  }

  var text: String {
    let sections = tables.map { table in
      let charts = [outcome(table), lag(table), completeness(table), arrivals(table), sizes(table)]
      return """
        <h3>\(Escaping.markup(table.description))</h3>
        \(comparison(table))
        \(charts.compactMap { $0?.text }.joined(separator: "\n"))
        \(HTMLChart.timeAxis(history.start, history.until))
        """
    }
    return """
      <section><h2>History</h2>
      <p class="facts">\(FigureText.span(history.start, history.until)), \
      \(FigureText.counted(Int64(history.points.count), "point"))</p>
      \(sections.joined(separator: "\n"))
      </section>
      """
  }

  private func comparison(_ table: TableName) -> String {
    guard let usual = usual[table] else { return "" }
    return
      "<p>p95 of the last run \(FigureText.duration(usual.last)), usually \(FigureText.duration(usual.usual)).</p>"
  }

  /// What a table's points say in each place of the time axis: the worst of those that fall into it.
  private func worst<Value: Comparable>(
    _ table: TableName, _ value: (ReportHistory.TablePoint) -> Value?
  ) -> [Value?] {
    var places = [Value?](repeating: nil, count: HTMLChart.places)
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
    let span = (history.until - history.start).inSeconds
    guard span > 0 else { return 0 }
    let share = (time - history.start).inSeconds / span
    return min(HTMLChart.places - 1, max(0, Int(share * Double(HTMLChart.places))))
  }

  /// A bar a place: red where something is missing, amber where something is late, else green.
  ///
  /// What a run found holds until the next one, where that is not far.
  private func outcome(_ table: TableName) -> HTMLChart? {
    var states = worst(table) { $0.missing > 0 ? 2 : $0.late > 0 ? 1 : 0 }
    let measured = states.indices.filter { states[$0] != nil }
    guard let first = measured.first else { return nil }
    let reach = 4 * HTMLChart.usualGap(measured)
    var last = first
    for place in first..<states.count {
      if states[place] != nil {
        last = place
      } else if (measured.first { $0 > place } ?? states.count) - last <= reach {
        states[place] = states[last]
      }
    }
    var bars = ""
    var place = 0
    while place < states.count {
      // Neighbours of one colour are one bar.
      let run = states[place...].prefix { $0 == states[place] }
      let role = states[place].map { ["fgood", "fwarn", "fbad"][$0] } ?? "fnone"
      bars += "<rect class=\"\(role)\" x=\"\(place)\" y=\"0\" width=\"\(run.count)\" height=\"100\"/>"
      place += run.count
    }
    return HTMLChart(
      title: "Outcome", subject: table.description,
      key: [("delivered", "good"), ("late", "warn"), ("missing", "bad"), ("no run", "line")], content: bars)
  }

  private func lag(_ table: TableName) -> HTMLChart? {
    let series: [(name: String, values: [Duration?])] = [
      ("p99", worst(table) { $0.p99 }), ("p95", worst(table) { $0.p95 }), ("p50", worst(table) { $0.p50 }),
    ]
    guard let longest = series.flatMap(\.values).compactMap({ $0 }).max(), longest > .zero else { return nil }
    let top = HTMLChart.roundTop(longest)
    let lines = series.map { series in
      HTMLChart.line(
        series.values.map { $0.map { max(0, $0.inSeconds / top.inSeconds) } }, class: series.name)
    }
    return HTMLChart(
      title: "Lag", subject: table.description, key: [("p50", "p50"), ("p95", "p95"), ("p99", "p99")],
      range: (FigureText.duration(top), "0 s"), content: lines.joined())
  }

  private func completeness(_ table: TableName) -> HTMLChart? {
    // The worst completeness is the least.
    let shortfalls = worst(table) { $0.completeness.map { 1 - $0 } }
    guard let largest = shortfalls.compactMap({ $0 }).max() else { return nil }
    let floor = largest == 0 ? 0.99 : max(0, 1 - largest * 1.25)
    let values = shortfalls.map { $0.map { (1 - $0 - floor) / (1 - floor) } }
    return HTMLChart(
      title: "Completeness", subject: table.description, key: [],
      range: ("100 %", FigureText.percent(floor)), content: HTMLChart.line(values, class: "p50"))
  }

  private func arrivals(of table: TableName) -> [(place: Int, arrivals: ObjectArrivals)] {
    history.arrivals.filter { $0.table == table }.map { (place(of: $0.start), $0) }
  }

  /// How many objects arrived in each place.
  private func arrivals(_ table: TableName) -> HTMLChart? {
    let arrivals = arrivals(of: table)
    guard let most = arrivals.map(\.arrivals.objects).max() else { return nil }
    let top = HTMLChart.roundTop(Double(most))
    let loads = arrivals.filter { $0.arrivals.loads > 0 }.map {
      (place: $0.place, from: 0.0, to: Double($0.arrivals.loads) / top)
    }
    let changes = arrivals.filter { $0.arrivals.changes > 0 }.map {
      (place: $0.place, from: Double($0.arrivals.loads) / top, to: Double($0.arrivals.objects) / top)
    }
    let slice = Duration.microseconds((history.until - history.start).microseconds / Int64(HTMLChart.places))
    return HTMLChart(
      title: "Objects arriving, each \(FigureText.duration(slice))", subject: table.description,
      key: [("changes", "p50"), ("full load", "p99")], range: (FigureText.count(Int64(top)), "0"),
      content: HTMLChart.bars(loads, class: "p99") + HTMLChart.bars(changes, class: "p50"))
  }

  /// The sizes of what arrived in each place, from the smallest to the largest, by powers of two.
  private func sizes(_ table: TableName) -> HTMLChart? {
    let arrivals = arrivals(of: table)
    guard let least = arrivals.map(\.arrivals.smallest).min(),
      let most = arrivals.map(\.arrivals.largest).max()
    else { return nil }
    let low = log2(Double(max(1, least))).rounded(.down)
    let high = max(low + 1, log2(Double(max(1, most))).rounded(.up))
    func share(_ bytes: Double) -> Double { (log2(max(1, bytes)) - low) / (high - low) }
    let ranges = arrivals.map {
      (
        place: $0.place, from: max(0, share(Double($0.arrivals.smallest))),
        to: share(Double($0.arrivals.largest))
      )
    }
    var means = [Double?](repeating: nil, count: HTMLChart.places)
    for (place, arrivals) in arrivals {
      means[place] = max(0, share(Double(arrivals.bytes) / Double(arrivals.objects)))
    }
    func bytes(_ power: Double) -> String {
      FigureText.bytes(Int64(exp2(min(power, 62)))).replacing(".0 ", with: " ")
    }
    return HTMLChart(
      title: "Object sizes, log scale", subject: table.description,
      key: [("smallest to largest", "range"), ("mean", "p95")], range: (bytes(high), bytes(low)),
      content: HTMLChart.bars(ranges, class: "range") + HTMLChart.line(means, class: "p95"))
  }
}
