public import Ledger
public import Time

/// A row of the exercise's table.
public struct Customer: Hashable, Sendable {
  /// When the row was inserted, in UTC.
  public var createdAt: Timestamp
  /// When the row was last changed, in UTC: the version of the row.
  public var updatedAt: Timestamp
  /// The row's key.
  public var identity: RowIdentity
  /// What the row says of the customer.
  public var person: Person

  /// A row of these parts.
  public init(createdAt: Timestamp, updatedAt: Timestamp, identity: RowIdentity, person: Person) {
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.identity = identity
    self.person = person
  }

  /// The digest over the ten columns, in the order of the table.
  public var digest: RowDigest {
    var writer = DigestWriter()
    writer.reserveCapacity(40)
    writeDigest(to: &writer)
    return RowDigest(bytes: writer.bytes)
  }

  /// Makes the digest over the ten columns.
  func writeDigest(to writer: inout DigestWriter) {
    writer.append(timestamp: createdAt)
    writer.append(timestamp: updatedAt)
    writer.append(identity: identity)
    writer.append(text: person.name)
    writer.append(text: person.address.region)
    writer.append(text: person.address.country)
    writer.append(double: person.address.latitude)
    writer.append(double: person.address.longitude)
    writer.append(text: person.email)
    writer.append(text: person.address.phone)
  }
}

/// Whole rows without end: the same for the same seed, tag, sequence and start.
public struct CustomerGenerator: Sendable {
  private var people: PersonGenerator
  private let tag: PipelineTag
  private var sequence: Int64
  private var time: Timestamp

  /// Rows numbered from `firstSequence`, a microsecond apart from `start` on.
  public init(seed: UInt64, tag: PipelineTag, firstSequence: Int64 = 0, startingAt start: Timestamp) {
    people = PersonGenerator(seed: seed)
    self.tag = tag
    sequence = firstSequence
    time = start
  }

  /// The next row.
  ///
  /// - Precondition: no more rows than there are sequence numbers, 2^42.
  public mutating func next() -> Customer {
    defer {
      sequence += 1
      time.microseconds += 1
    }
    return Customer(
      createdAt: time, updatedAt: time, identity: RowIdentity(tag: tag, sequence: sequence),
      person: people.next())
  }
}
