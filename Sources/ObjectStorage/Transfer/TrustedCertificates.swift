import CLibCurl

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
    let own = try SmallFile.bytes(of: file)
    let library = curl_version_info(CURLVERSION_TENTH)?.pointee
    if library?.capath == nil, let bundle = library?.cainfo,
      let system = try? SmallFile.bytes(of: String(cString: bundle))
    {
      pem = own + [UInt8(ascii: "\n")] + system
    } else {
      pem = nil
    }
  }
}
