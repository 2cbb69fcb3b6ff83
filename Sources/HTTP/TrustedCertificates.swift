import CLibCurl

/// The authorities that a server's certificate may come from: those of a file, beside the system's.
package struct TrustedCertificates: Sendable {
  /// The file, for libcurl to read.
  let file: String
  /// PEM of the file and of the system's bundle, where libcurl has no directory of authorities to look in besides.
  let pem: [UInt8]?

  /// Authorities of a file.
  ///
  /// - Parameter read: reads a file; the system's bundle is done without where that throws.
  /// - Throws: what `read` throws for the file itself, so that it is known at once that it can be read.
  package init<Failure: Error>(
    file: String, read: (_ file: String) throws(Failure) -> [UInt8]
  ) throws(Failure) {
    self.file = file
    let own = try read(file)
    let library = curl_version_info(CURLVERSION_TENTH)?.pointee
    if library?.capath == nil, let bundle = library?.cainfo, let system = try? read(String(cString: bundle)) {
      pem = own + [UInt8(ascii: "\n")] + system
    } else {
      pem = nil
    }
  }
}
