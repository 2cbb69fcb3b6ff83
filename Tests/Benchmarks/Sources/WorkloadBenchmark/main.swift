import Ledger
import Time
import Workload

/// Makes rows up, with their digests as a writer does, and prints how many a second.
let count = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 1_000_000
var generator = CustomerGenerator(seed: 1, tag: PipelineTag(1), startingAt: Timestamp(seconds: 1_790_000_000))
var digests = 0
let start = ContinuousClock.now
for _ in 0..<count { digests &+= Int(generator.next().digest.bytes[12]) }
let seconds = (ContinuousClock.now - start) / .seconds(1)
// The sum keeps the work from being left out.
precondition(digests > 0)
print(Double(count) / seconds)
