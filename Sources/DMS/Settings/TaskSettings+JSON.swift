import Foundation

extension TaskSettings {
  /// Reads DMS's JSON of task settings; names in any case, null for what is not set.
  ///
  /// Unknown names, and sections that change nothing here, become warnings.
  ///
  /// - Throws: `DMSError` with `malformedSettings` or `invalidValue` (naming what is allowed).
  public init(json text: String) throws(DMSError) {
    self.init()
    // Until the settings say otherwise, as in DMS: a limit that is given counts.
    var limitsLOBs = true
    guard let root = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
      let sections = root as? [String: Any]
    else { throw DMSError(.notTaskSettings) }
    for (name, value) in sections.sorted(by: { $0.key < $1.key }) {
      guard let section = Section(name) else {
        warnings.append(
          "task setting \(name) is unknown and ignored"
            + (nearest(to: name, among: Section.allCases.map(\.rawValue)).map { "; is \($0) meant?" } ?? ""))
        continue
      }
      if section == .logging, let values = value as? [String: Any],
        let key = values.keys.first(where: { $0.lowercased() == "enablelogging" }), let value = values[key],
        !(value is NSNull)
      {
        logs = try TaskSettingValue(section: name, name: key, value: value).flag()
      }
      if section.isWithoutEffect {
        if !(value is NSNull) { warnings.append("task settings \(name) have no effect") }
        continue
      }
      if value is NSNull { continue }
      guard let values = value as? [String: Any] else {
        throw DMSError(.valueNotAllowed(setting: name, value: "\(value)", allowed: "an object of settings"))
      }
      for (key, value) in values.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
        try set(section, TaskSettingValue(section: name, name: key, value: value), &limitsLOBs)
      }
    }
    if !limitsLOBs { lobMaxSizeKB = nil }
  }

  /// The sections of the task settings that DMS documents.
  private enum Section: String, CaseIterable {
    case fullLoad = "FullLoadSettings"
    case controlTables = "ControlTablesSettings"
    case ddlHandling = "ChangeProcessingDdlHandlingPolicy"
    case targetMetadata = "TargetMetadata"
    case timeTravel = "TTSettings"
    case logging = "Logging"
    case streamBuffer = "StreamBufferSettings"
    case errorBehavior = "ErrorBehavior"
    case changeProcessingTuning = "ChangeProcessingTuning"
    case validation = "ValidationSettings"
    case resync = "ResyncSettings"
    case characterSet = "CharacterSetSettings"
    case loopbackPrevention = "LoopbackPreventionSettings"
    case beforeImage = "BeforeImageSettings"
    case postProcessing = "PostProcessingRules"
    case failTaskWhenCleanTaskResourceFailed = "FailTaskWhenCleanTaskResourceFailed"

    init?(_ name: String) {
      let lowered = name.lowercased()
      guard let match = Section.allCases.first(where: { $0.rawValue.lowercased() == lowered }) else {
        return nil
      }
      self = match
    }

    var isWithoutEffect: Bool {
      switch self {
      case .fullLoad, .controlTables, .ddlHandling, .targetMetadata: false
      default: true
      }
    }
  }

  private mutating func set(
    _ section: Section, _ value: TaskSettingValue, _ limitsLOBs: inout Bool
  ) throws(DMSError) {
    switch (section, value.name.lowercased()) {
    case (.fullLoad, "targettableprepmode"): tablePreparation = try value.choice()
    case (.controlTables, "controlschema"):
      controlTables.schema = value.text
      guard !value.text.contains("/"), value.text != ".", value.text != ".." else {
        throw value.refused("the name of a folder")
      }
    case (.controlTables, "statustableenabled"): controlTables.status = try value.flag()
    case (.controlTables, "suspendedtablestableenabled"): controlTables.suspendedTables = try value.flag()
    case (.controlTables, "historytableenabled"): controlTables.history = try value.flag()
    case (.controlTables, "historytimeslotinminutes"):
      controlTables.historyTimeslot = .seconds(60 * (try value.number(1...1_440)))
    case (.ddlHandling, "handlesourcetabledropped"): handlesSourceTableDropped = try value.flag()
    case (.targetMetadata, "lobmaxsize"):
      // 100 MB is DMS's own bound (UserGuide, "Target metadata task settings").
      let size = try value.number(0...102_400)
      lobMaxSizeKB = size == 0 ? nil : size
    case (.targetMetadata, "limitedsizelobmode"): limitsLOBs = try value.flag()
    case (.targetMetadata, "supportlobs"):
      supportsLOBs = try value.flag()
      warnings.append("task setting \(value.path) has no effect")
    case (.targetMetadata, "batchapplyenabled"):
      appliesInBatches = try value.flag()
      warnings.append("task setting \(value.path) has no effect")
    case (.targetMetadata, "fulllobmode"):
      fullLOBMode = try value.flag()
      if fullLOBMode {
        warnings.append("task setting FullLobMode has no effect: S3 targets do not take it, values are whole")
      }
    default:
      warnings.append("task setting \(value.path) has no effect")
    }
  }
}

/// One setting of a section, and the ways to read it.
private struct TaskSettingValue {
  let section: String
  let name: String
  let value: Any

  var path: String { "\(section).\(name)" }
  var text: String { value as? String ?? "\(value)" }

  func flag() throws(DMSError) -> Bool {
    // The tools that write these settings are not of one mind whether a truth value stands in quotes.
    if let flag = value as? Bool { return flag }
    switch text.lowercased() {
    case "true": return true
    case "false": return false
    default: throw refused("true or false")
    }
  }

  func number(_ range: ClosedRange<Int>) throws(DMSError) -> Int {
    guard let number = (value as? Int) ?? Int(text), range.contains(number) else {
      throw refused("a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func choice<Choice: RawRepresentable & CaseIterable>() throws(DMSError) -> Choice
  where Choice.RawValue == String {
    let wanted = text.uppercased()
    if let choice = Choice.allCases.first(where: { $0.rawValue == wanted }) { return choice }
    throw refused(Choice.allCases.map(\.rawValue).joined(separator: ", "))
  }

  func refused(_ allowed: String) -> DMSError {
    DMSError(.valueNotAllowed(setting: path, value: text, allowed: allowed))
  }
}
