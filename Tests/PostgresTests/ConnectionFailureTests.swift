import Foundation
import LocalServers
import Postgres
import TestSupport
import Testing

/// What goes wrong is told apart by the code, and its line says the mend.
@Suite struct ConnectionFailureTests {
  private func failure(
    of conninfo: String, _ options: ConnectionOptions = ConnectionOptions(connectTimeout: .seconds(300))
  ) async throws -> PostgresError {
    try await blocking {
      try #require(throws: PostgresError.self) { _ = try Connection(conninfo, options: options) }
    }
  }

  @Test func noServerAtTheSocket() async throws {
    let error = try await failure(of: "host=/nowhere port=5432 dbname=d user=u")
    #expect(error.code == .unreachable)
    #expect(error.isTransient)
    #expect(error.description.contains("server /nowhere/.s.PGSQL.5432, database d, user u"))
    #expect(error.description.contains("check that the server runs"))
  }

  @Test func noServerAtThePort() async throws {
    // Nothing listens on port 1 of the loopback interface.
    let error = try await failure(of: "postgresql://u:hidden@127.0.0.1:1/d")
    #expect(error.code == .unreachable)
    #expect(error.location == "server 127.0.0.1:1, database d, user u")
    #expect(!error.description.contains("hidden"))
  }

  @Test func aServerThatNeverAnswers() async throws {
    let listener = try SilentListener()
    defer { listener.close() }
    let error = try await failure(
      of: "host=127.0.0.1 port=\(listener.port) user=u dbname=d sslmode=disable",
      ConnectionOptions(connectTimeout: .milliseconds(1)))
    #expect(error.code == .unreachable)
    #expect(error.message.contains("not connected within"))
  }

  @Test func aServerWithoutTLS() async throws {
    let listener = try SilentListener()
    defer { listener.close() }
    listener.answer(Array("N".utf8))
    let error = try await failure(of: "host=127.0.0.1 port=\(listener.port) user=u dbname=d sslmode=require")
    #expect(error.code == .tlsFailed)
    #expect(error.description.contains("sslmode"))
  }

  @Test func aServerThatHangsUp() async throws {
    let listener = try SilentListener()
    defer { listener.close() }
    listener.answer([])
    let error = try await failure(of: "host=127.0.0.1 port=\(listener.port) user=u dbname=d sslmode=disable")
    #expect(error.code == .connectionLost)
  }

  /// A refusal in another language, as a server with its own lc_messages sends it.
  @Test(arguments: [
    ("28P01", "Passwort falsch"), ("57P03", "das Datenbanksystem startet"), ("53300", "a:  b"),
  ])
  func aRefusalIsKnownByItsState(_ state: String, _ text: String) async throws {
    let listener = try SilentListener()
    defer { listener.close() }
    let fields = "SFATAL\0VFATAL\0C\(state)\0M\(text)\0\0"
    let message = WireMessage("E").int32(Int32(4 + fields.utf8.count)).appending(Array(fields.utf8))
    listener.answer(message.bytes)
    let error = try await failure(of: "host=127.0.0.1 port=\(listener.port) user=u dbname=d sslmode=disable")
    #expect(error.code == .connectionRejected(try #require(SQLState(rawValue: state))))
    #expect(error.message == text)
    #expect(error.isTransient == (state != "28P01"))
  }

  @Test(arguments: ["host", "hots=x", "postgresql://[", "sslmode=often host=x"])
  func badConnectionStrings(_ text: String) async throws {
    let error = try await failure(of: text)
    #expect(error.code == .invalidConnectionString)
    #expect(error.description.contains("key=value"))
  }

  @Test func partsOfAPasswordAreNotRepeated() async throws {
    let error = try await failure(of: "password=open sesame=")
    #expect(error.code == .invalidConnectionString)
    #expect(!error.description.contains("sesame"))
  }

  @Test func noSuchDatabase() async throws {
    let conninfo = try await PostgresFixture.shared.cluster().conninfo(database: "no \"such")
      .replacing("dbname=no \"such", with: "dbname='no \"such'")
    let error = try await failure(of: conninfo)
    #expect(error.code == .connectionRejected(.undefinedDatabase))
    #expect(error.message == "database \"no \"such\" does not exist")
    #expect(error.description.contains("correct dbname"))
    #expect(!error.isTransient)
  }

  @Test func noSuchUser() async throws {
    let conninfo = try await PostgresFixture.shared.cluster().conninfo().replacing(
      "user=postgres", with: "user=nobody_here")
    #expect(try await failure(of: conninfo).code == .connectionRejected(.invalidAuthorization))
  }

  @Test func passwordsWrongMissingAndRight() async throws {
    let directory = try TemporaryDirectory(prefix: "lakecanary-test", for: "postgresql")
    let accessFile = directory.path + "/pg_hba.conf"
    // The superuser needs none, since the fixture itself connects without one.
    try "local all postgres trust\nlocal all all scram-sha-256\n"
      .write(toFile: accessFile, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: accessFile)
    let cluster = try await PostgresCluster.start(
      in: directory.path + "/pg", removing: directory.path, settings: ["hba_file": accessFile])
    let superuser = cluster.conninfo()
    let guest = superuser.replacing("user=postgres", with: "user=guest")
    try await blocking {
      // The default from PostgreSQL 14 on.
      _ = try Connection(superuser).script(
        "set password_encryption = 'scram-sha-256'; create role guest login password 'right'")
    }
    let wrong = try await failure(of: guest + " password=wrong")
    #expect(wrong.code == .connectionRejected(.invalidPassword))
    #expect(wrong.description.contains("check the user and its password"))
    #expect(!wrong.description.contains("wrong"))
    #expect(try await failure(of: guest + " passfile=/nowhere").code == .passwordMissing)
    try await blocking { try Connection(guest + " password=right").close() }
    await cluster.stop()
  }

  @Test func aReplicationConnectionWithoutThePrivilege() async throws {
    let database = try await Database()
    try await blocking {
      try database.connect().script("drop role if exists reader; create role reader login")
      let conninfo = database.conninfo.replacing("user=postgres", with: "user=reader")
      let error = try #require(throws: PostgresError.self) { _ = try ReplicationConnection(conninfo) }
      #expect(error.code == .connectionRejected(.insufficientPrivilege))
      #expect(error.description.contains("REPLICATION"))
    }
  }
}

/// A TCP port that takes connections into its backlog, and says no word until it is told to.
struct SilentListener {
  private let descriptor: Int32
  let port: UInt16

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 && listen(descriptor, 5) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    port = UInt16(bigEndian: address.sin_port)
  }

  /// Reads once from the next connection, answers it, and hangs up; on a thread of its own, which waits for no other.
  func answer(_ bytes: [UInt8]) {
    Thread.detachNewThread { [descriptor] in
      let connection = accept(descriptor, nil, nil)
      var request = [UInt8](repeating: 0, count: 1024)
      _ = read(connection, &request, request.count)
      _ = write(connection, bytes, bytes.count)
      _ = Foundation.close(connection)
    }
  }

  func close() {
    _ = Foundation.close(descriptor)
  }
}
