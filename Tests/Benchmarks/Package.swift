// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "lakecanary", path: "../..")],
  targets: [
    .executableTarget(
      name: "ObjectStorageBenchmark",
      dependencies: [
        .product(name: "ObjectStorage", package: "lakecanary"),
        .product(name: "Parquet", package: "lakecanary"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "ParquetBenchmarks", dependencies: [.product(name: "Parquet", package: "lakecanary")],
      swiftSettings: settings),
    .executableTarget(
      name: "WorkloadBenchmark",
      dependencies: [
        .product(name: "Ledger", package: "lakecanary"), .product(name: "Time", package: "lakecanary"),
        .product(name: "Workload", package: "lakecanary"),
      ],
      swiftSettings: settings),
    .executableTarget(name: "CurlLimit", linkerSettings: [.linkedLibrary("curl")]),
    .executableTarget(name: "SlowServer"),
  ]
)
