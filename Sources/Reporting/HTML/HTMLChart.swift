import Foundation
import Time

/// A chart of a page: its lines are inline SVG that stretches with the page, its words are HTML beside it, so that
/// they keep their size on a phone.
struct HTMLChart {
  /// The time axis has so many places, however long the span is, so that a page stays small.
  static let places = 240
  /// The height of the drawing, in its own units.
  static let height = 100.0

  /// What is drawn.
  var title: String
  /// Of which table, for readers that are told the picture.
  var subject: String
  /// The marks' meanings: a word and the colour's name.
  var key: [(word: String, colour: String)]
  /// The words beside the ends of the vertical axis; nil where there is none.
  var range: (top: String, bottom: String)?
  /// The drawing.
  var content: String

  var text: String {
    let key = key.map { "<span><i style=\"background:var(--\($0.colour))\"></i>\($0.word)</span>" }.joined()
    let height = Int(HTMLChart.height)
    let grid = "<path class=\"axis\" d=\"M0 0H240M0 \(height / 2)H240M0 \(height)H240\"/>"
    return """
      <figure><figcaption><b>\(title)</b><span class="key">\(key)</span></figcaption>\
      <div class="plot"><div class="y">\(range.map { "<span>\($0.top)</span><span>\($0.bottom)</span>" } ?? "")</div>\
      <svg class="\(range == nil ? "strip" : "chart")" viewBox="0 0 240 \(height)" preserveAspectRatio="none" \
      role="img" aria-label="\(title) of \(Escaping.markup(subject))">\(range == nil ? "" : grid)\(content)</svg>\
      </div></figure>
      """
  }

  /// A line through shares from 0 to 1, a place each; it breaks where nothing was measured for much longer than is
  /// usual, and where few are measured each of them is a dot too.
  static func line(_ values: [Double?], class role: String) -> String {
    let measured = values.indices.filter { values[$0] != nil }
    guard !measured.isEmpty else { return "" }
    let reach = 4 * usualGap(measured)
    var line = ""
    var dots = ""
    var last: Int?
    for index in measured {
      guard let value = values[index] else { continue }
      let point = "\(number(Double(index) + 0.5)) \(number(height * (1 - value)))"
      line += (last.map { index - $0 <= reach } ?? false ? "L" : "M") + point
      dots += "M\(point)h0"
      last = index
    }
    return "<path class=\"\(role)\" d=\"\(line)\"/>"
      + (measured.count <= 30 ? "<path class=\"\(role) dot\" d=\"\(dots)\"/>" : "")
  }

  /// Upright bars, each from a share to another; a bar is never so short that it is not seen.
  static func bars(_ ranges: [(place: Int, from: Double, to: Double)], class role: String) -> String {
    guard !ranges.isEmpty else { return "" }
    let path = ranges.map { range in
      let (low, high) = (range.from, max(range.to, range.from + 0.02))
      return
        "M\(number(Double(range.place) + 0.5)) \(number(height * (1 - low)))V\(number(height * (1 - high)))"
    }
    return "<path class=\"bar \(role)\" d=\"\(path.joined())\"/>"
  }

  /// The middle one of the distances between places where something was measured; all places where one alone was.
  static func usualGap(_ measured: [Int]) -> Int {
    let gaps = zip(measured.dropFirst(), measured).map { $0 - $1 }.sorted()
    return gaps.isEmpty ? places : gaps[gaps.count / 2]
  }

  /// The time axis below the charts of a table.
  static func timeAxis(_ start: Timestamp, _ end: Timestamp) -> String {
    let middle = start + .microseconds((end - start).microseconds / 2)
    // Beyond a few days the time of day is of no interest.
    let length = end - start > .seconds(3 * 86_400) ? 10 : 20
    let words = [start, middle, end].map { "<span>\(FigureText.time($0).prefix(length))</span>" }
    return "<div class=\"plot\"><div class=\"y\"></div><div class=\"x\">\(words.joined())</div></div>"
  }

  /// The least number of the row 1, 2, 5, 10, 20 that is not below `value`.
  static func roundTop(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return 1 }
    let power = pow(10, log10(value).rounded(.down))
    return [1, 2, 5].map { $0 * power }.first { $0 >= value } ?? 10 * power
  }

  /// The least length of time that people count in and that is not below `duration`.
  static func roundTop(_ duration: Duration) -> Duration {
    let steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400]
    if duration.inSeconds <= 1 { return .microseconds(Int64(roundTop(duration.inSeconds * 1_000) * 1_000)) }
    return steps.map { Duration.seconds($0) }.first { $0 >= duration }
      ?? .seconds(86_400 * Int64((duration.inSeconds / 86_400).rounded(.up)))
  }

  static func number(_ value: Double) -> String {
    let text = FigureText.decimal(value, places: 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
