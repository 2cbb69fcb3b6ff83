import Foundation
import GRDB

extension LedgerError {
  /// The ledger's error for what GRDB threw, by its extended result code (sqlite.org/rescode.html).
  init(_ error: any Error, path: String) {
    switch error {
    case let error as LedgerError:
      self = error
    case let error as DatabaseError:
      self.init(LedgerError.code(of: error), path: path, detail: error.message)
    default:
      // GRDB throws nothing else from the calls made here but coding errors of our own records.
      self.init(.corrupt, path: path, detail: "a record cannot be decoded")
    }
  }

  /// The ledger's error for the errno of a system call on `path`.
  init(errno number: Int32, path: String) {
    let code: Code =
      switch number {
      case ENOSPC, EDQUOT: .diskFull
      case EROFS: .readOnly
      case EACCES, EPERM: .permissionDenied
      case ENOENT, ENOTDIR: .absent
      default: .inputOutput
      }
    self.init(code, path: path, detail: String(cString: strerror(number)))
  }

  private static func code(of error: DatabaseError) -> Code {
    // The write-ahead log's index could not be given its size, for which only room can lack.
    if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE { return .diskFull }
    return switch error.resultCode {
    case .SQLITE_NOTADB: .notADatabase
    case .SQLITE_CORRUPT: .corrupt
    case .SQLITE_FULL: .diskFull
    case .SQLITE_READONLY: .readOnly
    case .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_CANTOPEN: .permissionDenied
    case .SQLITE_IOERR: .inputOutput
    case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
    case .SQLITE_MISUSE: .closed
    default: .sqlite(extendedCode: error.extendedResultCode.rawValue)
    }
  }
}
