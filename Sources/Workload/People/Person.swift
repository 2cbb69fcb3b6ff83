/// A made-up person at a real place: what a customer's row holds beside its times and its key.
public struct Person: Hashable, Sendable {
  /// Given and family names as they are written in the person's culture; at most 200 characters.
  public var name: String
  /// Where the person lives.
  public var address: Address
  /// An ASCII address in a domain that is reserved for examples (RFC 2606); at most 80 characters.
  public var email: String

  /// A person of these parts.
  public init(name: String, address: Address, email: String) {
    self.name = name
    self.address = address
    self.email = email
  }
}

/// Where a made-up person lives: what changes when the person moves.
public struct Address: Hashable, Sendable {
  /// The state, province or the like, as it is called there or in English; at most 200 characters.
  public var region: String
  /// The country's short English name; at most 200 characters.
  public var country: String
  /// Degrees north; on land, in `region`.
  public var latitude: Double
  /// Degrees east; on land, in `region`.
  public var longitude: Double
  /// A number with the country's calling code; at most 30 characters.
  public var phone: String

  /// An address of these parts.
  public init(region: String, country: String, latitude: Double, longitude: Double, phone: String) {
    self.region = region
    self.country = country
    self.latitude = latitude
    self.longitude = longitude
    self.phone = phone
  }
}
