/// A table of a page: a line a row on a wide screen; on a phone a card a row, each figure beside its heading.
struct HTMLTable {
  /// A figure or word of a row.
  struct Cell {
    var text: String
    /// How it looks: a class of the style sheet; nil for plain.
    var role: String?

    init(_ text: String, _ role: String? = nil) {
      (self.text, self.role) = (text, role)
    }
  }

  /// The heading of the rows' names, then one for each cell.
  var headings: [String]
  /// A row's name, which may be anything, and its cells.
  var rows: [(name: String, cells: [Cell])] = []

  var text: String {
    let body = rows.map { name, cells in
      let cells = zip(headings.dropFirst(), cells).map { heading, cell in
        "<td data-heading=\"\(heading)\"\(cell.role.map { " class=\"\($0)\"" } ?? "")>\(cell.text)</td>"
      }
      return "<tr><th scope=\"row\">\(Escaping.markup(name))</th>\(cells.joined())</tr>"
    }
    // Words stand to the left, as their heading does.
    let roles = [nil] + (rows.first?.cells ?? []).map { $0.role == "words" ? " class=\"words\"" : nil }
    let head = zip(headings, roles).map { "<th scope=\"col\"\($1 ?? "")>\($0)</th>" }
    return """
      <div class="wide"><table>
      <thead><tr>\(head.joined())</tr></thead>
      <tbody>\(body.joined(separator: "\n"))</tbody>
      </table></div>
      """
  }
}
