#!/usr/bin/env python3
"""Native reader and Spark on the same objects: many small ones, and few large ones.

    make test-spark                                  # installs Spark and the tests' Python
    swift build -c release --product lakecanary
    SPARK_HOME=... .venv/bin/python3 Tests/Benchmarks/engines.py [--scale 1] [--master 'local-cluster[2,1,1024]']

Both run `lakecanary reconcile` at level keys over one shared table, with a ledger of its own each time. Printed are
wall seconds; the line through two sizes gives the cost of an object and the start, from which follow the number of objects
at which a cluster overtakes one process, and 10^9 objects on paper.
"""
import argparse
import datetime
import os
import shutil
import subprocess
import tempfile
import time
import uuid

import pyarrow as pa
import pyarrow.parquet as pq


def write(folder, count, rows):
    """`count` objects of `rows` rows, as DMS names them; the bytes of one are written over and over, but for the key."""
    os.makedirs(folder)
    begin = datetime.datetime(2026, 1, 1)
    stamp = [begin + datetime.timedelta(microseconds=i) for i in range(rows)]
    table = pa.table({
        "Op": ["I"] * rows, "extracted_at": [str(begin)] * rows, "created_at": pa.array(stamp, pa.timestamp("us")),
        "updated_at": pa.array(stamp, pa.timestamp("us")), "customer_id": [str(uuid.uuid4()) for _ in range(rows)],
        "name": ["somebody"] * rows, "email": ["somebody@example.com"] * rows})
    first = os.path.join(folder, "first")
    pq.write_table(table, first, compression="gzip")
    for number in range(count):
        name = (begin + datetime.timedelta(seconds=number)).strftime("%Y%m%d-%H%M%S000.parquet")
        shutil.copyfile(first, os.path.join(folder, name))
    os.remove(first)


def run(command, lake, scratch, more):
    ledger = os.path.join(scratch, f"{uuid.uuid4()}.sqlite")
    begin = time.monotonic()
    result = subprocess.run(
        [command, "reconcile", "--json", "--bucket", lake, "--ledger", ledger, "--tables", "bench.customers shared",
         "--endpoint-settings", "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true"] + more,
        capture_output=True, text=True)
    if result.returncode not in (0, 3) or '"objects_read"' not in result.stdout:
        raise SystemExit(result.stderr + result.stdout[-2000:])
    return time.monotonic() - begin


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--master", default="local-cluster[2,1,1024]")
    options.add_argument("--command", default=".build/release/lakecanary")
    given = options.parse_args()
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    scratch = tempfile.mkdtemp(prefix="lakecanary-engines-")
    try:
        sets = [(max(20, int(20_000 * given.scale)), 20), (max(2, int(200 * given.scale)), 100_000)]
        figures = []
        for count, rows in [(20, 20)] + sets:
            lake = os.path.join(scratch, f"lake-{count}-{rows}")
            write(os.path.join(lake, "bench", "customers"), count, rows)
            spark = ["--engine", "spark", "--engine-output", os.path.join(scratch, "observations"),
                     "--master", given.master, "--conf", "spark.ui.enabled=false"]
            native_seconds = run(given.command, lake, scratch, [])
            spark_seconds = run(given.command, lake, scratch, spark)
            figures.append((count, native_seconds, spark_seconds))
            print(f"{count:>8,} objects of {rows:>7,} rows: native {native_seconds:8.1f} s, Spark {spark_seconds:8.1f} s",
                  flush=True)
            shutil.rmtree(lake)
        (few, few_native, few_spark), (many, many_native, many_spark) = figures[0], figures[1]
        native = (many_native - few_native) / (many - few)
        spark = (many_spark - few_spark) / (many - few)
        cores = 2
        print(f"\na small object: native {native * 1e3:.2f} ms, Spark {spark * 1e3:.2f} ms on {cores} cores; "
              f"Spark's start {few_spark:.0f} s")
        # In a directory, neither waits for the network. Recording an object is this process's work with either engine.
        for size in (2, 16, 64, 256):
            each = spark * cores / size
            if each >= native:
                print(f"{size:>4} cores: never overtakes one process on this machine's disk")
            else:
                print(f"{size:>4} cores: overtakes one process at {(few_spark - few_native) / (native - each):>12,.0f} objects")
        print(f"\n10^9 objects on paper, at 256 cores: {few_spark:.0f} s + 10^9 x {spark * 1e3:.2f} ms x {cores}/256 = "
              f"{(few_spark + 1e9 * spark * cores / 256) / 3600:,.1f} h; native: 10^9 x {native * 1e3:.2f} ms = "
              f"{1e9 * native / 86400:,.1f} days")
        print("requests at S3's list price: native 10^9 GET x $0.0004/1,000 = $400, 10^6 LIST x $0.005/1,000 = $5; "
              "Spark 6 x 10^9 GET and HEAD = $2,400, 2 x 10^6 LIST = $10")
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
