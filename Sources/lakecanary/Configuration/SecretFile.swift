import Foundation

/// A file that holds one secret and nothing else.
struct SecretFile {
  let secret: Secret
  /// Whether users beside the owner and the group may read the file.
  let isReadableByOthers: Bool

  /// Reads the file at `path`; a line feed at its end does not belong to the secret.
  init(path: String) throws(ConfigurationError) {
    guard let file = fopen(path, "r") else {
      throw ConfigurationError(.unreadableSecret(path: path, errno: errno), file: path)
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else {
      throw ConfigurationError(.unreadableSecret(path: path, errno: errno), file: path)
    }
    var text = String(decoding: bytes[..<count], as: UTF8.self)
    while let last = text.last, last.isNewline { text.removeLast() }
    guard !text.isEmpty else { throw ConfigurationError(.emptySecret(path: path), file: path) }
    secret = Secret(text)
    var status = stat()
    isReadableByOthers = fstat(fileno(file), &status) == 0 && status.st_mode & S_IROTH != 0
  }
}
