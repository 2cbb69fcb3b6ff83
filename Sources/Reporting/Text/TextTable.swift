/// A table of text: columns as wide as their widest cell, numbers to the right.
public struct TextTable: Sendable {
  /// A cell's text, safe to show, with its role in colour.
  public struct Cell: Sendable {
    var text: String
    var role: TextStyle.Role?

    /// A cell of `text`, which must be safe to show.
    public init(_ text: String, _ role: TextStyle.Role? = nil) {
      self.text = text
      self.role = role
    }
  }

  /// Where a cell's text stands in its column.
  public enum Alignment: Sendable {
    /// To the left.
    case left
    /// To the right, as numbers stand.
    case right
  }

  /// A column: its heading, and what becomes of it where the width does not do.
  public struct Column: Sendable {
    var title: String
    var alignment: Alignment
    var rank: Int

    /// A column; those of higher rank are left out first where the width does not do, those of rank 0 never.
    public init(title: String, alignment: Alignment = .right, rank: Int = 0) {
      (self.title, self.alignment, self.rank) = (title, alignment, rank)
    }
  }

  let columns: [Column]
  private(set) var rows: [[Cell]] = []

  /// A table without rows.
  public init(columns: [Column]) { self.columns = columns }

  /// Adds a row, which has a cell for every column.
  public mutating func append(_ row: [Cell]) {
    precondition(row.count == columns.count, "a row has a cell for every column")
    rows.append(row)
  }

  /// The table's lines, in the width of `style`.
  ///
  /// A table that is too wide leaves out whole columns by rank, and names them in a line below; then the
  /// column `narrowing` is cut to fit, and left out as well where it has no room and a rank above 0.
  public func lines(_ style: TextStyle, narrowing narrowed: Int = 0) -> [String] {
    var widths = columns.indices.map { column in
      rows.reduce(SafeText.width(columns[column].title)) { max($0, SafeText.width($1[column].text)) }
    }
    var shown = Array(columns.indices)
    if let width = style.width {
      while total(widths, shown) > width,
        let last = shown.filter({ columns[$0].rank > 0 && $0 != narrowed })
          .max(by: { columns[$0].rank <= columns[$1].rank })
      {
        shown.removeAll { $0 == last }
      }
      let excess = total(widths, shown) - width
      if excess > 0 { widths[narrowed] = max(6, widths[narrowed] - excess) }
      if total(widths, shown) > width, columns[narrowed].rank > 0 { shown.removeAll { $0 == narrowed } }
    }
    var lines = [line(shown.map { ($0, Cell(columns[$0].title, .faint)) }, widths, style)]
    for row in rows { lines.append(line(shown.map { ($0, row[$0]) }, widths, style)) }
    if shown.count < columns.count {
      let left = columns.indices.filter { !shown.contains($0) }.map { columns[$0].title }
      lines += WrappedText.lines(
        "not shown in this width: \(left.joined(separator: ", "))", width: style.width, first: "  ",
        rest: "  "
      ).map { style.paint($0, .faint) }
    }
    return lines
  }

  private func total(_ widths: [Int], _ shown: [Int]) -> Int {
    shown.reduce(2) { $0 + widths[$1] } + 2 * max(0, shown.count - 1)
  }

  private func line(_ cells: [(column: Int, cell: Cell)], _ widths: [Int], _ style: TextStyle) -> String {
    var line = "  "
    for (position, (column, cell)) in cells.enumerated() {
      let text = SafeText.fitted(cell.text, width: widths[column])
      let padding = String(repeating: " ", count: max(0, widths[column] - SafeText.width(text)))
      let painted = cell.role.map { style.paint(text, $0) } ?? text
      if position > 0 { line += "  " }
      switch columns[column].alignment {
      case .left: line += position == cells.count - 1 ? painted : painted + padding
      case .right: line += padding + painted
      }
    }
    return line
  }
}
