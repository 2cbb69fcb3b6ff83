/// Finds the name that a person most likely meant.
enum NearestName {
  /// The nearest of `candidates` to `name`, or nil where none is near.
  ///
  /// One of its letters, or a fourth of them, but not all, may be wrong, missing, too much or swapped with their
  /// neighbour. A beginning that only one of them has will do as well.
  static func nearest(to name: String, among candidates: [String]) -> String? {
    let beginnings = candidates.filter { $0.lowercased().hasPrefix(name.lowercased()) }
    if name.count >= 3, beginnings.count == 1 { return beginnings[0] }
    let name = Array(name.lowercased().unicodeScalars.prefix(100))
    let allowed = min(max(1, name.count / 4), name.count - 1)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let distance = distance(name, Array(candidate.lowercased().unicodeScalars))
      if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The optimal string alignment distance: edits and swaps of neighbours.
  private static func distance(_ from: [Unicode.Scalar], _ to: [Unicode.Scalar]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...to.count)
    for row in from.indices {
      var current = [row + 1]
      for column in to.indices {
        let substitution = previous[column] + (from[row] == to[column] ? 0 : 1)
        var least = min(substitution, previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, from[row] == to[column - 1], from[row - 1] == to[column] {
          least = min(least, beforePrevious[column - 1] + 1)
        }
        current.append(least)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[to.count]
  }
}
