import ArgumentParser

@main
struct LakeCanary: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lakecanary", abstract: "A canary for database-to-lake replication.")
}
