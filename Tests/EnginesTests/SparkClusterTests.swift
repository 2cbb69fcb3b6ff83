import Testing

@testable import Engines

/// The size of a cluster by what its user says of it.
@Suite struct SparkClusterTests {
  @Test(
    arguments: [
      ("local", [], 1), ("local[4]", [], 4), ("local[3,2]", [], 3), ("local[*]", [], nil),
      ("local-cluster[2,3,1024]", [], 6), ("yarn", [], nil), (nil, [], nil),
      ("yarn", ["spark.executor.instances=8", "spark.executor.cores=4"], 32),
      (nil, ["spark.executor.instances=8"], 8), ("spark://host:7077", ["spark.cores.max=12"], 12),
      ("k8s://x", ["spark.dynamicAllocation.maxExecutors=10", "spark.executor.cores=2", "spark.x=a=b"], 20),
      ("yarn", ["spark.executor.instances=9223372036854775807", "spark.executor.cores=2"], nil),
      ("local-cluster[0,1,1]", [], nil),
    ] as [(String?, [String], Int?)])
  func coresAreThoseOfMasterAndProperties(master: String?, properties: [String], cores: Int?) {
    #expect(SparkCluster.cores(master: master, properties: properties) == cores)
  }
}
