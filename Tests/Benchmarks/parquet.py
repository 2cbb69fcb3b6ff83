#!/usr/bin/env python3
"""Measures Parquet beside pyarrow, DuckDB, polars and datafusion on the same files in one run.

parquet.py [--scale S] [--folder FOLDER]   1.0: 20,000 small files, 200 of 100,000 rows, 5 of 2,000,000 (4 GB)

Prints for each task what each reader took and the ratio to the fastest peer; every answer is checked against what was
written. Wall time, the best of three; on a machine that others use, compare within one run only. Nothing here gates a test.
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
        start = time.perf_counter()
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
        start = time.perf_counter()
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
        start = time.perf_counter()
        frame = polars.scan_parquet(root + "/*.parquet", include_file_paths="path")
        if task == "footers":
            rows = sum(row[1] for row in frame.group_by("path").agg(polars.len()).collect().rows())
        else:
            for _, op, count in frame.group_by("path", "Op").agg(polars.len()).collect().rows():
                counts[op] = counts.get(op, 0) + count
    else:
        from datafusion import SessionConfig, SessionContext
        context = SessionContext(SessionConfig().with_target_partitions(2))
        start = time.perf_counter()
        context.register_parquet("t", root)
        if task == "footers":
            rows = context.sql("select count(*) n from t").to_pydict()["n"][0]
        else:
            result = context.sql('select "Op" op, count(*) n from t group by 1').to_pydict()
            counts = dict(zip(result["op"], result["n"]))
    seconds = time.perf_counter() - start
    with open("/proc/self/status") as status:  # that of getrusage has the parent's in it
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps({"seconds": seconds, "rows": rows or sum(counts.values()), **counts, "peak_kib": peak}))


def run(command, told, task):
    best = None
    for _ in range(3):
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        assert answer["rows"] == told["rows"], (command, answer, told)
        if task == "ops":
            assert all(answer.get(op, 0) == told[op] for op in "IUD"), (command, answer, told)
        if best is None or answer["seconds"] < best["seconds"]:
            best = answer
    return best


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--peer":
        return peer(*sys.argv[2:])
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--scale", type=float, default=0.1)
    arguments.add_argument("--folder", default="/tmp/parquet-benchmarks")
    options = arguments.parse_args()
    subprocess.run(["swift", "build", "-c", "release", "--package-path", HERE, "--product", "ParquetBenchmarks"],
                   check=True, stdout=subprocess.DEVNULL)
    for name in CORPORA:
        root, told = make(options.folder, name, options.scale)
        for task in ("footers", "ops"):
            if task == "footers" and name != "small":
                continue
            ours = run([PROGRAM, task, root], told, task)
            print(f"\n{task} of {name}: {told['files']} files, {told['rows']} rows, "
                  f"{ours['requests']} requests, {ours['bytes']} bytes")
            results = {"Parquet": ours}
            for name_of_peer in PEERS:
                results[name_of_peer] = run([sys.executable, __file__, "--peer", name_of_peer, task, root], told, task)
            fastest = min(results[p]["seconds"] for p in PEERS)
            for reader, result in results.items():
                print(f"  {reader:10}  {result['seconds']:9.4f} s  {told['files'] / result['seconds']:12,.0f} files/s"
                      f"  {told['rows'] / result['seconds'] / 1e6:9.1f} million rows/s  {result['peak_kib'] / 1024:7.1f} MB")
            print(f"  {fastest / ours['seconds']:.1f} times the fastest peer")


main()
