import DMS
import Foundation
import Synchronization
import Time

/// Says which faults are due, keeps count of them, and writes the truth about them.
final class FaultInjector: Sendable {
  private struct Armed {
    let kind: Fault.Kind
    let from: Timestamp
    var left: Int
    let seconds: Int
  }

  private let armed: Mutex<[Armed]>
  private let file: FileHandle?
  let clock: any WallClock

  /// The faults of a plan, counted from now on.
  ///
  /// - Throws: `ReplicatorError` with code `truthFile`.
  init(_ plan: FaultPlan, clock: any WallClock) throws(ReplicatorError) {
    self.clock = clock
    let now = clock.now()
    armed = Mutex(
      plan.faults.map { fault in
        let from =
          switch fault.start {
          case .immediately: Timestamp(microseconds: .min)
          case .at(let point): point
          case .after(let delay): now + delay
          }
        return Armed(
          kind: fault.kind, from: from, left: fault.kind.countsSeconds ? 1 : fault.count, seconds: fault.count
        )
      })
    guard let path = plan.truthFile else {
      file = nil
      return
    }
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw ReplicatorError(
        .truthFile, detail: "the truth file \(path) cannot be opened: \(String(cString: strerror(errno)))")
    }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Whether a fault of a kind is due, without taking it.
  func isDue(_ kind: Fault.Kind) -> Bool {
    let now = clock.now()
    return armed.withLock { $0.contains { $0.kind == kind && $0.left > 0 && $0.from <= now } }
  }

  /// Takes one fault of these kinds that is due, the first in the plan's order.
  func take(_ kinds: Set<Fault.Kind>) -> (kind: Fault.Kind, seconds: Int)? {
    let now = clock.now()
    return armed.withLock { armed in
      guard let index = armed.firstIndex(where: { kinds.contains($0.kind) && $0.left > 0 && $0.from <= now })
      else { return nil }
      armed[index].left -= 1
      return (armed[index].kind, armed[index].seconds)
    }
  }

  /// Gives back one that could not be committed.
  func giveBack(_ kind: Fault.Kind) {
    armed.withLock { armed in
      if let index = armed.firstIndex(where: { $0.kind == kind }) { armed[index].left += 1 }
    }
  }

  /// Writes a line of truth, on disk when this returns.
  ///
  /// - Throws: `ReplicatorError` with code `truthFile`.
  func record(_ truth: FaultTruth) throws(ReplicatorError) {
    guard let file else { return }
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try file.write(contentsOf: try encoder.encode(truth) + Data("\n".utf8))
      try file.synchronize()
    } catch {
      throw ReplicatorError(.truthFile, detail: "the truth file cannot be written", cause: error)
    }
  }
}
