import Glibc
import Synchronization
import Testing

@testable import ObjectStorage

/// Every system call of a put, one after the other, fails: the object is there whole or not at all.
@Suite struct DirectoryFaultTests {
  @Test(arguments: [
    (ENOSPC, StorageError.Code.noSpace), (EDQUOT, .noSpace), (EROFS, .notWritable), (EIO, .ioFailed),
  ])
  func `a put that fails at its n-th call leaves the old object or the new one`(
    _ number: Int32, _ code: StorageError.Code
  ) async throws {
    var failed = 0
    for nth in 1... {
      var isDone = false
      try await withTemporaryDirectory { path in
        let plain = DirectoryStore(path: path, access: .write)
        try await plain.put("a/b", [1, 1])
        let calls = Mutex(0)
        let faults = FileCalls { _ in
          calls.withLock { made in
            made += 1
            return made == nth ? number : nil
          }
        }
        let store = DirectoryStore(path: path, access: .write, calls: faults)
        do throws(StorageError) {
          try await store.put("a/b", [2, 2, 2], ifNoneMatch: false)
          isDone = true
        } catch {
          failed += 1
          #expect(error.code == code, "call \(nth): \(error)")
          #expect(error.systemError == number)
          let left = try await plain.get("a/b").bytes
          #expect(left == [1, 1] || left == [2, 2, 2])
          #expect(try await keys(plain) == ["a/b"])
          try await plain.put("a/b", [3])
        }
      }
      if isDone { break }
    }
    #expect(failed >= 8)
  }

  @Test func `a full disk is told in one line with the mend`() async throws {
    try await withTemporaryDirectory { path in
      let store = DirectoryStore(path: path, access: .write, calls: FileCalls { $0 == .write ? ENOSPC : nil })
      let error = await #expect(throws: StorageError.self) { try await store.put("a/b", [1]) }
      #expect(
        error?.description
          == "cannot write file://\(path)/a/b: no space left (errno 28, No space left on device); "
          + "free some space, or choose another disk")
    }
  }

  @Test func `a real full disk`() async throws {
    // The kernel answers ENOSPC to every write to this device, and it is there for everybody.
    let file = Descriptor(open("/dev/full", O_WRONLY))
    let failure = #expect(throws: SystemCallFailure.self) {
      let number = file.number
      _ = try FileCalls().make(.write) { write(number, "x", 1) }
    }
    #expect(failure?.errno == ENOSPC)
  }

  @Test func `a directory that may not be read or written`() async throws {
    try await withTemporaryDirectory { path in
      let denied = DirectoryStore(
        path: path, access: .write, calls: FileCalls { $0 == .openRoot ? EACCES : nil })
      await expect(.accessDenied) { try await denied.get("k") }
      await expect(.accessDenied) { try await keys(denied) }
      let unwritable = DirectoryStore(
        path: path, access: .write, calls: FileCalls { $0 == .createFile ? EACCES : nil })
      await expect(.notWritable) { try await unwritable.put("k", [1]) }
    }
  }
}
