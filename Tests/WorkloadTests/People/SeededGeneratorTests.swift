import Testing

@testable import Workload

@Suite struct SeededGeneratorTests {
  /// The published reference output of SplitMix64 for the seed 1234567.
  @Test func splitMixGivesThePublishedNumbers() {
    var mixer = SplitMix64(seed: 1_234_567)
    #expect(
      (0..<3).map { _ in mixer.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
  }

  @Test func aSeedGivesTheSameBitsAndAnotherSeedOthers() {
    var first = SeededGenerator(seed: 7)
    var again = SeededGenerator(seed: 7)
    var other = SeededGenerator(seed: 8)
    let bits = (0..<100).map { _ in first.next() }
    #expect(bits == (0..<100).map { _ in again.next() })
    #expect(bits != (0..<100).map { _ in other.next() })
  }

  @Test(arguments: [1, 2, 3, 10, 1_000_003]) func numbersStayBelowTheirBoundAndReachAllOfIt(bound: Int) {
    var random = SeededGenerator(seed: 1)
    let numbers = (0..<2_000).map { _ in random.number(below: bound) }
    #expect(numbers.allSatisfy { (0..<bound).contains($0) })
    if bound <= 10 { #expect(Set(numbers) == Set(0..<bound)) }
  }
}
