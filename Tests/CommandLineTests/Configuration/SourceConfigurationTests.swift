import Testing

@testable import lakecanary

@Suite struct SourceConfigurationTests {
  @Test(arguments: [
    ("host=h user=u password=hunter2", "host=h user=u password=***"),
    ("password='a b' host=h", "password=*** host=h"),
    ("password = 'it\\'s' host=h", "password = *** host=h"),
    ("host=h password=", "host=h password=***"),
    ("password=a\\ b host=h", "password=*** host=h"),
    ("PASSWORD=x sslpassword='y'", "PASSWORD=*** sslpassword=***"),
    ("postgresql://u:hunter2@h:5432/d", "postgresql://u:***@h:5432/d"),
    ("postgres://u:p/w@h/d", "postgres://u:***@h/d"),
    ("postgresql://u:p@w@h/d?a=b", "postgresql://u:***@h/d?a=b"),
    ("postgresql://h/d?user=u&password=x&a=b", "postgresql://h/d?user=u&password=***&a=b"),
    ("postgresql://h/d?pass%77ord=x", "postgresql://h/d?pass%77ord=***"),
    ("postgresql://u@h/d", "postgresql://u@h/d"),
    ("host=/tmp dbname=d", "host=/tmp dbname=d"),
    ("", ""), ("nonsense", "nonsense"), ("a = ", "a = "),
  ])
  func hidesPasswords(address: String, shown: String) {
    let source = SourceConfiguration(conninfo: address)
    #expect(source.shown == shown)
    #expect(source.holdsPassword == (shown.contains("***")))
  }

  @Test func addsThePasswordAsLibpqReadsIt() {
    let secret = Secret("it's a \\ & é")
    #expect(
      SourceConfiguration(conninfo: "host=h", password: secret).conninfo()
        == "host=h password='it\\'s a \\\\ & é'")
    #expect(SourceConfiguration(conninfo: "", password: Secret("x")).conninfo() == "password='x'")
    #expect(
      SourceConfiguration(conninfo: "postgresql://h/d", password: secret).conninfo()
        == "postgresql://h/d?password=it%27s%20a%20%5C%20%26%20%C3%A9")
    #expect(
      SourceConfiguration(conninfo: "postgresql://h/d?a=b", password: Secret("x")).conninfo()
        == "postgresql://h/d?a=b&password=x")
  }

  @Test func aSecretShowsItselfNowhere() {
    var dumped = ""
    dump(SourceConfiguration(conninfo: "host=h", password: Secret("hunter2")), to: &dumped)
    #expect(!dumped.contains("hunter2"))
    #expect("\(Secret("hunter2"))" == "***")
    #expect(String(reflecting: Secret("hunter2")) == "***")
  }
}

@Suite struct DurationTextTests {
  @Test(
    arguments: [
      ("90s", .seconds(90)), ("5m", .seconds(300)), ("1h30m", .seconds(5_400)), ("2d", .seconds(172_800)),
      ("500ms", .milliseconds(500)), ("0s", .zero), ("1m500ms", .milliseconds(60_500)),
    ] as [(String, Duration)])
  func readsUnits(text: String, duration: Duration) {
    #expect(DurationText.duration(text) == duration)
    #expect(DurationText.duration(DurationText.text(duration)) == duration)
  }

  @Test(arguments: [
    "", "5", "m", "5 m", "-5m", "5x", "5m5m", "5m1h", "99999999999999999999s", "9999999999d", "٥m",
  ])
  func refusesTheRest(text: String) {
    #expect(DurationText.duration(text) == nil)
  }
}

@Suite struct NearestNameTests {
  @Test func findsWhatWasMeant() {
    let names = ["bucket", "source", "tables", "limits.max_lag"]
    #expect(NearestName.nearest(to: "bukcet", among: names) == "bucket")
    #expect(NearestName.nearest(to: "Source", among: names) == "source")
    #expect(NearestName.nearest(to: "limit.maxlag", among: names) == "limits.max_lag")
    #expect(NearestName.nearest(to: "colour", among: names) == nil)
    // Half of it is another word.
    #expect(NearestName.nearest(to: "name", among: ["rate", "names_of_all"]) == "names_of_all")
    #expect(NearestName.nearest(to: "name", among: ["rate", "same"]) == "same")
    #expect(NearestName.nearest(to: "name", among: ["rate"]) == nil)
    #expect(NearestName.nearest(to: "", among: names) == nil)
  }
}
