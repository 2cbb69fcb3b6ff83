import Glibc

/// A kind of system call that a directory store makes.
enum FileCall: String, Sendable, CaseIterable {
  case openRoot = "opening the bucket's directory"
  case openDirectory = "opening a directory"
  case makeDirectory = "making a directory"
  case readDirectory = "reading a directory"
  case openFile = "opening the file"
  case createFile = "creating a temporary file"
  case lockFile = "locking a temporary file"
  case status = "reading the file's status"
  case read = "reading the file"
  case write = "writing the file"
  case syncFile = "syncing the file"
  case rename = "renaming the file"
  case link = "linking the file"
  case syncDirectory = "syncing the directory"
  case unlink = "removing the file"
}

/// The way to the system: every call goes through here, so that a test can make any of them fail.
struct FileCalls: Sendable {
  /// The errno with which a call is to fail instead of being made.
  var fault: (@Sendable (FileCall) -> Int32?)?

  /// Makes a call that answers -1 on failure, again while it is interrupted by signals.
  @discardableResult
  func make<Answer: SignedInteger>(
    _ call: FileCall, _ body: () -> Answer
  ) throws(SystemCallFailure) -> Answer {
    if let forced = fault?(call) { throw SystemCallFailure(call: call, errno: forced) }
    while true {
      let answer = body()
      if answer != -1 { return answer }
      let reason = errno
      if reason != EINTR { throw SystemCallFailure(call: call, errno: reason) }
    }
  }

  func open(
    _ call: FileCall, _ name: String, in directory: Int32 = AT_FDCWD, _ flags: Int32, mode: mode_t = 0
  ) throws(SystemCallFailure) -> Descriptor {
    Descriptor(try make(call) { openat(directory, name, flags | O_CLOEXEC, mode) })
  }

  /// Writes bytes where the file was written last.
  func write(_ bytes: [UInt8], to file: borrowing Descriptor) throws(SystemCallFailure) {
    let number = file.number
    var written = 0
    while written < bytes.count {
      written += try make(.write) {
        bytes.withUnsafeBytes { buffer in
          let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
          return Glibc.write(number, rest.baseAddress, rest.count)
        }
      }
    }
  }

  /// Reads a part of a file; fewer bytes where the file ends before.
  func read(_ part: Range<Int64>, of file: borrowing Descriptor) throws(SystemCallFailure) -> [UInt8] {
    let number = file.number
    let wanted = Int(part.upperBound - part.lowerBound)
    var failure: SystemCallFailure?
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      while count < wanted {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
        let offset = part.lowerBound + Int64(count)
        do throws(SystemCallFailure) {
          let read = try make(.read) { pread(number, rest.baseAddress, rest.count, off_t(offset)) }
          if read == 0 { return }
          count += read
        } catch {
          failure = error
          return
        }
      }
    }
    if let failure { throw failure }
    return bytes
  }

  func status(_ descriptor: borrowing Descriptor) throws(SystemCallFailure) -> stat {
    var status = stat()
    let number = descriptor.number
    try make(.status) { fstat(number, &status) }
    return status
  }
}

/// An open file descriptor, closed with its owner.
struct Descriptor: ~Copyable {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  deinit {
    // What had to be durable was synced before, so a failure to close changes nothing.
    close(number)
  }
}
