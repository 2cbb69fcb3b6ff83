import Foundation
import Time

/// A file that is kept up to date with a run's statistics: always whole, at most once a second.
final class StatisticsFile {
  private let path: String
  private let task: String
  private let clock: any WallClock
  private var lastWrite: Timestamp?
  /// The figures with which the run before ended, if it ended in good order; nil where they cannot be gone on from.
  let figuresOfLastRun: ReplicationStatistics?

  init(path: String, task: String, clock: any WallClock) {
    self.path = path
    self.task = task
    self.clock = clock
    // A file that cannot be read is written anew.
    let last = try? TableStatisticsDocument.read(path)
    figuresOfLastRun = last.flatMap {
      $0.task == task && $0.statistics.phase == .stopped ? $0.statistics : nil
    }
  }

  /// Writes the statistics, unless they were just written and this is not the last time.
  ///
  /// - Throws: `ReplicatorError` with code `statisticsFile`.
  func write(_ statistics: ReplicationStatistics, isLast: Bool = false) throws(ReplicatorError) {
    let now = clock.now()
    if let lastWrite, !isLast, now - lastWrite < .seconds(1), now >= lastWrite { return }
    lastWrite = now
    do {
      // To a file beside it, and renamed: a reader never meets half of it.
      try Data(TableStatisticsDocument(task: task, statistics, at: now).json)
        .write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw ReplicatorError(
        .statisticsFile, detail: "the statistics cannot be written to \(path)", cause: error)
    }
  }
}
