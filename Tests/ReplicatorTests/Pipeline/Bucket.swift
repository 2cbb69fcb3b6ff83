import Foundation
import LocalServers
import ObjectStorage
import TestSupport

/// A bucket in a directory that goes with this object, read by Python's peers.
final class Bucket: Sendable {
  let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory(prefix: "lakecanary-bucket", for: "bucket")
  }

  deinit { directory.remove() }

  var store: DirectoryStore { DirectoryStore(path: directory.path, access: .write) }

  /// All keys, sorted.
  func keys() async throws -> [String] {
    var keys: [String] = []
    for try await page in store.list(prefix: "") { keys += page.objects.map(\.key) }
    return keys
  }

  /// One file's rows, columns by name, as a peer reads them.
  struct File: Decodable, Sendable {
    let key: String
    let columns: [String]
    let rows: [[String?]]

    func values(_ column: String) -> [String?] {
      guard let index = columns.firstIndex(of: column) else { return [] }
      return rows.map { $0[index] }
    }
  }

  enum Peer: String, CaseIterable, Sendable {
    case pyarrow, duckdb
    /// pyarrow's values as they are stored: microseconds, days, milliseconds, the bytes of floats.
    case raw
  }

  /// Every Parquet file, sorted by key, read by a peer; values as PostgreSQL writes them.
  func files(_ peer: Peer = .pyarrow) async throws -> [File] {
    let run = try await CommandRun.command(
      try PythonPeers.interpreter, ["-c", Bucket.reader, directory.path, peer.rawValue])
    guard run.exitCode == 0 else { throw PeerFailure(output: run.errorOutput) }
    return try JSONDecoder().decode([File].self, from: Data(run.output.utf8))
  }

  struct PeerFailure: Error { let output: String }

  /// CDC files alone, in the order of their names.
  func changes(_ table: String = "public/", peer: Peer = .pyarrow) async throws -> [File] {
    try await files(peer).filter { $0.key.hasPrefix(table) && !$0.key.contains("/LOAD") }
  }

  /// The rows of all CDC files in order, as dictionaries.
  func changedRows(_ table: String = "public/") async throws -> [[String: String]] {
    try await changes(table).flatMap { file in
      file.rows.map { row in
        Dictionary(
          uniqueKeysWithValues: zip(file.columns, row).compactMap { name, value in value.map { (name, $0) } })
      }
    }
  }

  private static let reader = #"""
    import sys, os, json, datetime, decimal, math
    root, peer = sys.argv[1], sys.argv[2]
    def text(v):
        if v is None: return None
        if isinstance(v, bool): return 'true' if v else 'false'
        if isinstance(v, float):
            if math.isnan(v): return 'NaN'
            if math.isinf(v): return 'Infinity' if v > 0 else '-Infinity'
            return repr(v)
        if isinstance(v, decimal.Decimal): return format(v, 'f')
        if isinstance(v, (bytes, bytearray)): return '\\x' + bytes(v).hex()
        if isinstance(v, datetime.datetime): return v.replace(tzinfo=None).isoformat(' ', 'microseconds')
        if isinstance(v, (datetime.date, datetime.time)): return v.isoformat()
        return str(v)
    files = []
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith('.parquet'): files.append(os.path.join(folder, name))
    result = []
    if peer == 'duckdb':
        import duckdb
        connection = duckdb.connect()
        connection.execute("set timezone='UTC'")
    for path in sorted(files):
        if peer == 'raw':
            import pyarrow.parquet as pq, pyarrow as pa, struct
            table = pq.ParquetFile(path).read()
            columns = table.column_names
            lists = []
            for i, field in enumerate(table.schema):
                column, kind = table.column(i), field.type
                if pa.types.is_timestamp(kind): column = column.cast(pa.int64())
                elif pa.types.is_date(kind) or pa.types.is_time(kind): column = column.cast(pa.int32())
                values = column.to_pylist()
                form = '>f' if pa.types.is_float32(kind) else '>d' if pa.types.is_float64(kind) else None
                if form: values = [None if v is None else struct.pack(form, v) for v in values]
                lists.append(values)
            rows = [[text(l[i]) for l in lists] for i in range(table.num_rows)]
        elif peer == 'pyarrow':
            import pyarrow.parquet as pq, pyarrow as pa
            table = pq.ParquetFile(path).read()
            columns = table.column_names
            lists = []
            for i, field in enumerate(table.schema):
                column = table.column(i)
                if pa.types.is_timestamp(field.type):
                    # Years beyond Python's datetime stay numbers.
                    unit = 1000 if field.type.unit == 'ms' else 1
                    values = []
                    for v in column.cast(pa.int64()).to_pylist():
                        if v is None: values.append(None); continue
                        try: values.append(datetime.datetime(1970,1,1) + datetime.timedelta(microseconds=v*unit))
                        except OverflowError: values.append(v*unit)
                    lists.append(values)
                elif pa.types.is_date(field.type):
                    values = []
                    for v in column.cast(pa.int32()).to_pylist():
                        if v is None: values.append(None); continue
                        try: values.append(datetime.date(1970,1,1) + datetime.timedelta(days=v))
                        except OverflowError: values.append(v)
                    lists.append(values)
                elif pa.types.is_float32(field.type):
                    import numpy
                    lists.append([None if v is None else (v if not math.isfinite(v) else decimal.Decimal(str(numpy.float32(v)))) for v in column.to_pylist()])
                else: lists.append(column.to_pylist())
            rows = [[text(l[i]) for l in lists] for i in range(table.num_rows)]
        else:
            cursor = connection.execute("select * from read_parquet(?)", [path])
            columns = [d[0] for d in cursor.description]
            rows = [[text(v) for v in row] for row in cursor.fetchall()]
        result.append({'key': os.path.relpath(path, root), 'columns': columns, 'rows': rows})
    print(json.dumps(result))
    """#
}
