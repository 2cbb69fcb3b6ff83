import Foundation
import Synchronization
import TestSupport
import Testing
import Time

@testable import ObjectStorage

/// Each source on its own, against services on the loopback address.
@Suite struct CredentialTests {
  @Test func `the environment`() async throws {
    let chain = try CredentialFixture(environment: [
      "AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "sesame", "AWS_SESSION_TOKEN": "sesame-token",
    ]).chain
    let issued = try await chain.current(for: "s3://b").credentials
    #expect(issued.accessKeyID == "AKENV")
    #expect(issued.secretAccessKey.revealed == "sesame")
    #expect(issued.sessionToken?.revealed == "sesame-token")
    #expect(try await chain.sourceName(for: "s3://b") == "the environment (AWS_ACCESS_KEY_ID)")
    let half = try CredentialFixture(environment: ["AWS_ACCESS_KEY_ID": "AKENV"]).chain
    await expect(.credentialsMissing) { try await half.current(for: "s3://b") }
  }

  @Test func `a web identity's role`() async throws {
    try await LoopbackServer.with { _, _ in
      .role("AssumeRoleWithWebIdentity", "AKWEB")
    } _: { server in
      try await withTemporaryDirectory { path in
        try "token-of-web\n".write(toFile: path + "/token", atomically: true, encoding: .utf8)
        let chain = try CredentialFixture(environment: [
          "AWS_WEB_IDENTITY_TOKEN_FILE": path + "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/a+b",
          "AWS_ROLE_SESSION_NAME": "session", "AWS_ENDPOINT_URL_STS": server.endpoint,
        ]).chain
        #expect(try await chain.current(for: "s3://b").credentials.accessKeyID == "AKWEB")
        #expect(try await chain.sourceName(for: "s3://b") == "web identity (AWS_WEB_IDENTITY_TOKEN_FILE)")
        let request = server.requests[0]
        #expect(request.method == "POST")
        #expect(request.headers["authorization"] == nil)
        #expect(
          request.text
            == "Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%2Bb"
            + "&RoleSessionName=session&Version=2011-06-15&WebIdentityToken=token-of-web")
      }
    }
  }

  /// moto's STS gives temporary keys for a role of its IAM: by a token, and by other keys.
  @Test func `roles by a service that is not ours`() async throws {
    let moto = try await S3Servers.shared.moto().endpoint
    try await withTemporaryDirectory { path in
      try "token-of-web\n".write(toFile: path + "/token", atomically: true, encoding: .utf8)
      let web = try CredentialFixture(environment: [
        "AWS_WEB_IDENTITY_TOKEN_FILE": path + "/token",
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/canary",
        "AWS_ENDPOINT_URL": moto,
      ]).chain
      let token = try await web.current(for: "s3://b").credentials
      #expect(token.accessKeyID.hasPrefix("ASIA") && token.sessionToken != nil)
      var environment = try CredentialFixture.files(
        path,
        config: """
          [default]
          role_arn = arn:aws:iam::123456789012:role/canary
          source_profile = base
          """, credentials: "[base]\naws_access_key_id=AKBASE\naws_secret_access_key=sesame\n")
      environment["AWS_ENDPOINT_URL"] = moto
      let role = try await CredentialFixture(environment: environment).chain.current(for: "s3://b")
        .credentials
      #expect(role.accessKeyID.hasPrefix("ASIA") && role.accessKeyID != token.accessKeyID)
    }
  }

  @Test func `keys of the shared files, those of the credentials file first`() async throws {
    try await withTemporaryDirectory { path in
      let environment = try CredentialFixture.files(
        path,
        config: """
          [default]
          aws_access_key_id = AKCONFIG
          aws_secret_access_key = sesame
          region = eu-west-2 # a comment
          ; another
          [profile other]
          aws_access_key_id = AKOTHER
          aws_secret_access_key = se#sa;me
          """,
        credentials: "[default]\naws_access_key_id=AKFILE\naws_secret_access_key=sesame\n")
      let chain = try CredentialFixture(environment: environment).chain
      #expect(try await chain.current(for: "s3://b").credentials.accessKeyID == "AKFILE")
      var named = environment
      named["AWS_PROFILE"] = "other"
      let other = try await CredentialFixture(environment: named).chain.current(for: "s3://b").credentials
      #expect(other.accessKeyID == "AKOTHER")
      #expect(other.secretAccessKey.revealed == "se#sa;me")
      named["AWS_PROFILE"] = "missing"
      let missing = try CredentialFixture(environment: named).chain
      await expect(.credentialsMissing) { try await missing.current(for: "s3://b") }
      #expect(try CredentialFixture(environment: environment).context.region == "eu-west-2")
    }
  }

  @Test func `a role of a profile, through another profile, an own one or a source`() async throws {
    try await LoopbackServer.with { request, _ in
      request.path == "/creds" ? .document("AKBOX") : .role("AssumeRole", "AKROLE")
    } _: { server in
      try await withTemporaryDirectory { path in
        var environment = try CredentialFixture.files(
          path,
          config: """
            [profile role]
            role_arn = arn:aws:iam::1:role/r
            source_profile = base
            external_id = ext
            duration_seconds = 900
            [profile own]
            role_arn = arn:aws:iam::1:role/r
            source_profile = own
            aws_access_key_id = AKOWN
            aws_secret_access_key = sesame
            [profile box]
            role_arn = arn:aws:iam::1:role/r
            credential_source = EcsContainer
            [profile circle]
            role_arn = arn:aws:iam::1:role/r
            source_profile = circle2
            [profile circle2]
            role_arn = arn:aws:iam::1:role/r
            source_profile = circle
            [profile lost]
            role_arn = arn:aws:iam::1:role/r
            source_profile = nowhere
            [profile mfa]
            role_arn = arn:aws:iam::1:role/r
            mfa_serial = x
            [profile sso]
            sso_session = s
            """,
          credentials: "[base]\naws_access_key_id = AKBASE\naws_secret_access_key = sesame\n")
        environment["AWS_ENDPOINT_URL_STS"] = server.endpoint
        environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.endpoint + "/creds"
        for (profile, signer) in [("role", "AKBASE"), ("own", "AKOWN"), ("box", "AKBOX")] {
          environment["AWS_PROFILE"] = profile
          let chain = try CredentialFixture(environment: environment).chain
          #expect(try await chain.current(for: "s3://b").credentials.accessKeyID == "AKROLE")
          let request = try #require(server.requests.last)
          #expect(request.headers["authorization"]?.contains("Credential=\(signer)/") == true, "\(profile)")
          #expect(request.text.contains("ExternalId=ext") == (profile == "role"))
        }
        for profile in ["circle", "lost", "mfa", "sso"] {
          environment["AWS_PROFILE"] = profile
          let chain = try CredentialFixture(environment: environment).chain
          let error = await #expect(throws: StorageError.self) { try await chain.current(for: "s3://b") }
          #expect(error?.code == .credentialsMissing)
          if profile == "sso" { #expect(error?.description.contains("aws sso login --profile sso") == true) }
        }
      }
    }
  }

  @Test func `a role of moto's STS reads moto's bucket`() async throws {
    let endpoint = try await S3Servers.shared.moto().endpoint
    try await withTemporaryDirectory { path in
      var environment = try CredentialFixture.files(
        path, config: "[profile r]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n",
        credentials: "[base]\naws_access_key_id = AKBASE\naws_secret_access_key = sesame\n")
      environment.merge(["AWS_PROFILE": "r", "AWS_ENDPOINT_URL": endpoint, "HOME": "/nonexistent"]) { $1 }
      var configuration = StorageConfiguration()
      configuration.access = .write
      configuration.environment = environment
      let location = try BucketLocation("s3://role.bucket")
      try await ObjectStores.createBucket(location, configuration)
      let store = try ObjectStores.open(location, configuration)
      try await store.put("k", [1])
      #expect(try await store.get("k").bytes == [1])
      #expect(try await store.credentialSource() == "profile r of the shared configuration files")
    }
  }

  @Test func `a program that gives credentials`() async throws {
    try await withTemporaryDirectory { path in
      let good = "echo '{\"Version\": 1, \"AccessKeyId\": \"AKPROG\", \"SecretAccessKey\": \"sesame\"}'"
      for (command, code) in [
        (good, nil), ("echo sesame; exit 3", StorageError.Code.credentialsMissing),
        ("echo sesame", .malformedAnswer),
        ("echo '{\"AccessKeyId\": \"A\", \"SecretAccessKey\": \"sesame\"}'", .malformedAnswer),
        ("yes sesame", .credentialsMissing), ("/nonexistent/sesame", .credentialsMissing),
      ] {
        let environment = try CredentialFixture.files(
          path, config: "[default]\ncredential_process = \(command)\n", credentials: "")
        let chain = try CredentialFixture(environment: environment).chain
        if let code {
          let error = await #expect(throws: StorageError.self) { try await chain.current(for: "s3://b") }
          #expect(error?.code == code, "\(command)")
          #expect(error?.description.contains("sesame") == false)
        } else {
          #expect(try await chain.current(for: "s3://b").credentials.accessKeyID == "AKPROG")
        }
      }
    }
  }

  @Test func `the container's service, by relative and full address, with a token`() async throws {
    try await LoopbackServer.with { request, _ in
      request.headers["authorization"] == "Bearer sesame" ? .document("AKBOX") : .answer(401)
    } _: { server in
      try await withTemporaryDirectory { path in
        try "Bearer sesame\n".write(toFile: path + "/token", atomically: true, encoding: .utf8)
        let tokens = [
          ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer sesame"],
          [
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path + "/token",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "no",
          ],
        ]
        let addresses = [
          ["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.endpoint + "/x?y"],
          ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1"],
        ]
        for token in tokens {
          for address in addresses {
            let fixture = try CredentialFixture(
              environment: token.merging(address) { $1 }, containerHost: server.endpoint)
            #expect(try await fixture.chain.current(for: "s3://b").credentials.accessKeyID == "AKBOX")
          }
        }
        #expect(server.requests.map(\.target) == ["/x?y", "/v2/credentials/1", "/x?y", "/v2/credentials/1"])
        let refused = try CredentialFixture(environment: addresses[0]).chain
        await expect(.credentialsInvalid) { try await refused.current(for: "s3://b") }
        for address in [
          "http://example.org/", "http://127.0.0.1@evil/", "ftp://localhost/", "http://128.0.0.1/",
        ] {
          let far = try CredentialFixture(environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": address]).chain
          await expect(.invalidConfiguration) { try await far.current(for: "s3://b") }
        }
      }
    }
  }

  @Test func `the instance's role, with a token first`() async throws {
    try await LoopbackServer.with { request, _ in
      switch (request.method, request.target) {
      case ("PUT", "/latest/api/token"):
        return request.headers["x-aws-ec2-metadata-token-ttl-seconds"] == nil
          ? .answer(400) : .answer(200, body: Array("imds-token".utf8))
      case _ where request.headers["x-aws-ec2-metadata-token"] != "imds-token": return .answer(401)
      case ("GET", "/latest/meta-data/iam/security-credentials/"):
        return .answer(200, body: Array("role name\n".utf8))
      case ("GET", "/latest/meta-data/iam/security-credentials/role%20name"): return .document("AKINST")
      default: return .answer(404)
      }
    } _: { server in
      let environment = [
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.endpoint + "/", "AWS_EC2_METADATA_DISABLED": "",
      ]
      let chain = try CredentialFixture(environment: environment).chain
      #expect(try await chain.current(for: "s3://b").credentials.accessKeyID == "AKINST")
      #expect(try await chain.sourceName(for: "s3://b") == "the instance's role (EC2 metadata)")
      let disabled = try CredentialFixture(
        environment: environment.merging(["AWS_EC2_METADATA_DISABLED": "true"]) { $1 }
      ).chain
      await expect(.credentialsMissing) { try await disabled.current(for: "s3://b") }
      #expect(server.requests.count == 3)
    }
    // An instance without a role.
    try await LoopbackServer.with { request, _ in
      request.method == "PUT" ? .answer(200, body: Array("t".utf8)) : .answer(404)
    } _: { server in
      let chain = try CredentialFixture(environment: [
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.endpoint, "AWS_EC2_METADATA_DISABLED": "",
      ]).chain
      await expect(.credentialsMissing) { try await chain.current(for: "s3://b") }
    }
  }

  @Test(arguments: [
    "<html>", "{}", "{\"AccessKeyId\": \"a\", \"SecretAccessKey\": \"sesame\", \"Expiration\": \"soon\"}", "",
    "{\"AccessKeyId\": 1, \"SecretAccessKey\": \"sesame\"}",
  ])
  func `a document that is none`(_ body: String) async throws {
    try await LoopbackServer.with { _, _ in
      .answer(200, body: Array(body.utf8))
    } _: { server in
      let chain = try CredentialFixture(environment: [
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.endpoint
      ]).chain
      let error = await #expect(throws: StorageError.self) { try await chain.current(for: "s3://b") }
      #expect(error?.code == .malformedAnswer)
      #expect(error?.description.contains("sesame") == false)
    }
  }

  @Test func `STS's refusal is told with its code and request id`() async throws {
    try await LoopbackServer.with { _, _ in
      .answer(
        403,
        body: Array(
          "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error><RequestId>rid-1</RequestId></ErrorResponse>"
            .utf8))
    } _: { server in
      try await withTemporaryDirectory { path in
        try "t".write(toFile: path + "/token", atomically: true, encoding: .utf8)
        let chain = try CredentialFixture(environment: [
          "AWS_WEB_IDENTITY_TOKEN_FILE": path + "/token", "AWS_ROLE_ARN": "arn",
          "AWS_ENDPOINT_URL_STS": server.endpoint,
        ]).chain
        let error = await #expect(throws: StorageError.self) { try await chain.current(for: "s3://b") }
        #expect(
          error?.description
            == "cannot get credentials for s3://b: access denied: STS: not authorized "
            + "(HTTP 403, AccessDenied, request id rid-1); allow sts:AssumeRole to this identity")
      }
    }
  }
}
