// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A system library: a module map over its header, found by pkg-config, installed from apt.
func systemLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = [],
  experimental: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, resources: resources,
    swiftSettings: settings + experimental.map { .enableExperimentalFeature($0) })
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// The dependencies of each target are the import table of the project; ImportTableTests holds the
// sources to it, transitive imports included.
let package = Package(
  name: "lakecanary",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "lakecanary", targets: ["lakecanary"]),
    .library(name: "Ledger", targets: ["Ledger"]),
    .library(name: "ObjectStorage", targets: ["ObjectStorage"]),
    .library(name: "Parquet", targets: ["Parquet"]),
    .library(name: "Time", targets: ["Time"]),
    .library(name: "Workload", targets: ["Workload"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    systemLibrary("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
    systemLibrary("CLibCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
    systemLibrary("CLibCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
    systemLibrary("CBrotli", pkgConfig: "libbrotlidec", apt: "libbrotli-dev"),
    systemLibrary("CDeflate", pkgConfig: "libdeflate", apt: "libdeflate-dev"),
    systemLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),
    systemLibrary("CZstd", pkgConfig: "libzstd", apt: "libzstd-dev"),
    systemLibrary("CSnappy", pkgConfig: "snappy", apt: "libsnappy-dev"),

    library("Time"),
    // Lifetimes: the Thrift reader holds a RawSpan, which ties it to the bytes that it reads.
    library("Parquet", ["CBrotli", "CDeflate", "CZlib", "CZstd", "CSnappy"], experimental: ["Lifetimes"]),
    library("Postgres", ["CLibPQ", "Time"]),
    library("HTTP", ["CLibCurl"]),
    library("ObjectStorage", ["HTTP", "CLibCrypto", "Time", logging]),
    library("DMS", ["Time"]),
    library("Ledger", ["Time", grdb, sqlite]),
    library("Workload", ["Postgres", "Ledger", "Time"]),
    library(
      "Reconciliation", ["Parquet", "ObjectStorage", "DMS", "Ledger", "Time", logging]),
    library("Replicator", ["Postgres", "Parquet", "ObjectStorage", "DMS", "Time", logging]),
    library(
      "Engines",
      ["Reconciliation", "Parquet", "ObjectStorage", "AWS", "DMS", "Ledger", "Time", subprocess, system]),
    library("Reporting", ["Ledger", "Reconciliation", "Time"]),
    library("AWS", ["HTTP", "ObjectStorage", "Time"]),
    library("Preflight", ["Postgres", "ObjectStorage", "AWS", "DMS", "Time"]),
    library("Alerting", ["HTTP", "Ledger", "Reporting", "Time", subprocess, system]),
    library("LocalServers", [subprocess, system]),
    .executableTarget(
      name: "lakecanary",
      dependencies: [
        "Time", "Parquet", "Postgres", "ObjectStorage", "DMS", "Ledger", "Workload", "Reconciliation",
        "Replicator", "Engines", "Reporting", "Alerting", "AWS", "Preflight", "LocalServers",
        argumentParser, logging,
        yams,
      ],
      swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["LocalServers", "Time", subprocess, system],
      path: "Tests/TestSupport", exclude: ["alert_receiver.py"],
      swiftSettings: settings),
    .executableTarget(
      name: "judge",
      dependencies: [
        "Time", "Postgres", "ObjectStorage", "DMS", "Ledger", "Workload", "Reconciliation", "Replicator",
        "LocalServers", "TestSupport", argumentParser, grdb, logging,
      ],
      path: "Tests/Judge", swiftSettings: settings),
    tests("TimeTests", ["Time"]),
    tests("ParquetTests", ["Parquet"], exclude: ["Peers"]),
    tests("PostgresTests", ["Postgres", "Workload"]),
    tests("ObjectStorageTests", ["HTTP", "ObjectStorage", "Workload"]),
    tests("DMSTests", ["DMS"]),
    tests("LedgerTests", ["Ledger", grdb]),
    tests("WorkloadTests", ["Workload", "Postgres", "Ledger", grdb]),
    tests(
      "ReconciliationTests",
      ["Reconciliation", "Parquet", "ObjectStorage", "DMS", "Ledger", "Workload", grdb]),
    tests("ReplicatorTests", ["Replicator", "Postgres", "Parquet", "ObjectStorage", "DMS", "Workload"]),
    tests(
      "EnginesTests",
      ["Engines", "Reconciliation", "Parquet", "ObjectStorage", "AWS", "DMS", "Ledger", "Time"],
      exclude: ["Peers"]),
    tests("ReportingTests", ["Reporting", "Reconciliation", "Ledger"]),
    tests("AWSTests", ["AWS", "HTTP", "ObjectStorage", "Time"]),
    tests(
      "PreflightTests", ["Preflight", "AWS", "Postgres", "ObjectStorage", "DMS", "Time", "LocalServers"],
      exclude: ["Peers"]),
    tests(
      "CommandLineTests",
      [
        "lakecanary", "Parquet", "Postgres", "Ledger", "Engines", "Reconciliation", "ObjectStorage", "DMS",
        "Time",
      ],
      exclude: [
        "EndToEnd/bucket_state.py", "EndToEnd/token_directory.py", "EndToEnd/athena_engine.py",
        "EndToEnd/inventory_of_bucket.py",
      ]),
    tests("AlertingTests", ["Alerting", "HTTP", "Reporting", "Ledger"]),
    tests("PackageTests", ["LocalServers"], exclude: ["Template"]),
  ]
)
