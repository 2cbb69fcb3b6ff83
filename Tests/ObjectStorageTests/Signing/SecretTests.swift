import Testing
import Time

@testable import ObjectStorage

@Suite struct SecretTests {
  @Test func `shows no secret, however it is printed`() {
    let credentials = Credentials(
      accessKeyID: "AKID", secretAccessKey: "sesame-1", sessionToken: "sesame-2", expiry: nil)
    let key = SigningKey(secret: Secret("sesame-3"), day: "20261123", region: "r", service: "s3")
    var dumped = ""
    dump(credentials, to: &dumped)
    dump(key, to: &dumped)
    dump(IssuedCredentials(credentials: credentials, generation: 1), to: &dumped)
    let texts = [
      "\(credentials)", String(reflecting: credentials), "\(Secret("sesame-4"))", String(reflecting: key),
      dumped,
    ]
    for text in texts { #expect(!text.contains("sesame"), "\(text)") }
    #expect(!dumped.contains("\(Array("AWS4sesame-3".utf8))"))
  }
}
