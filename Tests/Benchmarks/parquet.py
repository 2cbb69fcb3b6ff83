#!/usr/bin/env python3
"""Measures Parquet beside pyarrow, DuckDB, polars, datafusion and arrow-rs on the same files in one run.

parquet.py [--scale S] [--folder FOLDER] [--only TASK]
  1.0: 20,000 small files, 200 of 100,000 rows, 5 of 2,000,000 (4 GB); a file of 10 GB for `stream`

Prints for each task what each reader took and the ratio to the fastest peer; every answer is checked against what was
written. The best of three turns, readers taking turns; on a machine that others use, compare within one run only, and the
processor's time rather than the clock's.
Nothing here gates a test.
"""
import argparse
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, ".build/release/ParquetBenchmarks")
PEERS = ("pyarrow", "duckdb", "polars", "datafusion")
CORPORA = {  # name: files, rows of a file, codec
    "small": (20_000, 255, "none"),
    "medium": (200, 100_000, "none"),
    "medium-gzip": (200, 100_000, "gzip"),
    "large": (5, 2_000_000, "none"),
}


def customers(rows, seed):
    """A table like a CDC object's."""
    import numpy as np
    import pyarrow as pa
    rng = np.random.default_rng(seed)

    def text(prefix, different):
        return pa.array([f"{prefix} {i}" for i in range(different)]).take(pa.array(rng.integers(0, different, rows)))

    def unique(width):
        digits = (rng.integers(0, 10, (rows, width)) + 48).astype(np.uint8)
        offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
        return pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(digits.tobytes())])

    ops = rng.choice(3, rows, p=[0.4, 0.5, 0.1])
    times = pa.array(rng.integers(1_700_000_000_000_000, 1_800_000_000_000_000, rows)).cast(pa.timestamp("us"))
    return pa.table({
        "Op": pa.array(["I", "U", "D"]).take(pa.array(ops)), "extracted_at": unique(26), "created_at": times,
        "updated_at": times, "customer_id": unique(36), "name": text("A Name", 900), "region": text("Region", 8),
        "country": text("Country", 20), "lat": pa.array(rng.uniform(-90, 90, rows)),
        "lng": pa.array(rng.uniform(-180, 180, rows)), "email": unique(30), "phone": unique(15)})


