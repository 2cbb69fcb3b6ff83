import CLibCurl
import Glibc

/// The authorities that a server's certificate may come from: those of a file, beside the system's.
struct TrustedCertificates: Sendable {
  /// The file, for libcurl to read.
  let file: String
  /// PEM of the file and of the system's bundle, where libcurl has no directory of authorities to look in besides.
  let pem: [UInt8]?

  /// Authorities of a file, which is read at once to see that it can be.
  ///
  /// - Throws: `SystemCallFailure` where the file cannot be read.
  init(file: String) throws(SystemCallFailure) {
    self.file = file
    let own = try TrustedCertificates.bytes(of: file)
    let library = curl_version_info(CURLVERSION_TENTH)?.pointee
    if library?.capath == nil, let bundle = library?.cainfo,
      let system = try? TrustedCertificates.bytes(of: String(cString: bundle))
    {
      pem = own + [UInt8(ascii: "\n")] + system
    } else {
      pem = nil
    }
  }

  /// The most that is read of a file of certificates or settings.
  private static let largestFile = 16 << 20

  private static func bytes(of path: String) throws(SystemCallFailure) -> [UInt8] {
    let calls = FileCalls()
    let file = try calls.open(.openFile, path, O_RDONLY)
    let number = file.number
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = try calls.make(.read) { read(number, &chunk, chunk.count) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= largestFile else { throw SystemCallFailure(call: .read, errno: EFBIG) }
    }
  }
}
