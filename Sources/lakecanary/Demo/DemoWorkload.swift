import Workload

/// What the demo writes: some rows for the full load, then waves of changes that fall into several batches.
enum DemoWorkload {
  /// Before the replicator starts.
  static func before(seed: UInt64) -> WritePlan {
    WritePlan(inserts: 500, updates: 100, deletes: 50, batchSize: 50, rate: nil, seed: seed)
  }

  /// While it runs: each lasts about one and a half batch intervals, so that every wave but the last is
  /// followed by another object.
  static func waves(seed: UInt64) -> [WritePlan] {
    (1...3).map { wave in
      WritePlan(
        inserts: 60, updates: 40, deletes: 20, batchSize: 5, rate: 40, seed: seed &+ UInt64(wave))
    }
  }
}
