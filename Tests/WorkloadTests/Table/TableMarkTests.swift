import Ledger
import Testing

@testable import Workload

@Suite struct TableMarkTests {
  @Test(arguments: ["demo", "", "a ) for the pipeline b", "naïve \"quoted\" 'name'"])
  func aMarkIsReadBack(pipeline: String) throws {
    let mark = TableMark(tag: PipelineTag(0xABC), pipeline: pipeline)
    #expect(mark.comment.contains("000000000abc"))
    #expect(TableMark(comment: mark.comment) == mark)
  }

  @Test(arguments: [
    "", "customers", "Made by lakecanary",
    "Made by lakecanary (tag 000000000ABC) for the pipeline demo: its rows",
    "Made by lakecanary (tag +00000000abc) for the pipeline demo: its rows are made up and may be changed or "
      + "deleted at any time.",
  ])
  func anyOtherCommentIsNone(comment: String) {
    #expect(TableMark(comment: comment) == nil)
  }
}
