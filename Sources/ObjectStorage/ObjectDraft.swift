/// An object's bytes while they are made, kept where the store would keep the object: to put them all takes no second
/// copy.
///
/// What was appended can be read, put under a key, and put again. A draft that is let go leaves nothing behind, and so
/// does a process that is killed.
public protocol ObjectDraft: ObjectContent {
  /// Adds bytes at the end; only before the draft is put.
  ///
  /// - Throws: anything: nothing more can be done with the draft then.
  func append(_ bytes: [UInt8]) throws
}
