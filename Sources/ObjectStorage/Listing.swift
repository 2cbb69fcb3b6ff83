public import Time

/// What to list.
public struct ListQuery: Hashable, Sendable {
  /// The most keys and common prefixes that a page may hold (S3's own limit).
  public static let largestPage = 1_000

  /// What the keys begin with; may be empty.
  public var prefix: String
  /// Keys up to and including this one are left out.
  public var startAfter: String?
  /// Keys that hold it after the prefix are rolled up into common prefixes.
  public var delimiter: String?
  /// Keys and common prefixes in a page, 1 to 1,000.
  public var pageSize: Int

  /// A listing of keys that begin with `prefix`.
  public init(
    prefix: String, startAfter: String? = nil, delimiter: String? = nil, pageSize: Int = largestPage
  ) {
    (self.prefix, self.startAfter, self.delimiter) = (prefix, startAfter, delimiter)
    self.pageSize = min(max(pageSize, 1), ListQuery.largestPage)
  }
}

/// An object as a listing shows it.
public struct ListedObject: Hashable, Sendable {
  /// The whole key.
  public var key: String
  /// The object's size in bytes.
  public var size: Int64
  /// When the object was last written, by the store's clock.
  public var lastModified: Timestamp
  /// The tag of the object's present bytes.
  public var etag: ETag

  /// An object of a listing.
  public init(key: String, size: Int64, lastModified: Timestamp, etag: ETag) {
    (self.key, self.size, self.lastModified, self.etag) = (key, size, lastModified, etag)
  }
}

/// A part of a listing.
public struct ListPage: Sendable {
  /// Objects in the order of their keys' UTF-8 bytes.
  public var objects: [ListedObject]
  /// What the delimiter rolled up, in the same order.
  public var commonPrefixes: [String]
  /// Where the next page begins; nil after the last one.
  public var next: ListCursor?

  /// A page of a listing.
  public init(objects: [ListedObject], commonPrefixes: [String] = [], next: ListCursor? = nil) {
    (self.objects, self.commonPrefixes, self.next) = (objects, commonPrefixes, next)
  }
}

/// Where a page of a listing begins; meaningful only to the store that made it.
public struct ListCursor: Sendable {
  let state: any Sendable

  /// A cursor that carries a store's own state.
  public init(state: any Sendable) { self.state = state }

  /// The store's state, where it is a text.
  package var text: String? { state as? String }
}

/// The pages of a listing; each is fetched when it is asked for, so that one is held at a time.
public struct ListedPages: AsyncSequence, Sendable {
  let store: any ObjectStore
  let query: ListQuery

  /// Fetches page after page.
  public struct Iterator: AsyncIteratorProtocol {
    private enum Position {
      case at(ListCursor?)
      case end
    }

    private let store: any ObjectStore
    private let query: ListQuery
    private var position = Position.at(nil)

    init(_ pages: ListedPages) { (store, query) = (pages.store, pages.query) }

    /// The next page, or nil after the last.
    ///
    /// - Throws: `StorageError`, as `ObjectStore.listPage` does.
    public mutating func next() async throws(StorageError) -> ListPage? {
      try await next(isolation: nil)
    }

    /// The next page, or nil after the last.
    ///
    /// - Throws: `StorageError`, as `ObjectStore.listPage` does.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(StorageError) -> ListPage? {
      guard case .at(let cursor) = position else { return nil }
      let page = try await store.listPage(query, cursor: cursor)
      position = page.next.map(Position.at) ?? .end
      return page
    }
  }

  /// An iterator at the first page.
  public func makeAsyncIterator() -> Iterator { Iterator(self) }
}