def make(folder, name, scale):
    """Writes a corpus once; gives what the counts must be."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
    files, rows, codec = CORPORA[name]
    files = max(2, int(files * scale))
    root, answer = f"{folder}/{name}", f"{folder}/{name}.json"
    if os.path.exists(answer):
        with open(answer) as kept:
            told = json.load(kept)
        if told["files"] == files:
            return root, told
    os.makedirs(root, exist_ok=True)
    told = {"files": files, "rows": 0, "I": 0, "U": 0, "D": 0}
    for number in range(files):
        table = customers(rows, number)
        pq.write_table(table, f"{root}/20261122-{number:09d}.parquet", version="1.0", row_group_size=10_000,
                       compression=codec, store_schema=False)
        told["rows"] += rows
        for entry in pc.value_counts(table["Op"]).to_pylist():
            told[entry["values"]] += entry["counts"]
    with open(answer, "w") as kept:
        json.dump(told, kept)
    return root, told


def peer(name, task, root):
    """Runs in a process of its own; prints seconds, the answer and the peak memory."""
    import glob
    paths = sorted(glob.glob(root + "/*.parquet"))
    counts, rows = {}, 0
    if name == "pyarrow":
        import pyarrow as pa
        import pyarrow.parquet as pq
        from concurrent.futures import ThreadPoolExecutor
        pa.set_cpu_count(2)

        def ops(path):
            return pq.ParquetFile(path, read_dictionary=["Op"]).read(["Op"], use_threads=False)["Op"].value_counts().to_pylist()
        start, processor = time.perf_counter(), time.process_time()
        with ThreadPoolExecutor(2) as pool:
            if task == "footers":
                rows = sum(pool.map(lambda path: pq.read_metadata(path).num_rows, paths))
            else:
                for part in pool.map(ops, paths):
                    for entry in part:
                        counts[entry["values"]] = counts.get(entry["values"], 0) + entry["counts"]
    elif name == "duckdb":
        import duckdb
        connection = duckdb.connect()
        connection.execute("set threads=2")
        start, processor = time.perf_counter(), time.process_time()
        if task == "footers":
            result = connection.execute(f"select file_name, num_rows from parquet_file_metadata('{root}/*.parquet')").fetchall()
            rows = sum(row[1] for row in result)
        else:
            for _, op, count in connection.execute(
                    f"select filename, Op, count(*) from read_parquet('{root}/*.parquet', filename=true) group by all").fetchall():
                counts[op] = counts.get(op, 0) + count
    elif name == "polars":
        os.environ["POLARS_MAX_THREADS"] = "2"
        import polars
        start, processor = time.perf_counter(), time.process_time()
        frame = polars.scan_parquet(root + "/*.parquet", include_file_paths="path")
        if task == "footers":
            rows = sum(row[1] for row in frame.group_by("path").agg(polars.len()).collect().rows())
        else:
            for _, op, count in frame.group_by("path", "Op").agg(polars.len()).collect().rows():
                counts[op] = counts.get(op, 0) + count
    else:
        from datafusion import SessionConfig, SessionContext
        context = SessionContext(SessionConfig().with_target_partitions(2))
        start, processor = time.perf_counter(), time.process_time()
        context.register_parquet("t", root)
        if task == "footers":
            rows = context.sql("select count(*) n from t").to_pydict()["n"][0]
        else:
            result = context.sql('select "Op" op, count(*) n from t group by 1').to_pydict()
            counts = dict(zip(result["op"], result["n"]))
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "processor": time.process_time() - processor, "rows": rows or sum(counts.values()), **counts, "peak_kib": peak()}))


def parse_files(folder):
    """Footers of 12 and of 1,000 columns, and of 100 row groups."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    os.makedirs(folder, exist_ok=True)
    for columns, groups in ((12, 1), (12, 100), (1000, 1)):
        path = f"{folder}/footer-{columns}-{groups}.parquet"
        if not os.path.exists(path):
            data = {f"column_{i}": pa.array([f"v{i}"] * groups) if i % 2 else pa.array([1.5] * groups)
                    for i in range(columns)}
            pq.write_table(pa.table(data), path, row_group_size=1, store_schema=False)
        yield path, columns, groups


def parse_peer(name, path, repeats):
    """A footer in memory, again and again. arro3 is arrow-rs; it makes an Arrow schema of the footer as well."""
    import io
    with open(path, "rb") as file:
        content = file.read()
    if name == "pyarrow":
        import pyarrow as pa
        import pyarrow.parquet as pq
        buffer = pa.py_buffer(content)

        def parse():
            return pq.read_metadata(pa.BufferReader(buffer))
    else:
        import arro3.io

        def parse():
            return arro3.io.read_parquet(io.BytesIO(content))
    parse()
    start = time.process_time()
    for _ in range(repeats):
        parse()
    print(json.dumps({"seconds": time.process_time() - start}))


