import Foundation
import Synchronization

/// A serial executor with a thread of its own, so that an actor may block in libpq without holding up the
/// threads that all tasks share.
///
/// The thread ends once the executor is released and its last job is done.
public final class ThreadExecutor: SerialExecutor, TaskExecutor {
  private let jobs = JobQueue()

  /// An executor, its thread started.
  ///
  /// - Parameter name: the thread's name in debuggers and `top`; the system keeps 15 bytes.
  public init(name: String) {
    Thread.detachNewThread { [jobs] in
      Thread.current.name = name
      jobs.run()
    }
  }

  deinit { jobs.finish() }

  /// Runs a job after those that came before it.
  public func enqueue(_ job: consuming ExecutorJob) {
    jobs.append(UnownedJob(job), for: self)
  }

  /// A reference to this executor, for an actor's `unownedExecutor`.
  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }
}

/// What the executor and its thread share, so that the thread does not keep the executor.
private final class JobQueue: Sendable {
  private enum Entry {
    /// With the executor, which thus lives until the job is done.
    case job(UnownedJob, ThreadExecutor)
    case end
  }

  /// Every access is within `changed`'s lock as well, which `changed` must hold to signal and to wait.
  private let entries = Mutex<[Entry]>([])
  private let changed = NSCondition()

  func append(_ job: UnownedJob, for executor: ThreadExecutor) {
    append(.job(job, executor))
  }

  func finish() {
    append(.end)
  }

  private func append(_ entry: sending Entry) {
    changed.lock()
    entries.withLock { $0.append(entry) }
    changed.signal()
    changed.unlock()
  }

  /// Runs the jobs as they come, until the end.
  func run() {
    while true {
      for entry in take() {
        guard case .job(let job, let executor) = entry else { return }
        job.runSynchronously(
          isolatedTo: executor.asUnownedSerialExecutor(), taskExecutor: executor.asUnownedTaskExecutor())
      }
    }
  }

  /// All entries, once there are any.
  private func take() -> [Entry] {
    changed.lock()
    defer { changed.unlock() }
    while true {
      let taken = entries.withLock { entries in
        defer { entries = [] }
        return entries
      }
      if !taken.isEmpty { return taken }
      changed.wait()
    }
  }
}
