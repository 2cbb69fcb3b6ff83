import Foundation

/// Writes a file that others may not read, and does not write over one that is there unless told to.
enum NewFile {
  static func write(_ text: String, to path: String, replacing: Bool) throws(ConfigurationError) {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replacing ? O_TRUNC : O_EXCL)
    let descriptor = open(path, flags, 0o600)
    guard descriptor >= 0 else {
      throw ConfigurationError(errno == EEXIST ? .fileExists : .unwritableFile(errno: errno), file: path)
    }
    defer { close(descriptor) }
    do throws(ConsoleError) {
      try StandardStream.write(text, to: descriptor)
    } catch {
      throw ConfigurationError(.unwritableFile(errno: error.errno), file: path)
    }
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw ConfigurationError(.unwritableFile(errno: errno), file: path)
    }
  }
}
