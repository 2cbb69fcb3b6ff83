import Glibc

/// A failed system call of a directory store.
struct SystemCallFailure: Error {
  let call: FileCall
  let errno: Int32
}

extension StorageError {
  /// The error of a failed system call (errno as in `man 2` of each call).
  init(_ failure: SystemCallFailure, _ operation: Operation, store: String, key: String? = nil) {
    let code: Code =
      switch failure.errno {
      // Linux's link says EPERM where the file system has no hard links (man 2 link).
      case EPERM where failure.call == .link: .unsupported
      case ENOENT, ENOTDIR, ELOOP:
        // The root is opened by a call of its own, so that a missing bucket is told from a missing key.
        failure.call == .openRoot ? .bucketMissing : operation == .put ? .ioFailed : .notFound
      case EACCES, EPERM: operation == .put && failure.call != .openRoot ? .notWritable : .accessDenied
      case EROFS: .notWritable
      case ENOSPC, EDQUOT: .noSpace
      case ENAMETOOLONG: operation == .put ? .invalidKey : .notFound
      case EEXIST: .alreadyExists
      case EISDIR: .unsupported
      default: .ioFailed
      }
    self.init(code, operation, store: store, key: key, systemError: failure.errno)
    if code == .unsupported {
      detail =
        failure.call == .link
        ? "its file system has no hard links, which writing without replacing needs"
        : "a directory cannot hold a key and keys beneath it"
    } else if code == .ioFailed {
      detail = failure.call.rawValue
    }
  }
}
