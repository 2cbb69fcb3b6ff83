import Foundation
import Postgres
import Synchronization
import Testing

@Suite struct ThreadExecutorTests {
  @Test func anActorStaysOnItsOwnThread() async throws {
    let counter = Counter()
    var threads: Set<pthread_t> = []
    for _ in 0..<100 { threads.insert(await counter.increment()) }
    #expect(threads.count == 1)
    #expect(await Counter().increment() != threads.first)
    // Asked last, so that the actor lives until here: the system gives an ended thread's name to the next one.
    #expect(await counter.count == 100)
  }

  @Test func jobsOfManyTasksAllRun() async throws {
    let counter = Counter()
    await withTaskGroup { group in
      for _ in 0..<1000 { group.addTask { _ = await counter.increment() } }
    }
    #expect(await counter.count == 1000)
  }

  @Test func theExecutorGoesWithItsActor() async throws {
    let (ends, end) = AsyncStream<Void>.makeStream()
    do {
      let counter = Counter(atEnd: Ending { end.finish() })
      _ = await counter.increment()
    }
    for await _ in ends {}
  }

  @Test func aTaskMayRunOnIt() async throws {
    let executor = ThreadExecutor(name: "test")
    let sum = await withTaskExecutorPreference(executor) {
      await withTaskGroup(of: Int.self) { group in
        for value in 0..<100 { group.addTask { value } }
        return await group.reduce(0, +)
      }
    }
    #expect(sum == 4950)
  }
}

private actor Counter {
  private let executor = ThreadExecutor(name: "counter")
  private let atEnd: Ending?
  private(set) var count = 0

  init(atEnd: Ending? = nil) {
    self.atEnd = atEnd
  }

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  func increment() -> pthread_t {
    count += 1
    return pthread_self()
  }
}

private final class Ending: Sendable {
  private let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }

  deinit { body() }
}
