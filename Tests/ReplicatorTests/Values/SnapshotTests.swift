import Testing

@testable import Replicator

@Suite struct SnapshotTests {
  @Test func aTransactionIsSeenOnceItIsNotUnderWay() throws {
    let snapshot = try #require(Snapshot("100:110:100,105"))
    #expect(snapshot.shows(99) && snapshot.shows(101) && snapshot.shows(109))
    #expect(!snapshot.shows(100) && !snapshot.shows(105) && !snapshot.shows(110) && !snapshot.shows(200))
    #expect(try #require(Snapshot("100:100:")).shows(99))
  }

  @Test func numbersComeAgainAfterFourBillion() throws {
    // Epoch 3, a little behind its beginning.
    let snapshot = try #require(Snapshot("12884901880:12884901893:12884901880,12884901890"))
    #expect(snapshot.shows(4) && snapshot.shows(.max - 20) && snapshot.shows(.max))
    #expect(!snapshot.shows(2) && !snapshot.shows(5) && !snapshot.shows(.max - 7))
  }

  @Test(arguments: ["", "1:2", "a:b:", "1:2:x", "1:2:3:4"])
  func otherTextIsNoSnapshot(text: String) {
    #expect(Snapshot(text) == nil)
  }
}