def write_peer(rows):
    """pyarrow writes the customers table into memory, with the settings that ours has."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    table = customers(rows, 1)
    start = time.process_time()
    pq.write_table(table, pa.BufferOutputStream(), version="1.0", row_group_size=10_000, compression="none",
                   store_schema=False)
    print(json.dumps({"seconds": time.process_time() - start, "peak_kib": peak()}))


def peak():
    with open("/proc/self/status") as status:  # that of getrusage has the parent's in it
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def told_by(command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def in_turns(commands):
    """The best of three of each command, one after the other so that all meet the same load."""
    best = {}
    for _ in range(3):
        for name, command in commands.items():
            answer = told_by(command)
            least = min(answer.get("processor", 0), best.get(name, answer).get("processor", 0))
            if name not in best or answer["seconds"] < best[name]["seconds"]:
                best[name] = answer
            best[name]["processor"] = least
    return best


def run(commands, told, task):
    best = in_turns(commands)
    for name, answer in best.items():
        assert answer["rows"] == told["rows"], (name, answer, told)
        if task == "ops":
            assert all(answer.get(op, 0) == told[op] for op in "IUD"), (name, answer, told)
    return best


def corpora(options):
    for name in CORPORA:
        root, told = make(options.folder, name, options.scale)
        for task in ("footers", "ops"):
            if task == "footers" and name != "small" or options.only not in (None, task):
                continue
            commands = {"Parquet": [PROGRAM, task, root]}
            for peer_name in PEERS:
                commands[peer_name] = [sys.executable, __file__, "--peer", peer_name, task, root]
            results = run(commands, told, task)
            if task == "footers":
                results["open, pread, close alone"] = in_turns({"bound": [PROGRAM, "tails", root]})["bound"]
            ours = results["Parquet"]
            print(f"\n{task} of {name}: {told['files']} files, {told['rows']} rows, "
                  f"{ours['requests']} requests, {ours['bytes']} bytes")
            for reader, result in results.items():
                print(f"  {reader:24}  {result['seconds']:9.4f} s  {told['files'] / result['seconds']:12,.0f} files/s"
                      f"  {told['rows'] / result['seconds'] / 1e6:9.1f} million rows/s  {result['processor']:7.2f} s of processor"
                      f"  {result['peak_kib'] / 1024:7.1f} MB")
            fastest = min(results[p]["seconds"] for p in PEERS)
            smallest = min(results[p]["peak_kib"] for p in PEERS)
            print(f"  {fastest / ours['seconds']:.1f} times the fastest peer, "
                  f"{min(results[p]['processor'] for p in PEERS) / ours['processor']:.1f} times by processor time, "
                  f"{ours['peak_kib'] / smallest:.2f} of the smallest peer's memory", flush=True)


def parse(options):
    for path, columns, groups in parse_files(options.folder):
        repeats = 200_000 // (columns * groups + 20)
        results = in_turns({"Parquet": [PROGRAM, "parse", path, str(repeats)]} | {
            name: [sys.executable, __file__, "--parse-peer", name, path, str(repeats)] for name in ("pyarrow", "arro3")})
        print(f"\nfooter in memory: {columns} columns, {groups} row groups (CPU time)")
        for reader, result in results.items():
            print(f"  {reader:10}  {result['seconds'] / repeats * 1e6:10.1f} us"
                  f"  {result['seconds'] / results['Parquet']['seconds']:6.1f} times ours", flush=True)


def write(options):
    rows = max(100_000, int(2_000_000 * options.scale) // 10_000 * 10_000)
    results = in_turns({
        "Parquet, rows": [PROGRAM, "write", str(rows)], "Parquet, batches": [PROGRAM, "write-batches", str(rows)],
        "pyarrow": [sys.executable, __file__, "--write-peer", str(rows)]})
    print(f"\nwriting the customers table: {rows} rows into memory (CPU time)")
    for writer, result in results.items():
        print(f"  {writer:18}  {result['seconds']:8.3f} s  {rows / result['seconds'] / 1e6:6.2f} million rows/s"
              f"  {result['peak_kib'] / 1024:7.1f} MB", flush=True)


def stream(options):
    path = f"{options.folder}/huge.parquet"
    megabytes = int(10_240 * options.scale)
    told_by([PROGRAM, "huge", path, str(megabytes)])
    size = os.path.getsize(path)
    for column in ("Op", "customer_id"):
        answer = told_by([PROGRAM, "stream", path, column])
        print(f"\nstreaming {column} of a file of {size / 1e9:.2f} GB: {answer['rows']} rows, {answer['requests']} requests, "
              f"{answer['bytes'] / 1e6:.0f} MB read, {answer['seconds']:.1f} s, {answer['peak_kib'] / 1024:.1f} MB of memory",
              flush=True)
    os.remove(path)


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--peer":
        return peer(*sys.argv[2:])
    if len(sys.argv) > 1 and sys.argv[1] == "--parse-peer":
        return parse_peer(*sys.argv[2:4], int(sys.argv[4]))
    if len(sys.argv) > 1 and sys.argv[1] == "--write-peer":
        return write_peer(int(sys.argv[2]))
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--scale", type=float, default=0.1)
    arguments.add_argument("--folder", default="/tmp/parquet-benchmarks")
    arguments.add_argument("--only", choices=["footers", "ops", "parse", "write", "stream"])
    options = arguments.parse_args()
    subprocess.run(["swift", "build", "-c", "release", "--package-path", HERE, "--product", "ParquetBenchmarks"],
                   check=True, stdout=subprocess.DEVNULL)
    os.makedirs(options.folder, exist_ok=True)
    for name, task in (("parse", parse), ("write", write), ("stream", stream)):
        if options.only in (None, name):
            task(options)
    if options.only in (None, "footers", "ops"):
        corpora(options)


main()
