import Foundation
import TestSupport
import Testing

/// A source that is reached as RDS's are: its certificate verified, IAM's tokens for passwords.
@Suite struct ManagedSourceTests {
  @Test func aVerifiedServerLetsInByToken() async throws {
    let source = try await ManagedSource()
    let keys: [String: String?] = [
      "AWS_ACCESS_KEY_ID": ManagedSource.accessKey, "AWS_SECRET_ACCESS_KEY": ManagedSource.secretKey,
      "AWS_EC2_METADATA_DISABLED": "true",
    ]
    let pipeline = try await EndToEndPipeline(source: source.conninfo(), extra: "source_login: iam")
    let write = try await pipeline.run("write", environment: keys)
    #expect(write.exitCode == 0, "\(write.errorOutput)")
    let logins = try source.logins()
    #expect(!logins.isEmpty && logins.allSatisfy { $0 == "lakecanary let in" }, "\(logins)")
    let doctor = try await pipeline.run("doctor", "--only", "source", environment: keys)
    #expect(
      doctor.output.contains(/encryption: TLSv1\.[23], the certificate verified for the host's name/),
      "\(doctor.output)")
    let reconciled = try await pipeline.run("reconcile", "--source-check", "--json", environment: keys)
    #expect(!reconciled.output.contains("could not be compared"), "\(reconciled.output)")
    let report = try JSONSerialization.jsonObject(with: Data(reconciled.output.utf8)) as? [String: Any]
    #expect((report?["clocks"] as? [String: Any])?["source"] != nil, "\(reconciled.output)")
    _ = try source.logins()

    // A refused login is not tried again, whatever it was refused for.
    let stranger = keys.merging(["AWS_SECRET_ACCESS_KEY": "another"]) { $1 }
    let refused = try await pipeline.run("write", environment: stranger)
    #expect(refused.exitCode == 3, "\(refused.errorOutput)")
    #expect(refused.errorOutput.contains("user lakecanary"))
    #expect(!refused.errorOutput.contains("X-Amz-Signature"))
    #expect(try source.logins() == ["lakecanary wrong"])

    // Nobody is told a token who cannot prove to be the server.
    for (conninfo, reason) in [
      (source.conninfo(authority: source.stranger), "another authority's certificate"),
      (source.conninfo(host: "other.abc.eu-west-1.rds.amazonaws.com"), "another server's certificate"),
    ] {
      let other = try await EndToEndPipeline(source: conninfo, extra: "source_login: iam")
      let unproven = try await other.run("write", environment: keys)
      #expect(unproven.exitCode == 3, "\(reason): \(unproven.errorOutput)")
      #expect(unproven.errorOutput.contains("sslrootcert"), "\(reason): \(unproven.errorOutput)")
      let doctor = try await other.run("doctor", "--only", "source", environment: keys)
      #expect(doctor.exitCode >= 2, "\(reason): \(doctor.output)")
    }
    #expect(try source.logins() == [])
    await source.stop()
  }
}
