import Foundation
import Synchronization

/// PostgreSQL's numbers (xid8) of transactions that were recorded as intended before they had one.
///
/// A small file beside the ledger, written without waiting for the disk: what was written is there after a
/// SIGKILL, since the system holds it, and may be lost with the machine, which the file tells by the boot that it
/// was made in. A ring of slots: only the latest transactions are of interest, those that are not settled.
final class TransactionJournal: Sendable {
  /// More than a writer has under way at once.
  static let slotCount = 4_096
  private static let slotByteCount = 24
  private static let headerByteCount = 64
  private static let magic = Array("LCNRXID1".utf8)

  private struct State {
    var descriptor: Int32?
    /// Whether what it holds is all that was ever written to it.
    var isWhole: Bool
    var xids: [Int64: UInt64]
  }

  private let path: String
  private let state: Mutex<State>

  /// Reads the journal at `path`, if there is one.
  init(path: String) {
    self.path = path
    let bytes = [UInt8](FileManager.default.contents(atPath: path) ?? Data())
    let header = TransactionJournal.header
    let isWhole = header.map { bytes.starts(with: $0) } ?? false
    state = Mutex(State(descriptor: nil, isWhole: isWhole, xids: TransactionJournal.xids(in: bytes)))
  }

  deinit { close() }

  /// What is known of a transaction that is not settled.
  func start(of id: Int64) -> TransactionStart {
    state.withLock { state in
      if let xid = state.xids[id] { return .begun(xid: xid) }
      return state.isWhole ? .notBegun : .unknown
    }
  }

  /// Begins anew; to be called once nothing is unsettled.
  ///
  /// What it held must go: a ledger that was put back from a copy gives numbers again that the journal knows from
  /// the ledger's other life.
  ///
  /// - Throws: the file system's error.
  func open() throws(LedgerError) {
    try state.withLock { state throws(LedgerError) in
      guard state.descriptor == nil else { return }
      let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_TRUNC, 0o600)
      guard descriptor >= 0 else { throw LedgerError(errno: errno, path: path) }
      // Filled to its end, so that no later write needs room on the disk.
      var bytes = TransactionJournal.header ?? []
      let byteCount =
        TransactionJournal.headerByteCount + TransactionJournal.slotCount * TransactionJournal.slotByteCount
      bytes += [UInt8](repeating: 0, count: byteCount - bytes.count)
      guard bytes.withUnsafeBytes({ pwrite(descriptor, $0.baseAddress, $0.count, 0) }) == bytes.count else {
        let number = errno
        Foundation.close(descriptor)
        throw LedgerError(errno: number, path: path)
      }
      state.xids = [:]
      state.isWhole = TransactionJournal.header != nil
      state.descriptor = descriptor
    }
  }

  /// Writes a transaction's number; from then on a SIGKILL does not lose it.
  ///
  /// - Throws: the file system's error; `closed` where it was not opened.
  func record(_ xid: UInt64, of id: Int64) throws(LedgerError) {
    try state.withLock { state throws(LedgerError) in
      guard let descriptor = state.descriptor else { throw LedgerError(.closed, path: path) }
      var words = (UInt64(bitPattern: id).littleEndian, xid.littleEndian, UInt64(0))
      words.2 = TransactionJournal.checksum(words.0, words.1).littleEndian
      let place =
        TransactionJournal.headerByteCount
        + Int(id % Int64(TransactionJournal.slotCount)) * TransactionJournal.slotByteCount
      let written = withUnsafeBytes(of: &words) { pwrite(descriptor, $0.baseAddress, $0.count, off_t(place)) }
      guard written == TransactionJournal.slotByteCount else { throw LedgerError(errno: errno, path: path) }
      state.xids[id] = xid
      state.xids[id - Int64(TransactionJournal.slotCount)] = nil
    }
  }

  func close() {
    state.withLock { state in
      if let descriptor = state.descriptor { Foundation.close(descriptor) }
      state.descriptor = nil
    }
  }

  /// The magic and the system's boot; nil where the system does not tell one boot from another.
  private static let header: [UInt8]? = {
    guard let boot = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id") else {
      return nil
    }
    return magic + boot.prefix(36)
  }()

  private static func xids(in bytes: [UInt8]) -> [Int64: UInt64] {
    var xids: [Int64: UInt64] = [:]
    bytes.withUnsafeBytes { bytes in
      var place = headerByteCount
      while place + slotByteCount <= bytes.count {
        func word(_ number: Int) -> UInt64 {
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place + 8 * number, as: UInt64.self))
        }
        if word(0) != 0, word(2) == checksum(word(0), word(1)) { xids[Int64(bitPattern: word(0))] = word(1) }
        place += slotByteCount
      }
    }
    return xids
  }

  private static func checksum(_ id: UInt64, _ xid: UInt64) -> UInt64 {
    var checksum = CRC32C()
    for word in [id, xid] {
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        checksum.update(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return UInt64(checksum.value) | 1 << 63
  }
}

/// Whether a transaction that is not settled may have been committed.
public enum TransactionStart: Hashable, Sendable {
  /// Its statements were sent; PostgreSQL knows it by this number (xid8).
  case begun(xid: UInt64)
  /// Its COMMIT was never sent.
  case notBegun
  /// The machine failed since it was recorded, and with it what was known.
  case unknown
}
