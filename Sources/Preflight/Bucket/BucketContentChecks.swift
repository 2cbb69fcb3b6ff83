import DMS
import ObjectStorage

/// The identity in use may read, and nothing more.
struct AccessCheck: BucketCheck {
  static let name = "access"
  static let wanted = "reading objects (s3:GetObject); writing and deleting are DMS's"
  static let why = "a judge that can change the evidence proves less, and stolen keys do more harm"

  func diagnose(_ bucket: Bucket) async throws(StorageError) -> [Diagnosis] {
    guard let store = bucket.store as? any AccessProbing else { return [] }
    // No object has this key, so nothing can be read, replaced or removed.
    let key =
      bucket.expectations.location.prefix + "lakecanary-doctor-"
      + String(UInt64.random(in: .min ... .max), radix: 16)
    var diagnoses = [try await reading(bucket, store, absent: key)]
    let actions = try await actions(bucket)
    if !actions.contains(.delete) {
      diagnoses.append(
        diagnosis(
          .note, "not tried: where versions are kept, a delete of what is not there leaves a mark",
          subject: ObjectAction.delete.rawValue))
    }
    for action in actions {
      let may: Bool
      do throws(StorageError) {
        may = try await store.allows(action, on: key)
      } catch {
        diagnoses.append(
          diagnosis(.note, "it cannot be told: \(error.whatHappened)", subject: action.rawValue))
        continue
      }
      diagnoses.append(judgement(action, may, bucket))
    }
    return diagnoses
  }

  /// Reads a byte of an object that is there; where there is none, what S3 says of an absent one proves less: to
  /// an identity that may list the prefix alone it does not say whether it may read.
  private func reading(
    _ bucket: Bucket, _ store: any AccessProbing, absent: String
  ) async throws(StorageError) -> Diagnosis {
    let page = try await bucket.store.listPage(
      ListQuery(prefix: bucket.expectations.location.prefix, pageSize: 1), cursor: nil)
    let denied = { (key: String) in
      diagnosis(
        .critical, "\(key) may not be read", subject: "get",
        why: "rows are counted and compared by reading the objects",
        mend:
          "allow s3:GetObject on \(bucket.expectations.location)* to this identity, and kms:Decrypt where a KMS key encrypts"
      )
    }
    guard let object = page.objects.first else {
      return try await store.allows(.get, on: absent)
        ? diagnosis(.ok, "objects may be read", subject: "get")
        : diagnosis(.note, "there is no object to try it with, and S3 does not tell without", subject: "get")
    }
    do throws(StorageError) {
      _ = try await bucket.store.get(object.key, range: .bytes(0..<1), ifMatch: nil)
    } catch {
      switch error.code {
      case .accessDenied: return denied(object.key)
      // Empty, or gone meanwhile: it was let in.
      case .rangeNotSatisfiable, .notFound: break
      default: throw error
      }
    }
    return diagnosis(.ok, "objects may be read", subject: "get")
  }

  /// A delete of what is not there leaves a mark where versions are kept, so it is not asked for then.
  private func actions(_ bucket: Bucket) async throws(StorageError) -> [ObjectAction] {
    do throws(StorageError) {
      return try await bucket.store.versioning() == .off ? [.put, .delete] : [.put]
    } catch {
      return bucket.isS3 ? [.put] : [.put, .delete]
    }
  }

  private func judgement(_ action: ObjectAction, _ may: Bool, _ bucket: Bucket) -> Diagnosis {
    let verb = action == .put ? "written" : "deleted"
    let permission = action == .put ? "s3:PutObject" : "s3:DeleteObject"
    guard bucket.expectations.isWrittenByDMS else {
      return may
        ? diagnosis(
          .note, "objects may be \(verb), as `lakecanary replicate` must", subject: action.rawValue,
          wanted: "\(permission) for the replicator alone")
        : diagnosis(
          .note, "objects may not be \(verb): `lakecanary replicate` cannot work with these credentials",
          subject: action.rawValue, wanted: "\(permission) for the replicator alone")
    }
    return may
      ? diagnosis(
        .warning, "objects may be \(verb)", subject: action.rawValue,
        mend: "take \(permission) from this identity; DMS has a role of its own")
      : diagnosis(.ok, "objects may not be \(verb)", subject: action.rawValue)
  }
}

/// The configured place is the one that the endpoint's settings name.
struct BucketPlaceCheck: BucketCheck {
  static let name = "place"
  static let wanted = "the bucket and folder of the endpoint's settings"
  static let why = "DMS writes to BucketName/BucketFolder, and lakecanary looks at `bucket`"

  func diagnose(_ bucket: Bucket) async throws(StorageError) -> [Diagnosis] {
    let settings = bucket.expectations.settings
    if let named = settings.bucketName, let name = bucket.name, named != name {
      return [
        diagnosis(
          .critical, "the settings name the bucket \(named), and `bucket` is \(bucket.expectations.location)",
          mend: "correct `bucket`, or BucketName in endpoint_settings")
      ]
    }
    return []
  }
}

/// Objects of the canary's tables are there.
struct BucketContentCheck: BucketCheck {
  static let name = "objects"
  static let wanted = "objects of each table of the canary, once rows were committed"
  static let why =
    "a task writes a folder for each table that has rows; none at all means that it never wrote here"

  func diagnose(_ bucket: Bucket) async throws(StorageError) -> [Diagnosis] {
    var diagnoses: [Diagnosis] = []
    for table in bucket.expectations.tables {
      let folder = bucket.expectations.settings.bucketFolder.map { $0 + "/" } ?? ""
      let prefix = bucket.expectations.location.prefix + folder + "\(table.schema)/\(table.name)/"
      let page = try await bucket.store.listPage(ListQuery(prefix: prefix, pageSize: 1), cursor: nil)
      diagnoses.append(
        page.objects.isEmpty
          ? diagnosis(
            .note, "no object below \(prefix) as yet", subject: table.description,
            mend: "run `lakecanary run --wait` and look again; then see the task's table statistics")
          : diagnosis(.ok, "there are objects below \(prefix)", subject: table.description))
    }
    return diagnoses
  }
}
