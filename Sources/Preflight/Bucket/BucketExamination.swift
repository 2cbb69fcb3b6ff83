public import DMS
public import ObjectStorage

/// What a pipeline expects of its bucket.
public struct BucketExpectations: Sendable {
  /// Where DMS writes.
  public var location: BucketLocation
  /// The region that is configured; nil where none is.
  public var region: String?
  /// The endpoint's settings, as configured.
  public var settings: EndpointSettings
  /// The tables that the canary writes to, as they are named in the bucket.
  public var tables: [QualifiedName]
  /// Whether DMS writes the objects, so that the identity in use need only read.
  public var isWrittenByDMS: Bool

  /// Expectations of the bucket at `location`.
  public init(
    location: BucketLocation, region: String? = nil, settings: EndpointSettings = EndpointSettings(),
    tables: [QualifiedName] = [], isWrittenByDMS: Bool = false
  ) {
    (self.location, self.region, self.settings) = (location, region, settings)
    (self.tables, self.isWrittenByDMS) = (tables, isWrittenByDMS)
  }
}

/// Asks a bucket all that a pipeline needs of it; changes nothing there.
public struct BucketExamination: Sendable {
  let bucket: Bucket

  /// An examination of the bucket that `store` has opened.
  public init(store: any ObjectStore, expectations: BucketExpectations) {
    bucket = Bucket(store: store, expectations: expectations)
  }

  /// Runs every check; one that cannot be run is a diagnosis too.
  public func run() async -> [Diagnosis] {
    let reach = BucketReachCheck()
    do throws(StorageError) {
      var diagnoses = try await reach.diagnose(bucket)
      for check in checks { diagnoses += await diagnose(check) }
      return diagnoses
    } catch {
      // Whatever else is asked of it would fail alike.
      return [reach.diagnosis(error.isTransient ? .unknown : .critical, error.whatHappened, mend: error.mend)]
    }
  }

  private func diagnose(_ check: some BucketCheck) async -> [Diagnosis] {
    do throws(StorageError) {
      return try await check.diagnose(bucket)
    } catch {
      switch error.code {
      case .unsupported:
        guard bucket.isS3 else { return [] }
        return [check.diagnosis(.note, "this server has no such setting")]
      case .accessDenied:
        // The identity that reconciles need not read settings, and should not.
        return [
          check.diagnosis(
            .note, "not to be read with these credentials",
            mend: "run `lakecanary doctor` once with an administrator's profile (s3.profile) to see it")
        ]
      default: return [check.diagnosis(.unknown, error.whatHappened, mend: error.mend)]
      }
    }
  }

  private var checks: [any BucketCheck] {
    [
      BucketRegionCheck(), PublicAccessCheck(), BucketPolicyCheck(), VersioningCheck(), EncryptionCheck(),
      AccessCheck(), BucketClockCheck(), BucketPlaceCheck(), BucketContentCheck(),
    ]
  }
}

/// The bucket as its checks ask it.
struct Bucket: Sendable {
  let store: any ObjectStore
  let expectations: BucketExpectations

  var isS3: Bool {
    if case .s3 = expectations.location.place { return true }
    return false
  }

  /// The bucket's own name; nil for a directory.
  var name: String? {
    if case .s3(let bucket) = expectations.location.place { return bucket }
    return nil
  }
}

/// A rule about the bucket.
protocol BucketCheck: Check {
  /// Asks the store and judges its answer.
  func diagnose(_ bucket: Bucket) async throws(StorageError) -> [Diagnosis]
}

extension BucketCheck {
  static var area: Diagnosis.Area { .bucket }
}

extension StorageError {
  /// What happened and to what, without the mend, which has a place of its own.
  var whatHappened: String {
    let line = description
    guard let mend, line.hasSuffix("; \(mend)") else { return line }
    return String(line.dropLast(mend.count + 2))
  }
}
