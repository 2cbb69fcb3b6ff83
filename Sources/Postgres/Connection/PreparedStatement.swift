/// A statement that the server has parsed; good for the connection that prepared it.
public struct PreparedStatement: Sendable, Hashable {
  let name: String
  /// The object ids of the parameters' types, as the server inferred them.
  public let parameterTypes: [UInt32]
}

extension ParameterBuffer {
  /// Lays out the parameters of a prepared statement.
  ///
  /// The server reads a binary parameter by the type that it inferred when it prepared the statement, so an
  /// integer of another width is brought to that one, and any other mismatch is an error.
  ///
  /// - Throws: `PostgresError` with code `invalidParameter`.
  mutating func fill(_ values: [Parameter], for statement: PreparedStatement) throws(PostgresError) {
    removeAll()
    guard values.count == statement.parameterTypes.count else {
      throw PostgresError(
        .invalidParameter,
        message:
          "the statement takes \(statement.parameterTypes.count) parameters and was given \(values.count)")
    }
    for (position, value) in values.enumerated() {
      let type = statement.parameterTypes[position]
      try append(try value.converted(to: type, position: position + 1))
    }
  }
}

extension Parameter {
  /// The value in the binary form of another type.
  fileprivate func converted(to type: UInt32, position: Int) throws(PostgresError) -> Parameter {
    switch (self, type) {
    case (.null, _), (.text, _), (.bool, TypeOID.bool), (.int16, TypeOID.int2), (.int32, TypeOID.int4),
      (.int64, TypeOID.int8), (.float, TypeOID.float4), (.double, TypeOID.float8), (.bytes, TypeOID.bytea),
      (.uuid, TypeOID.uuid), (.timestamp, TypeOID.timestamp), (.timestamptz, TypeOID.timestamptz),
      (.lsn, TypeOID.lsn), (.transactionID, TypeOID.xid8):
      return self
    case (.float(let value), TypeOID.float8): return .double(Double(value))
    case (.timestamp(let value), TypeOID.timestamptz): return .timestamptz(value)
    case (.timestamptz(let value), TypeOID.timestamp): return .timestamp(value)
    case (.int16(let value), _): return try Parameter.integer(Int64(value), type, position)
    case (.int32(let value), _): return try Parameter.integer(Int64(value), type, position)
    case (.int64(let value), _): return try Parameter.integer(value, type, position)
    default: throw Parameter.mismatch(type, position)
    }
  }

  private static func integer(_ value: Int64, _ type: UInt32, _ position: Int) throws(PostgresError)
    -> Parameter
  {
    switch type {
    case TypeOID.int2: if let value = Int16(exactly: value) { return .int16(value) }
    case TypeOID.int4: if let value = Int32(exactly: value) { return .int32(value) }
    case TypeOID.int8: return .int64(value)
    default: break
    }
    throw mismatch(type, position)
  }

  private static func mismatch(_ type: UInt32, _ position: Int) -> PostgresError {
    PostgresError(
      .invalidParameter,
      message: "parameter $\(position) does not fit the type with OID \(type) that the statement has")
  }
}
