import Foundation
package import ObjectStorage

/// Secrets Manager, as far as it gives a database's password.
public struct SecretService: Sendable {
  private let client: AWSClient

  /// Secrets Manager in a region.
  ///
  /// - Throws: `AWSError`: `.regionMissing`.
  package init(region: String?, access: ServiceAccess) throws(AWSError) {
    client = try AWSClient(.secretsManager, region: region, access: access)
  }

  /// The password in a secret: its `password` where the secret is JSON, as RDS makes them, or else all of it.
  ///
  /// - Parameter id: the secret's name or ARN.
  /// - Throws: `AWSError`; `.malformedAnswer` where the secret holds no password.
  package func password(in id: String) async throws(AWSError) -> String {
    struct Input: Encodable { var secretId: String }
    struct Answer: Decodable { var secretString: String? }
    let operation = "GetSecretValue"
    let answer: Answer = try await client.json(operation, Input(secretId: id))
    guard let text = answer.secretString, !text.isEmpty else {
      throw AWSError(.malformedAnswer, client.service, operation, detail: "the secret \(id) holds no text")
    }
    guard text.drop(while: \.isWhitespace).first == "{" else { return text }
    struct Document: Decodable { var password: String? }
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(text.utf8)),
      let password = document.password, !password.isEmpty
    else {
      throw AWSError(
        .malformedAnswer, client.service, operation, detail: "the JSON of the secret \(id) has no password")
    }
    return password
  }
}
