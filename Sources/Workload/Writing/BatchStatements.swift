import Ledger
import Postgres
import Time

/// A prepared statement with its parameters, and how many rows it must affect.
struct BatchStatement {
  let prepared: PreparedStatement
  let parameters: [Parameter]
  let rows: Int
}

extension Batch {
  /// The statements of the updates and deletes: one for each kind.
  ///
  /// Each row is named by its key and by the version that was read, so that a row that somebody else has
  /// changed meanwhile is left alone, and noticed.
  func statements(_ prepared: SourceSession.Statements) -> [BatchStatement] {
    var statements: [BatchStatement] = []
    if updates.count == 1 {
      statements.append(
        BatchStatement(prepared: prepared.update, parameters: updates[0].parameters, rows: 1))
    } else if !updates.isEmpty {
      statements.append(
        BatchStatement(
          prepared: prepared.updateMany,
          parameters: [
            array { $0.row.identity.description }, array { $0.row.version.dmsText },
            array { $0.version.dmsText }, array { $0.address.region }, array { $0.address.country },
            array { $0.address.latitude.description }, array { $0.address.longitude.description },
            array { $0.address.phone },
          ],
          rows: updates.count))
    }
    if deletes.count == 1 {
      statements.append(
        BatchStatement(
          prepared: prepared.delete, parameters: deletes[0].parameters, rows: 1))
    } else if !deletes.isEmpty {
      statements.append(
        BatchStatement(
          prepared: prepared.deleteMany,
          parameters: [
            .text(ArrayText.of(deletes.lazy.map(\.identity.description))),
            .text(ArrayText.of(deletes.lazy.map(\.version.dmsText))),
          ],
          rows: deletes.count))
    }
    return statements
  }

  private func array(_ value: (Update) -> String) -> Parameter {
    var array = ArrayText()
    for update in updates { array.append(value(update)) }
    return .text(array.text)
  }
}

extension Batch.Update {
  /// Key, version before, version after, then what a move changes.
  var parameters: [Parameter] {
    [
      .uuid(row.identity.bytes), .timestamp(row.version), .timestamp(version), .text(address.region),
      .text(address.country), .double(address.latitude), .double(address.longitude), .text(address.phone),
    ]
  }
}

extension LiveRow {
  /// Key and version.
  var parameters: [Parameter] { [.uuid(identity.bytes), .timestamp(version)] }
}

extension Customer {
  /// The values of the ten columns, in the table's order.
  var parameters: [Parameter] {
    [
      .timestamp(createdAt), .timestamp(updatedAt), .uuid(identity.bytes), .text(person.name),
      .text(person.address.region), .text(person.address.country), .double(person.address.latitude),
      .double(person.address.longitude), .text(person.email), .text(person.address.phone),
    ]
  }
}
