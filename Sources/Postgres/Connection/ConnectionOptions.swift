/// How a connection behaves, beside what its connection string says.
public struct ConnectionOptions: Sendable {
  /// The name that the server shows for the session, unless the connection string or `PGAPPNAME` has one.
  public var applicationName: String
  /// How long connecting may take in all; `connect_timeout` of the connection string comes before it.
  public var connectTimeout: Duration
  /// How long the server may stay silent while a statement runs; nil is for ever.
  ///
  /// The statement is cancelled then, and the connection closed.
  public var answerTimeout: Duration?
  /// Settings of the session, sent as it begins, after those of the connection string and `PGOPTIONS`.
  public var settings: [Setting]
  /// Ends the connection's waits.
  public var interrupt: Interrupt?
  /// Takes the server's notices and warnings, on the thread that uses the connection.
  public var onNotice: @Sendable (Notice) -> Void

  /// A server setting and its value.
  public struct Setting: Sendable, Hashable {
    /// The setting's name.
    public var name: String
    /// The value, as text.
    public var value: String

    /// A server setting and its value.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Options; those left out are usual.
  public init(
    applicationName: String = "lakecanary", connectTimeout: Duration = .seconds(10),
    answerTimeout: Duration? = nil, settings: [Setting] = [], interrupt: Interrupt? = nil,
    onNotice: @escaping @Sendable (Notice) -> Void = { _ in }
  ) {
    self.applicationName = applicationName
    self.connectTimeout = connectTimeout
    self.answerTimeout = answerTimeout
    self.settings = settings
    self.interrupt = interrupt
    self.onNotice = onNotice
  }
}

/// A notice or warning of the server.
public struct Notice: Sendable, Hashable {
  /// `NOTICE`, `WARNING`, `INFO`, `LOG` or `DEBUG`.
  public let severity: String
  /// Its SQLSTATE.
  public let sqlState: SQLState?
  /// What the server says.
  public let message: String
  /// More on it.
  public let detail: String?
  /// What the server proposes.
  public let hint: String?
}
