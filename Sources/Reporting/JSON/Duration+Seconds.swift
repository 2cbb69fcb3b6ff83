import Time

extension Duration {
  /// The whole microseconds in seconds: the nearest number that JSON prints as shortly as they were counted.
  var reportedSeconds: Double { Double(microseconds) / 1_000_000 }
}
