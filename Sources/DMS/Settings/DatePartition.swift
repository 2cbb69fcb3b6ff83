public import Time

extension EndpointSettings {
  /// The folders by date in which CDC objects lie (`DatePartitionSequence`, `DatePartitionDelimiter`).
  public struct DatePartition: Hashable, Sendable {
    /// The order of the parts of a date; the raw value is DMS's, in lower case.
    public enum Sequence: String, Sendable, CaseIterable {
      /// Year, month, day.
      case yyyymmdd
      /// Year, month, day, hour.
      case yyyymmddhh
      /// Year, month.
      case yyyymm
      /// Month, year, day.
      case mmyyyydd
      /// Day, month, year.
      case ddmmyyyy
    }

    /// What stands between the parts; the raw value is DMS's, in lower case.
    public enum Delimiter: String, Sendable, CaseIterable {
      /// A folder for each part.
      case slash
      /// `_`.
      case underscore
      /// `-`.
      case dash
      /// Nothing.
      case none
    }

    /// The order of the parts.
    public var sequence: Sequence
    /// What stands between them.
    public var delimiter: Delimiter

    /// A partition; DMS's defaults where nothing is given.
    public init(sequence: Sequence = .yyyymmdd, delimiter: Delimiter = .slash) {
      self.sequence = sequence
      self.delimiter = delimiter
    }

    /// The folder for a civil time, without slashes at its ends: `2021/11/23`, `20220125`.
    public func folder(for civil: CivilTime) -> String {
      let values = [
        Part.year: civil.year, .month: civil.month, .day: civil.day, .hour: civil.hour,
      ]
      return parts.map { padded(String(values[$0] ?? 0), $0.digits) }.joined(separator: separator)
    }

    /// The hour, day or month that a folder stands for, as if its civil time were UTC; nil where the text is
    /// no folder of this partition.
    public func range(ofFolder path: some StringProtocol) -> Range<Timestamp>? {
      let separator = Array(separator.utf8)
      var rest = Array(path.utf8)[...]
      var values: [Part: Int] = [:]
      for (index, part) in parts.enumerated() {
        if index > 0 {
          guard rest.starts(with: separator) else { return nil }
          rest = rest.dropFirst(separator.count)
        }
        let digits = rest.prefix(part.digits)
        guard digits.count == part.digits, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
          return nil
        }
        values[part] = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        rest = rest.dropFirst(part.digits)
      }
      guard rest.isEmpty, let year = values[.year], let month = values[.month],
        let start = CivilTime(year: year, month: month, day: values[.day] ?? 1, hour: values[.hour] ?? 0)
      else { return nil }
      switch sequence {
      case .yyyymmddhh: return start.utc..<start.utc + .seconds(3_600)
      case .yyyymmdd, .mmyyyydd, .ddmmyyyy: return start.utc..<start.utc + .seconds(86_400)
      case .yyyymm:
        let next = CivilTime(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1)
        return next.map { start.utc..<$0.utc }
      }
    }

    /// Whether folders sort as the times do that they stand for.
    var sortsByTime: Bool {
      switch sequence {
      case .yyyymmdd, .yyyymmddhh, .yyyymm: true
      case .mmyyyydd, .ddmmyyyy: false
      }
    }

    private enum Part {
      case year, month, day, hour

      var digits: Int { self == .year ? 4 : 2 }
    }

    private var parts: [Part] {
      switch sequence {
      case .yyyymmdd: [.year, .month, .day]
      case .yyyymmddhh: [.year, .month, .day, .hour]
      case .yyyymm: [.year, .month]
      case .mmyyyydd: [.month, .year, .day]
      case .ddmmyyyy: [.day, .month, .year]
      }
    }

    private var separator: String {
      switch delimiter {
      case .slash: "/"
      case .underscore: "_"
      case .dash: "-"
      case .none: ""
      }
    }
  }
}
