import CLibCurl
import Glibc

/// The authorities that a server's certificate may come from: those of a file, beside the system's.
struct TrustedCertificates: Sendable {
  /// PEM of all of them.
  let pem: [UInt8]

  /// Reads the file, and the system's bundle where libcurl was built to use one.
  ///
  /// - Throws: `SystemCallFailure` where the file cannot be read.
  init(file: String) throws(SystemCallFailure) {
    var pem = try TrustedCertificates.bytes(of: file)
    if let bundle = curl_version_info(CURLVERSION_TENTH)?.pointee.cainfo,
      let system = try? TrustedCertificates.bytes(of: String(cString: bundle))
    {
      pem.append(UInt8(ascii: "\n"))
      pem += system
    }
    self.pem = pem
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
