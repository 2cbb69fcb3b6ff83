package import Time

/// Operations about to be committed, in the order of their execution, packed into a few arrays: a million of them
/// cost no million allocations.
package struct OperationList: Sendable {
  /// By the ledger's numbers of kinds: inserts, updates, deletes.
  package private(set) var counts = [0, 0, 0]
  private(set) var kinds: [UInt8] = []
  private(set) var sequences: [Int64] = []
  private(set) var versions: [Int64] = []
  private var digestWriter = DigestWriter()
  private(set) var digestEnds: [Int] = []

  package init() {}

  package init(_ operations: some Sequence<IntendedOperation>) {
    for operation in operations { append(operation) }
  }

  package var count: Int { kinds.count }

  package mutating func reserveCapacity(_ count: Int) {
    kinds.reserveCapacity(count)
    sequences.reserveCapacity(count)
    versions.reserveCapacity(count)
    digestWriter.reserveCapacity(count * 40)
    digestEnds.reserveCapacity(count)
  }

  package mutating func append(_ operation: IntendedOperation) {
    append(operation.kind, operation.sequence, operation.version) {
      $0.append(digest: operation.digest.bytes)
    }
  }

  /// Adds an operation whose digest `digest` makes: four bytes for each column of the row.
  package mutating func append(
    _ kind: OperationKind, _ sequence: Int64, _ version: Timestamp, digest: (inout DigestWriter) -> Void
  ) {
    counts[kind.number] += 1
    kinds.append(UInt8(kind.number))
    sequences.append(sequence)
    versions.append(version.microseconds)
    digest(&digestWriter)
    digestEnds.append(digestWriter.bytes.count)
  }

  /// All digests, one behind the other.
  var digests: [UInt8] { digestWriter.bytes }
}
