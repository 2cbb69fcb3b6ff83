import ArgumentParser

/// Tries the judge: what does it find of what was done wrong, and what does it cost.
@main struct Judge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "judge", abstract: "Try the judge against a known truth.",
    subcommands: [Scenarios.self, Scale.self, Year.self, MakeLedger.self], defaultSubcommand: Scenarios.self)
}
