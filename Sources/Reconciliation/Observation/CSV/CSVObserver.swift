import DMS
import Ledger
import Time

/// Gathers an observation from the rows of one csv file.
///
/// Columns are found by the names in the first row where the settings ask for them, else by their places in the
/// table.
struct CSVObserver {
  private(set) var observation: Observation
  private let request: ObservationRequest
  private let layout: CSVLayout
  private var names: [String]?
  private var places = Places()
  private var place: Int64 = 0
  private var isOpByName = false
  private var precision = VersionPrecision()
  /// Whether any row had an identity where it belongs, and whether one had one elsewhere.
  private var (foundKey, foundKeyElsewhere) = (false, false)

  private struct Places {
    var op, timestamp, key, version: Int?
    var digest: [Int?] = []
  }

  init(request: ObservationRequest, layout: CSVLayout, kind: CSVLayout.Kind) {
    self.request = request
    self.layout = layout
    observation = Observation(level: request.level)
    self.kind = kind
    if kind == .transactions || !layout.settings.addColumnName { setNames(layout.names(kind)) }
  }

  private let kind: CSVLayout.Kind

  /// Takes a row.
  ///
  /// - Throws: `.unreadable` of a row with too few values; `.lacksColumns` where it is not known whose rows are whose.
  mutating func take(_ row: CSVReader.Row) throws(ObservationFailure) {
    guard let names else {
      setNames(row.values.indices.map { row.text($0) ?? "" })
      observation.schema = self.names ?? []
      return
    }
    if kind == .transactions, !layout.isOfTable(row.text(1), row.text(2)) { return }
    guard row.values.count >= names.count else {
      if row.values.count == 1, row.bytes.isEmpty { return }
      throw ObservationFailure(
        .unreadable, "row \(place + 1) has \(row.values.count) of \(names.count) values")
    }
    defer { place += 1 }
    observation.rowCount += 1
    let op = observedOp(row)
    switch op {
    case .operation(.insert): observation.counts.inserts += 1
    case .operation(.update): observation.counts.updates += 1
    case .operation(.delete): observation.counts.deletes += 1
    case .none, .other: observation.counts.unmarked += 1
    }
    let commit = row.text(places.timestamp).flatMap { Timestamp($0) }
    if let commit { observation.note(commit: commit) }
    guard request.level >= .keys else { return }
    guard let key = places.key, let version = places.version else {
      throw .lacking(places.key == nil ? request.keyColumn : request.versionColumn)
    }
    guard let identity = row.text(key).flatMap({ RowIdentity($0) }), identity.tag == request.tag else {
      // Where the key is some other UUID, columns are in their places: a before image may hold a key of ours.
      foundKeyElsewhere =
        foundKeyElsewhere
        || row.text(key)?.isUUID != true
          && row.values.indices.contains { index in
            row.values[index].range.count == 36
              && row.text(index).flatMap { RowIdentity($0) }?.tag == request.tag
          }
      observation.noteForeign(commit: commit)
      return
    }
    foundKey = true
    let versionText = row.text(version)
    let time = versionText.flatMap { Timestamp($0) }
    if time != nil, let versionText { precision.note(versionText) }
    var observed = ObservedRow(
      place: place, op: op, sequence: identity.sequence, version: time, commit: commit, digest: nil)
    if request.level >= .values {
      var values: [DigestedValue] = []
      var isKeyOnly = true
      for (index, column) in places.digest.enumerated() {
        let text = row.text(column)
        let kind = request.kind(ofDigestColumn: index)
        if kind == .double, let text, isRounded(text), index < 64 {
          observed.unverified |= 1 << UInt64(index)
        }
        isKeyOnly = isKeyOnly && (text == nil || column == places.key)
        values.append(text.map { DigestedValue(text: $0, kind: kind) } ?? .null)
      }
      if !isKeyOnly { observed.digest = RowDigest(of: values) }
    }
    observation.rows.append(observed)
  }

  /// The whole observation.
  ///
  /// - Throws: `.lacksColumns` where rows of ours have their key in another place than the table.
  mutating func finish() throws(ObservationFailure) -> Observation {
    if foundKeyElsewhere, !foundKey {
      throw ObservationFailure(
        .lacksColumns,
        "its columns are not in the order of the table, and it does not name them (AddColumnName)")
    }
    observation.versionPrecision = precision.microseconds
    return observation
  }

  private mutating func setNames(_ names: [String]) {
    self.names = names
    func place(_ name: String?) -> Int? {
      guard let name else { return nil }
      if let exact = names.firstIndex(of: name) { return exact }
      let same = names.indices.filter { names[$0].lowercased() == name.lowercased() }
      return same.count == 1 ? same[0] : nil
    }
    places.op = place("Op")
    isOpByName = places.op.map { names[$0] == "Op" } ?? false
    places.timestamp = place(request.timestampColumn)
    places.key = place(request.keyColumn)
    places.version = place(request.versionColumn)
    places.digest = request.digestColumns.map(place)
    observation.absentColumns = request.digestColumns.compactMap(\.self).filter { place($0) == nil }
  }

  private func observedOp(_ row: CSVReader.Row) -> ObservedOp {
    guard let text = row.text(places.op), !text.isEmpty else { return .none }
    return ObservedOp(text, isByName: isOpByName)
  }

  /// Whether a number in DMS's form (`+3.23800011e+01`) has fewer digits than tell one double from another.
  private func isRounded(_ text: String) -> Bool {
    guard let exponent = text.firstIndex(where: { $0 == "e" || $0 == "E" }) else { return false }
    return text[..<exponent].count(where: \.isNumber) < 16
  }
}

extension String {
  /// Whether it is a UUID in the form that PostgreSQL prints.
  fileprivate var isUUID: Bool {
    utf8.count == 36
      && utf8.enumerated().allSatisfy { place, byte in
        [8, 13, 18, 23].contains(place)
          ? byte == UInt8(ascii: "-") : Character(Unicode.Scalar(byte)).isHexDigit
      }
  }
}

/// How many microseconds the texts of versions tell: 1, or 1,000 where all of them have three decimals.
struct VersionPrecision {
  private var hasThree = false
  private var hasOthers = false

  mutating func note(_ text: String) {
    let decimals = text.split(separator: ".", maxSplits: 1).dropFirst().first?.prefix { $0.isNumber }.count
    if decimals == 3 { hasThree = true } else { hasOthers = true }
  }

  var microseconds: Int64 { hasThree && !hasOthers ? 1_000 : 1 }
}

extension DigestedValue {
  /// A value of which a file has the text, as a column of `kind` holds it.
  init(text: String, kind: ColumnKind?) {
    switch kind {
    case .timestamp: self = Timestamp(text).map(DigestedValue.timestamp) ?? .text(text)
    case .double: self = Double(text).map(DigestedValue.double) ?? .text(text)
    case .uuid: self = .text(text.lowercased())
    case .text, nil: self = .text(text)
    }
  }
}
