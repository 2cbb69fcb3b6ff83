import Foundation
public import Time

extension EndpointSettings {
  /// The civil time of `DatePartitionTimezone` at a point: that of folders and names of CDC objects.
  public func civilTime(at point: Timestamp) -> CivilTime {
    CivilTime(utc: point + .seconds(offset(at: point)))
  }

  /// The points at which `DatePartitionTimezone` reads a civil time: one, none in the hour that a change to
  /// summer time leaves out, two in the hour that the change back repeats.
  public func timestamps(of civil: CivilTime) -> [Timestamp] {
    guard datePartitionTimezone != nil else { return [civil.utc] }
    // No zone is further from UTC, and none changes twice within, a day and a half.
    let day = Duration.seconds(129_600)
    let offsets = Set([offset(at: civil.utc - day), offset(at: civil.utc), offset(at: civil.utc + day)])
    return offsets.map { civil.utc - .seconds($0) }.filter { civilTime(at: $0) == civil }.sorted()
  }

  private func offset(at point: Timestamp) -> Int {
    guard let name = datePartitionTimezone, let zone = TimeZone(identifier: name) else { return 0 }
    return zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(point.microseconds) / 1_000_000))
  }

  static func isKnownTimeZone(_ name: String) -> Bool {
    // Abbreviations and offsets ("GMT+2") are no Area/Location, and mean different things to different readers.
    (name.contains("/") || name == "UTC") && TimeZone(identifier: name) != nil
  }
}
