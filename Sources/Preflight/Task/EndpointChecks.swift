import AWS
import DMS
import ObjectStorage

/// The target endpoint is configured as lakecanary believes.
struct TargetEndpointCheck: TaskCheck {
  static let name = "target-endpoint"
  static let wanted = "the settings that endpoint_settings has, and the configured bucket"
  static let why =
    "deadlines, columns and places of the objects follow from them: another interval here is a false alarm there"

  /// What changes neither deadlines nor rows: how the bytes are laid out.
  private static let ofLayout: Set<String> = [
    "ParquetVersion", "EncodingType", "EnableStatistics", "RowGroupLength", "DataPageSize",
    "DictPageSizeLimit", "CompressionType", "CdcMinFileSize", "MaxFileSize",
  ]

  func diagnose(_ endpoint: ReplicationEndpoint, _ facts: TaskFacts) -> [Diagnosis] {
    guard endpoint.engine.isEmpty || endpoint.engine == "s3" else {
      return [
        diagnosis(
          .critical, "\(endpoint.identifier) is of the engine \(endpoint.engine)",
          mend: "give dms.task_arn the task that writes to S3")
      ]
    }
    let theirs: EndpointSettings
    do throws(DMSError) {
      theirs = try EndpointSettings(
        parsing: endpoint.extraConnectionAttributes ?? "", named: endpoint.s3Settings)
    } catch {
      return [diagnosis(.unknown, "the endpoint's settings cannot be read here: \(error)")]
    }
    let ours = facts.expectations.settings
    var diagnoses = ours.differences(from: theirs).map { difference in
      diagnosis(
        Self.ofLayout.contains(difference.name) ? .note : .critical,
        "\(difference.theirs) at DMS, \(difference.ours) in endpoint_settings", subject: difference.name,
        mend: "set \(difference.name)=\(difference.theirs) in endpoint_settings, or modify the endpoint")
    }
    diagnoses += place(theirs, facts)
    if !diagnoses.contains(where: { $0.severity > .note }) {
      diagnoses.append(diagnosis(.ok, "\(endpoint.identifier) is as endpoint_settings says"))
    }
    return diagnoses
  }

  /// Whether both look at the same folder of the same bucket.
  private func place(_ theirs: EndpointSettings, _ facts: TaskFacts) -> [Diagnosis] {
    guard case .s3(let bucket) = facts.expectations.location.place else { return [] }
    let path = { (prefix: String, folder: String?) in
      (prefix.split(separator: "/") + (folder ?? "").split(separator: "/")).joined(separator: "/")
    }
    let ours = path(facts.expectations.location.prefix, facts.expectations.settings.bucketFolder)
    let folder = path("", theirs.bucketFolder)
    guard theirs.bucketName ?? bucket != bucket || folder != ours else { return [] }
    return [
      diagnosis(
        .critical,
        "DMS writes to s3://\(theirs.bucketName ?? bucket)/\(folder), lakecanary looks at s3://\(bucket)/\(ours)",
        subject: "BucketFolder", mend: "set bucket: s3://\(theirs.bucketName ?? bucket)/\(folder)")
    ]
  }
}

/// The source endpoint leads to the canary's own source, and sees its changes.
struct SourceEndpointCheck: TaskCheck {
  static let name = "source-endpoint"
  static let wanted = "the configured source, over TLS, with a heartbeat where the database is often idle"
  static let why = "a canary that writes to another database than the task reads is always missing"

  /// Whether DDL is captured; nil where the endpoint's settings cannot be read here.
  static func capturesDDL(_ endpoint: ReplicationEndpoint) -> Bool? {
    (try? settings(of: endpoint))?.capturesDDL
  }

  private static func settings(of endpoint: ReplicationEndpoint) throws(DMSError) -> SourceSettings {
    try SourceSettings(
      parsing: endpoint.extraConnectionAttributes ?? "", named: endpoint.postgresSettings)
  }

  func diagnose(_ endpoint: ReplicationEndpoint, _ facts: TaskFacts) -> [Diagnosis] {
    var diagnoses: [Diagnosis] = []
    if let source = facts.expectations.source {
      if let database = endpoint.databaseName, database != source.database {
        diagnoses.append(
          diagnosis(
            .critical, "it reads the database \(database), and the canary writes to \(source.database)",
            subject: "DatabaseName", mend: "correct dbname of source, or the endpoint"))
      }
      if let host = endpoint.serverName, host.lowercased() != source.host.lowercased() {
        diagnoses.append(
          diagnosis(
            .warning, "it reads from \(host), and the canary writes to \(source.host)", subject: "ServerName",
            mend: "see that both are the same server, by its own name and not by a proxy's"))
      }
    }
    if endpoint.sslMode == "none" {
      diagnoses.append(
        diagnosis(
          .warning, "SslMode is none", subject: "SslMode", why: "rows travel in the clear",
          mend: "set SslMode to require, or to verify-full with RDS's certificate"))
    }
    do throws(DMSError) {
      let captures = try Self.settings(of: endpoint).capturesDDL
      diagnoses.append(
        diagnosis(
          captures ? .ok : .note, "\(endpoint.identifier), CaptureDdls=\(captures)",
          mend: captures ? nil : "expect new columns with their first change alone"))
    } catch {
      diagnoses.append(diagnosis(.unknown, "the endpoint's settings cannot be read here: \(error)"))
    }
    return diagnoses
  }
}
