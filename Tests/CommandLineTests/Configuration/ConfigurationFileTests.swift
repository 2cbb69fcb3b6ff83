import Testing

@testable import lakecanary

@Suite struct ConfigurationFileTests {
  private func problem(_ text: String) -> String? {
    do throws(ConfigurationError) {
      _ = try ConfigurationFile(text: text, path: "canary.yaml")
      return nil
    } catch {
      return error.text
    }
  }

  @Test func keepsThePlaceOfEveryValue() throws {
    let file = try ConfigurationFile(
      text: "pipeline: shop\nlimits:\n  max_lag: 5m\ntables:\n  - a.b\n  - c.d: shared\n", path: "canary.yaml"
    )
    #expect(file.settings[.pipeline]?.elements.map(\.text) == ["shop"])
    #expect(file.settings[.limitMaxLag]?.origin.description == "canary.yaml:3:12")
    #expect(file.settings[.tables]?.elements.map(\.text) == ["a.b", "c.d shared"])
    let places = file.settings[.tables]?.elements.map(\.origin.description)
    #expect(places == ["canary.yaml:5:5", "canary.yaml:6:5"])
  }

  @Test(arguments: ["", "# nothing but a comment\n", "---\n"])
  func takesAnEmptyFile(text: String) throws {
    #expect(try ConfigurationFile(text: text, path: "canary.yaml").settings.isEmpty)
  }

  /// What is said where no key is near.
  private static let topLevel =
    "the keys there are pipeline, source, password_file, password_secret, source_login, tables, create_tables, bucket, "
    + "s3, endpoint_settings, table_mappings, dms, replicator, ledger, retention, workload, level, listing, engine, "
    + "spark, athena, fail_on, limits, alerts, log_level"

  @Test(arguments: [
    (
      "bukcet: s3://x\n",
      "unknown key 'bukcet': canary.yaml:1:1; did you mean 'bucket'?"
    ),
    (
      "pipeline: a\nlimits:\n  max_lags: 5m\n",
      "unknown key 'limits.max_lags': canary.yaml:3:3; did you mean 'limits.max_lag'?"
    ),
    (
      "max_lag: 5m\n", "unknown key 'max_lag': canary.yaml:1:1; did you mean 'limits.max_lag'?"
    ),
    (
      "zzzzzzzzzz: 5m\n",
      "unknown key 'zzzzzzzzzz': canary.yaml:1:1; \(topLevel)"
    ),
    ("name: shop\n", "unknown key 'name': canary.yaml:1:1; \(topLevel)"),
    (
      "workload:\n  name: shop\n",
      "unknown key 'workload.name': canary.yaml:2:3; the keys there are inserts, updates, deletes, batch_size, "
        + "rate, seed"
    ),
    ("workload:\n  rat: 5\n", "unknown key 'workload.rat': canary.yaml:2:3; did you mean 'workload.rate'?"),
    (
      "workload:\n  max_lag: 5m\n",
      "unknown key 'workload.max_lag': canary.yaml:2:3; did you mean 'limits.max_lag'?"
    ),
    ("bucket:\n", "key 'bucket' has no value: canary.yaml:1:1; give it one, or take the line away"),
    ("bucket: ~\n", "key 'bucket' has no value: canary.yaml:1:1; give it one, or take the line away"),
    (
      "bucket: [a]\n",
      "key 'bucket' takes a single value: canary.yaml:1:9; write `bucket: s3://my-lake/replication`"
    ),
    (
      "tables: {a: b}\n",
      "key 'tables' takes a list: canary.yaml:1:9; write `tables: [lakecanary.customers]`"
    ),
    (
      "bucket: a\nbucket: b\n", "key 'bucket' stands twice: canary.yaml:1:1; keep one of them"
    ),
    (
      "password: hunter2\n",
      "key 'password' does not belong in the file: canary.yaml:1:1; set LAKECANARY_PASSWORD, "
        + "or name a file with password_file"
    ),
    (
      "- a\n- b\n",
      "the configuration is not a map of keys and values: canary.yaml:1:1; write `key: value` lines; "
        + "`lakecanary config init` makes an example"
    ),
    (
      "limits: 5m\n",
      "'limits' is not a map of keys and values: canary.yaml:1:9; write `key: value` lines; "
        + "`lakecanary config init` makes an example"
    ),
    (
      "source: host=a password: b\n",
      "the configuration is not YAML: mapping values are not allowed in this context: canary.yaml:1:24; "
        + "correct the line; a value that holds `: ` or ` #` needs quotes"
    ),
    ("\u{202E}x: 1\n", "unknown key '\\u{202E}x': canary.yaml:1:1; \(topLevel)"),
  ])
  func namesTheLineAndTheMend(text: String, expected: String) {
    #expect(problem(text) == expected)
  }

  @Test func saysThatAFileIsNotThere() {
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationFile(path: "/nowhere/canary.yaml")
    }
    #expect(
      error?.text
        == "cannot read the configuration: No such file or directory: /nowhere/canary.yaml; "
        + "correct the path (--config), or make one with `lakecanary config init`")
  }

  @Test func everyKeyHasAVariableOfItsOwn() {
    let variables = ConfigurationKey.allCases.map(\.variable)
    #expect(Set(variables).count == variables.count)
    #expect(ConfigurationKey.limitMaxLag.variable == "LAKECANARY_LIMITS_MAX_LAG")
    #expect(
      ConfigurationKey.groups == [
        "s3", "workload", "listing", "limits", "replicator", "dms", "alerts", "engine", "spark", "athena",
      ])
  }
}
