import Ledger
import Postgres
import Testing
import Time

@testable import Workload

@Suite struct TableSafetyTests {
  private let plan = WritePlan(inserts: 30, updates: 20, deletes: 10, batchSize: 8, rate: nil)

  private func failure(
    _ scene: Scene, shared: Bool = false, create: Bool = true
  ) async throws -> WorkloadError {
    try await #require(throws: WorkloadError.self) {
      try await scene.write(plan, shared: shared, create: create)
    }
  }

  private static let exercise: SQL = """
    create table customers (
      created_at timestamp, updated_at timestamp, customer_id uuid primary key, name varchar(200),
      region varchar(200), country varchar(200), lat float, lng float, email varchar(80), phone varchar(30))
    """

  /// Rows that are not ours: any uuid, another pipeline's, one that only looks like ours, and uuids that
  /// stand right beside ours in the index.
  private func insertForeignRows(_ scene: Scene, tag: PipelineTag) throws -> [[String]] {
    var keys: [[UInt8]] = [
      [UInt8](repeating: 0, count: 16), [UInt8](repeating: 0xFF, count: 16),
      RowIdentity(tag: PipelineTag(tag.value &+ 1), sequence: 0).bytes,
      RowIdentity(tag: PipelineTag(tag.value &- 1), sequence: RowIdentity.maximumSequence).bytes,
    ]
    for sequence: Int64 in [0, 1, 5, 17, 300, RowIdentity.maximumSequence] {
      var lookalike = RowIdentity(tag: tag, sequence: sequence).bytes
      lookalike[15] ^= 1
      keys.append(lookalike)
      lookalike[12] ^= 0x80
      keys.append(lookalike)
    }
    let connection = try scene.connect()
    for key in keys {
      try connection.query(
        """
        insert into customers values ('2020-01-01', '2020-01-02', \(bind: Parameter.uuid(key)), 'Real Customer',
          'Real', 'Place', 1.5, 2.5, 'real@customer.test', '+1')
        """)
    }
    return try foreignRows(scene)
  }

  private func foreignRows(_ scene: Scene) throws -> [[String]] {
    try scene.connect().query(
      "select customers.ctid::text, customers.xmin::text, customers::text from customers where name = 'Real Customer' order by customer_id"
    ).map { row in [try row.decode(0), try row.decode(1), try row.decode(2)] }
  }

  @Test func rowsOfOthersAreNeverTouched() async throws {
    let scene = try await Scene()
    try scene.connect().script(TableSafetyTests.exercise)
    let tag = try await scene.withLedger { $0.pipelineTag }
    let before = try insertForeignRows(scene, tag: tag)
    #expect(before.count == 16)
    try await scene.write(plan, shared: true)
    // More than there is: every live row of ours is deleted, and nothing else.
    let summary = try await scene.write(
      WritePlan(inserts: 0, updates: 50, deletes: 500, batchSize: 100, rate: nil), shared: true)
    #expect(summary.written.deletes == 20 && summary.notPossible.deletes == 480)
    // Place and transaction of each version as well: not even written again with the same values.
    #expect(try foreignRows(scene) == before)
    #expect(try scene.connect().query("select count(*) from customers").single(as: Int.self) == 16)
    #expect(try await scene.differences() == [])
  }

  @Test func twoPipelinesInOneTableLeaveEachOtherAlone() async throws {
    let first = try await Scene()
    try first.connect().script(TableSafetyTests.exercise)
    let second = first.neighbour("other")
    try await first.write(plan, shared: true)
    try await second.write(plan, shared: true)
    try await first.write(
      WritePlan(inserts: 0, updates: 10, deletes: 100, batchSize: 9, rate: nil), shared: true)
    #expect(try await first.differences() == [])
    #expect(try await second.differences() == [])
    #expect(try await second.tableRows().count == 20)
  }

  @Test func aTableOfSomebodyElseIsRefused() async throws {
    let scene = try await Scene()
    try scene.connect().script(TableSafetyTests.exercise)
    try scene.connect().script("comment on table customers is 'our customers'")
    let error = try await failure(scene)
    #expect(error.code == .tableNotOurs)
    #expect(error.description.contains("public.customers") && error.description.contains("shared"))
    #expect(try scene.connect().query("select count(*) from customers").single(as: Int.self) == 0)
  }

  @Test func theTableOfAnotherPipelineIsRefused() async throws {
    let scene = try await Scene(pipeline: "first")
    try await scene.write(plan)
    let error = try await failure(scene.neighbour("second"))
    #expect(error.code == .tableOfAnotherPipeline("first"))
    #expect(error.description.contains("first"))
  }

  @Test func aMissingTableIsMadeOnlyWhereAsked() async throws {
    let scene = try await Scene(table: TableName(schema: "Odd \"schema\"", name: "odd 'table'"))
    #expect(try await failure(scene, create: false).code == .tableMissing)
    let summary = try await scene.write(plan)
    #expect(summary.tableCreated)
    #expect(try await scene.differences() == [])
  }

  @Test func aViewIsRefused() async throws {
    let scene = try await Scene()
    try scene.connect().script("create view customers as select 1 as one")
    #expect(try await failure(scene, shared: true).code == .notATable)
  }

  @Test func columnsThatDoNotFitAreNamed() async throws {
    let scene = try await Scene()
    try scene.connect().script(
      """
      create table customers (
        created_at timestamptz, updated_at timestamp(3), customer_id uuid, name varchar(199),
        region text, country varchar, lat real, email varchar(80), phone char(30), tenant int not null,
        note text not null default '')
      """)
    let error = try await failure(scene, shared: true)
    guard case .incompatibleColumns(let problems) = error.code else {
      return #expect(Bool(false), "\(error)")
    }
    #expect(
      problems == [
        "column created_at is timestamp with time zone in place of timestamp",
        "column updated_at is timestamp(3) without time zone in place of timestamp",
        "column customer_id has no primary key or unique index of its own",
        "column name is character varying(199) in place of varchar(200)",
        "column lat is real in place of double precision",
        "column phone is character(30) in place of varchar(30)",
        "column tenant must be given a value, and a row of ours has none",
        "column lng is missing",
      ])
    #expect(error.description.contains("column lng is missing"))
  }

  @Test func aSharedTableWithMoreColumnsInAnotherOrderIsTaken() async throws {
    let scene = try await Scene()
    try scene.connect().script(
      """
      create table customers (
        phone text, email text, note text default 'x', lng float, lat float, country text, region text,
        name text, customer_id uuid unique, updated_at timestamp, created_at timestamp, extra int)
      """)
    try await scene.write(plan, shared: true)
    #expect(try await scene.differences() == [])
  }

  @Test func aLackingPrivilegeIsSaidPlainly() async throws {
    let scene = try await Scene()
    try scene.connect().script(
      "do $$ begin create role reader login; exception when duplicate_object then null; end $$")
    try scene.connect().script("revoke create on schema public from public")
    let error = try await scene.withLedger { ledger in
      let writer = Writer(
        conninfo: scene.conninfo + " user=reader", ledger: ledger, table: WrittenTable(name: scene.table),
        clock: scene.clock)
      return try await #require(throws: WorkloadError.self) { try await writer.write(plan) }
    }
    #expect(error.code == .permissionDenied)
  }

  @Test func aTriggerThatSwallowsRowsIsNoticed() async throws {
    let scene = try await Scene()
    try await scene.write(WritePlan(inserts: 1, updates: 0, deletes: 0, rate: nil))
    try scene.connect().script(
      """
      create function swallow() returns trigger language plpgsql as 'begin return null; end';
      create trigger swallow before insert on customers for each row execute function swallow()
      """)
    for batchSize in [1, 20] {
      let error = try await #require(throws: WorkloadError.self) {
        try await scene.write(
          WritePlan(inserts: 20, updates: 0, deletes: 0, batchSize: batchSize, rate: nil),
          limits: WriterLimits(retries: 1))
      }
      #expect(error.code == .rowsChanged)
    }
    #expect(try await scene.differences() == [])
    #expect(try await scene.withLedger { try $0.unsettledTransactions() }.isEmpty)
  }

  @Test func rowsOfOursThatSomebodyElseChangedAreLeftOrTakenAsTheyAre() async throws {
    let scene = try await Scene()
    try await scene.write(WritePlan(inserts: 40, updates: 0, deletes: 0, batchSize: 40, rate: nil))
    try scene.connect().script("update customers set name = null where ctid < '(0,11)'::tid")
    let damaged = try scene.connect().query("select count(*) from customers where name is null")
      .single(as: Int.self)
    let summary = try await scene.write(
      WritePlan(inserts: 0, updates: 0, deletes: 40, batchSize: 7, rate: nil))
    #expect(damaged > 0)
    #expect(summary.written.deletes == 40 - damaged && summary.notPossible.deletes == damaged)
  }
}
