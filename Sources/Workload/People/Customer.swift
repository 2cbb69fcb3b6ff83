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
    RowDigest(of: [
      .timestamp(createdAt), .timestamp(updatedAt), .text(identity.description), .text(person.name),
      .text(person.address.region), .text(person.address.country), .double(person.address.latitude),
      .double(person.address.longitude), .text(person.email), .text(person.address.phone),
    ])
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
      time = time + .microseconds(1)
    }
    return Customer(
      createdAt: time, updatedAt: time, identity: RowIdentity(tag: tag, sequence: sequence),
      person: people.next())
  }
}
