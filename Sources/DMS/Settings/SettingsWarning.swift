/// Something about a settings string that its author should know and that does not stop anything.
public struct SettingsWarning: Hashable, Sendable, CustomStringConvertible {
  /// What is to be known.
  public enum Kind: Hashable, Sendable {
    /// DMS has no such setting; `nearest` is the known name that it resembles.
    case unknownName(nearest: String?)
    /// The setting is known and changes nothing here.
    case withoutEffect(reason: String)
    /// The setting is there more than once; the last one counts.
    case repeated
  }

  /// The setting, as it was spelled.
  public var name: String
  /// What is to be known about it.
  public var kind: Kind

  /// A warning about a setting.
  public init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }

  /// One sentence.
  public var description: String {
    switch kind {
    case .unknownName(let nearest?): "endpoint setting \(name) is unknown and ignored; is \(nearest) meant?"
    case .unknownName(nil): "endpoint setting \(name) is unknown and ignored"
    case .withoutEffect(let reason): "endpoint setting \(name) has no effect: \(reason)"
    case .repeated: "endpoint setting \(name) is given more than once; the last value counts"
    }
  }
}
