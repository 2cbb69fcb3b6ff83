import Testing

@testable import Engines

/// Text that Spark's splitter of statements would cut, and what of a log is told.
@Suite struct SparkTextTests {
  @Test func nothingInALiteralEndsAStatement() {
    #expect(SparkText.literal("s3a://lake/public/customers/") == "'s3a://lake/public/customers/'")
    let odd = SparkText.literal("file:///a/*b;--c\\d'e\u{1F600}")
    #expect(odd == #"'file:///a/\u002ab\u003b-\u002dc\u005cd\u0027e\ud83d\ude00'"#)
    #expect(SparkText.identifier("a`b") == "`a``b`")
  }

  private func cause(_ lines: String) -> String? {
    let tail = LogTail()
    for line in lines.split(separator: "\n") { tail.add(String(line)) }
    return tail.cause
  }

  @Test func theCauseIsToldAndNotWhatFollowsFromIt() {
    #expect(
      cause(
        """
        26/11/28 11:48:23 WARN TaskSetManager: Lost task 0.0 in stage 0.0 (TID 0) (127.0.0.1 executor 1)
        org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 times
        \tat org.apache.spark.scheduler.DAGScheduler.abortStage(DAGScheduler.scala:2844)
        \t... 12 more
        java.util.concurrent.RejectedExecutionException: Task Future(<not completed>) rejected
        """)
        == "org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 times"
    )
    #expect(
      cause(
        """
        Exception in thread "main" java.lang.OutOfMemoryError: Metaspace
        26/11/28 11:48:38 ERROR Utils: Uncaught exception in thread shutdown-hook-0
        Caused by: java.util.concurrent.ExecutionException
        """) == "Exception in thread \"main\" java.lang.OutOfMemoryError: Metaspace")
    #expect(cause("26/11/28 11:47:14 WARN NativeCodeLoader: Unable to load native-hadoop library") == nil)
  }

  @Test func theTailIsBounded() {
    let tail = LogTail(limit: 2)
    for line in ["one", "\tat x", "two", "  three", String(repeating: "x", count: 5_000)] { tail.add(line) }
    #expect(tail.all.map(\.count) == [5, 2_000])
  }
}
