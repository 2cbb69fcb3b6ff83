#!/usr/bin/env python3
"""Native reader and Spark on the same objects: many small ones, and few large ones.

    make benchmark-engines                             # the whole: some five minutes
    make benchmark-engines ARGS="--only small:spark"   # a part; what was measured before is kept in --record

Measured at level keys over one shared table in a directory, each time with a new ledger, are wall seconds of:

    native    lakecanary reconcile
    spark     lakecanary observe --engine spark, on a cluster of worker processes
    record    lakecanary reconcile --observations, which takes what Spark left and records it

over 20 objects (which gives the start), 20,000 small ones and 200 of 100,000 rows. Printed are the cost of an object, the
number of objects at which a cluster of so many cores overtakes one process, and 10^9 objects on paper.
"""
import argparse
import datetime
import json
import os
import shutil
import subprocess
import tempfile
import time
import uuid

import pyarrow as pa
import pyarrow.parquet as pq

SETS = {"start": (20, 20), "small": (20_000, 20), "large": (200, 100_000)}
CORES = 2


def write(folder, count, rows):
    """`count` objects of `rows` rows, as DMS names them; the bytes of one are written over and over."""
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
    size = os.path.getsize(first)
    os.remove(first)
    return size


class Pipeline:
    """One bucket, a ledger each time."""

    def __init__(self, given, scratch, lake):
        self.given, self.scratch, self.lake = given, scratch, lake

    def run(self, command, more, ledger):
        """Wall seconds of a command."""
        begin = time.monotonic()
        result = subprocess.run(
            [self.given.command, command, "--bucket", self.lake, "--ledger", ledger, "--tables", "bench.customers shared",
             "--endpoint-settings", "DataFormat=parquet;timestampColumnName=extracted_at;includeOpForFullLoad=true"]
            + more, capture_output=True, text=True)
        # Nothing is ours, so that a reconciliation has nothing to judge: 3.
        if result.returncode not in (0, 3) or (result.returncode == 3 and '"objects_read"' not in result.stdout):
            raise SystemExit(result.stderr[-4000:] + result.stdout[-2000:])
        return time.monotonic() - begin

    def ledger(self):
        return os.path.join(self.scratch, f"{uuid.uuid4()}.sqlite")

    def native(self):
        return {"native": self.run("reconcile", ["--json"], self.ledger())}

    def spark(self):
        ledger, output = self.ledger(), os.path.join(self.scratch, "observations")
        # A plan makes the ledger, which observing only reads.
        self.run("reconcile", ["--plan"], ledger)
        seconds = self.run(
            "observe", ["--engine", "spark", "--output", output, "--master", self.given.master, "--conf",
                        "spark.ui.enabled=false"], ledger)
        return {"spark": seconds, "record": self.run("reconcile", ["--json", "--observations", output], ledger)}


def measure(given, name, who, figures):
    count, rows = SETS[name]
    count = max(20, int(count * given.scale))
    scratch = tempfile.mkdtemp(prefix="lakecanary-engines-")
    try:
        lake = os.path.join(scratch, "lake")
        size = write(os.path.join(lake, "bench", "customers"), count, rows)
        pipeline = Pipeline(given, scratch, lake)
        seconds = pipeline.native() if who == "native" else pipeline.spark()
    finally:
        shutil.rmtree(scratch)
    figures.setdefault(name, {"objects": count, "rows": rows, "bytes": size}).update(seconds)
    told = ", ".join(f"{key} {value:.1f} s" for key, value in seconds.items())
    print(f"{name}: {count:,} objects of {rows:,} rows, {size:,} bytes each: {told}", flush=True)


def conclude(figures):
    start = figures["start"]
    for name in ("small", "large"):
        if not all(key in figures.get(name, {}) for key in ("native", "spark", "record")):
            continue
        many = figures[name]
        # The few small objects of the start are as good as none.
        more = many["objects"]
        native, spark, record = ((many[key] - start[key]) / more for key in ("native", "spark", "record"))
        print(f"\n{name}, an object: native ({many['native']:.1f} - {start['native']:.1f}) s / {more:,} = {native * 1e3:.2f} ms; "
              f"Spark {spark * CORES * 1e3:.2f} ms of a core ({CORES} cores), and {record * 1e3:.2f} ms to record; "
              f"start {start['spark']:.0f} s")
        for cores in (2, 16, 64, 256):
            each = spark * CORES / cores + record
            if each >= native:
                print(f"{cores:>6} cores: {spark * CORES * 1e3:.2f}/{cores} + {record * 1e3:.2f} = {each * 1e3:.2f} ms "
                      f"an object: never overtakes one process")
            else:
                overtaken = start["spark"] / (native - each)
                print(f"{cores:>6} cores: {start['spark']:.0f} s / ({native * 1e3:.2f} - {each * 1e3:.2f}) ms: overtakes one "
                      f"process at {overtaken:,.0f} objects")
        each = spark * CORES / 256 + record
        print(f"  10^9 on paper: native 10^9 x {native * 1e3:.2f} ms = {1e9 * native / 86400:,.1f} days; 256 cores: "
              f"{start['spark']:.0f} s + 10^9 x ({spark * CORES * 1e3:.2f}/256 + {record * 1e3:.2f}) ms = "
              f"{(start['spark'] + 1e9 * each) / 86400:,.1f} days")
    print("\nIn a directory nobody waits for the network; docs/beyond-one-machine.md has the arithmetic for S3. Requests at "
          "its list price:\nnative 10^9 GET x $0.0004/1,000 = $400, 10^6 LIST x $0.005/1,000 = $5; Spark 6 x 10^9 GET and "
          "HEAD = $2,400, 2 x 10^6 LIST = $10")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--master", default=f"local-cluster[{CORES},1,1024]")
    options.add_argument("--command", default=".build/release/lakecanary")
    options.add_argument("--only", nargs="*", help="of start:native, start:spark, small:native, ... those to measure; none: only conclude")
    options.add_argument("--record", default=".build/benchmark-engines.json", help="where figures are kept between parts")
    given = options.parse_args()
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    parts = [f"{name}:{who}" for name in SETS for who in ("native", "spark")] if given.only is None else given.only
    figures = json.load(open(given.record)) if given.only is not None and os.path.exists(given.record) else {}
    for part in parts:
        measure(given, *part.split(":"), figures)
        with open(given.record, "w") as file:
            json.dump(figures, file, indent=1)
    if "spark" in figures.get("start", {}) and "native" in figures["start"]:
        conclude(figures)


if __name__ == "__main__":
    main()
