import Glibc

/// The order and prefixes of keys: by UTF-8 bytes, as S3 lists them, and not by Unicode equivalence.
package enum KeyOrder {
  package static func precedes(_ left: String, _ right: String) -> Bool {
    let order = left.utf8.withContiguousStorageIfAvailable { leftBytes in
      right.utf8.withContiguousStorageIfAvailable { rightBytes in
        let common = min(leftBytes.count, rightBytes.count)
        guard let leftStart = leftBytes.baseAddress, let rightStart = rightBytes.baseAddress, common > 0
        else { return leftBytes.count - rightBytes.count }
        let order = memcmp(leftStart, rightStart, common)
        return order == 0 ? leftBytes.count - rightBytes.count : Int(order)
      }
    }
    if case .some(.some(let order)) = order { return order < 0 }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  package static func begins(_ key: String, with prefix: String) -> Bool {
    key.utf8.starts(with: prefix.utf8)
  }

  package static func isSame(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }
}
