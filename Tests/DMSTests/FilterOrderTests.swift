import DMS
import Testing

/// Filters compare as the source would: numbers exactly, times by their order, everything else as text.
@Suite struct FilterOrderTests {
  private func passes(_ condition: RowFilter.Condition, _ value: String?, _ type: DMSType) -> Bool {
    RowFilter(column: "c", conditions: [condition]).passes(value, of: type)
  }

  @Test func largeNumbersAreComparedExactly() {
    // Both are the same number to a Double.
    #expect(!passes(.equal("9007199254740993"), "9007199254740992", .int8))
    #expect(passes(.greater("9007199254740992"), "9007199254740993", .int8))
    let exact = DMSType.numeric(precision: 38, scale: 10)
    #expect(passes(.atMost("12345678901234567890.10"), "12345678901234567890.1000000000", exact))
    #expect(!passes(.atMost("12345678901234567890.1"), "12345678901234567890.1000000001", exact))
    #expect(
      passes(.between("-10", "-2.5"), "-2.50", exact) && !passes(.between("-10", "-2.5"), "-2.4", exact))
    #expect(passes(.equal("0"), "-0.00", exact) && passes(.less("1e3"), "999", exact))
  }

  @Test func textIsNoNumber() {
    #expect(passes(.less("9"), "10", .nclob) && !passes(.less("9"), "10", .int4))
    #expect(!passes(.equal("1.0"), "1", .wstring(5)) && passes(.equal("1.0"), "1", .real8))
    // What Double would take for numbers.
    #expect(!passes(.equal("nan"), "NaN", .nclob) && !passes(.equal("0x10"), "16", .nclob))
    #expect(passes(.notEqual("NaN"), "1", .real8) && passes(.equal("NaN"), "NaN", .real8))
  }

  @Test func timesAndTruthHaveManySpellings() {
    #expect(passes(.atLeast("2026-01-01"), "2026-01-01 00:00:00+00", .datetime))
    #expect(passes(.atMost("2026-01-01"), "2026-01-01 00:00:00", .datetime))
    #expect(!passes(.atMost("2026-01-01T00:00:00Z"), "2026-01-01 00:00:00.000001+00", .datetime))
    #expect(passes(.equal("2026-01-01 10:00:00.500"), "2026-01-01 10:00:00.5", .datetime))
    #expect(passes(.between("2025-12-31", "2026-01-02"), "2026-01-01", .date))
    #expect(passes(.equal("true"), "t", .boolean) && passes(.equal("0"), "f", .boolean))
    #expect(!passes(.notEqual("1"), nil, .int4) && passes(.isNull, nil, .int4))
  }
}
