#!/usr/bin/env python3
"""The replicator and the workload writer beside PostgreSQL's own programs, on one throw-away cluster in one run.

    Tests/Benchmarks/postgres.py [--rows 1000000] [--rounds 3] [--only cdc,load,generate,bulk,single] [--set NAME=VALUE]

Needs PostgreSQL's programs (pgbench and pg_recvlogical among them) and, in the Python that runs it, mimesis. The cluster
is as safe as a default one (fsync on), unless --set says otherwise. Ours and the peer's rounds alternate, medians count:
figures of one run on one machine compare, and no others. Nothing here gates a test.
"""
import argparse
import glob
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = f"{ROOT}/.build/release/lakecanary"
GENERATOR = f"{HERE}/.build/release/WorkloadBenchmark"
BASE = "created_at timestamp, updated_at timestamp, customer_id uuid primary key, name varchar(200), region varchar(200), " \
       "country varchar(200), lat float, lng float, email varchar(80), phone varchar(30)"
ROW = "clock_timestamp(), clock_timestamp(), gen_random_uuid(), 'Elena Kowalski', 'Central', 'Portugal', 12.34567, " \
      "98.76543, 'elena.kowalski12345@example.com', '+351 912 345 678'"
COLUMNS = "created_at, updated_at, customer_id, name, region, country, lat, lng, email, phone"
MIMESIS = """
import sys, time, uuid, datetime
from mimesis import Person, Address
from mimesis.locales import Locale
person, address, count = Person(Locale.EN), Address(Locale.EN), int(sys.argv[1])
start = time.perf_counter()
for _ in range(count):
    now = datetime.datetime.now()
    (now, now, uuid.uuid4(), person.full_name(), address.region(), address.country(), address.latitude(),
     address.longitude(), person.email(), person.telephone())
print(count / (time.perf_counter() - start))
"""


class Cluster:
    """A cluster of its own in a directory of its own, that ends with the benchmark."""

    def __init__(self, settings):
        self.programs = max(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
        self.directory = tempfile.mkdtemp(prefix="lakecanary-postgres-")
        self.user = []
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres")
            self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        subprocess.run([*self.user, f"{self.programs}/initdb", "-D", f"{self.directory}/data", "-A", "trust", "-U",
                        "postgres", "-E", "UTF8", "--locale=C", "--no-sync"],
                       check=True, stdout=subprocess.DEVNULL, cwd=self.directory)
        options = {"listen_addresses": "", "wal_level": "logical", "shared_buffers": "512MB", "max_wal_size": "8GB",
                   "max_replication_slots": "20", "max_wal_senders": "20"} | settings
        self.server = subprocess.Popen(
            [*self.user, f"{self.programs}/postgres", "-D", f"{self.directory}/data", "-k", self.directory,
             *[part for name, value in options.items() for part in ("-c", f"{name}={value}")]],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.directory)
        os.environ |= {"PGHOST": self.directory, "PGUSER": "postgres", "PGDATABASE": "postgres"}
        while subprocess.run([f"{self.programs}/pg_isready", "-q"]).returncode:
            if self.server.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.1)

    def stop(self):
        if self.user:  # the child is setpriv's successor: of another user, so its own kind must end it
            subprocess.run([*self.user, f"{self.programs}/pg_ctl", "-D", f"{self.directory}/data", "-m", "immediate",
                            "stop"], stdout=subprocess.DEVNULL, cwd=self.directory)
        else:
            self.server.send_signal(signal.SIGQUIT)
        self.server.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def psql(self, *statements):
        command = [f"{self.programs}/psql", "-qAtX", "-v", "ON_ERROR_STOP=1"]
        for statement in statements:
            command += ["-c", statement]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


class Figure:
    """Rates of ours and of a peer on the same work."""

    def __init__(self, what, peer, wanted):
        self.what, self.peer, self.wanted = what, peer, wanted
        self.ours, self.theirs, self.processor, self.peak = [], [], [], 0

    def measure(self, count, ours, theirs, rounds):
        for _ in range(rounds):
            self.theirs.append(count / theirs())
            seconds, processor, peak = ours()
            self.ours.append(count / seconds)
            self.processor.append(processor)
            self.peak = max(self.peak, peak)
        self.tell()

    def tell(self):
        ours, theirs = statistics.median(self.ours), statistics.median(self.theirs)
        more = f", {statistics.median(self.processor):.2f} s of processor" if self.processor else ""
        more += f", {self.peak / 1024:.0f} MB" if self.peak else ""
        print(f"{self.what:34}{ours:11,.0f} /s   {self.peer:34}{theirs:11,.0f} /s   {ours / theirs:7.0%}"
              f" (wanted: {self.wanted}){more}", flush=True)


def timed(command, **more):
    """Wall and processor seconds and the peak memory (KiB) of a command, which must end well."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **more)
    told = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}: {told}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


class Benchmark:
    def __init__(self, options, cluster):
        self.rows, self.rounds, self.cluster = options.rows, options.rounds, cluster
        self.directory = f"{cluster.directory}/ours"
        os.makedirs(self.directory)

    def configuration(self, name, table, **replicator):
        """The path of a pipeline's file; its bucket is a directory."""
        path = f"{self.directory}/{name}.yaml"
        with open(path, "w") as file:
            file.write(f"pipeline: {name}\nsource: host={self.cluster.directory} user=postgres dbname=postgres\n"
                       f"tables: [public.{table}]\nbucket: file://{self.bucket(name)}\n"
                       f"ledger: {self.directory}/{name}.sqlite\n"
                       "endpoint_settings: DataFormat=parquet;timestampColumnName=extracted_at;"
                       "includeOpForFullLoad=true;cdcMaxBatchInterval=60\n")
            if replicator:
                file.write("replicator: " + json.dumps(replicator) + "\n")
        os.makedirs(self.bucket(name), exist_ok=True)
        return path

    def bucket(self, name):
        return f"{self.directory}/{name}-bucket"

    def fill(self, table, rows):
        """Made-up rows in transactions of a thousand."""
        self.cluster.psql(
            f"create table {table} ({BASE})",
            f"do $$ begin for i in 0..{rows // 1000 - 1} loop insert into {table} select clock_timestamp(), clock_timestamp(), "
            "gen_random_uuid(), 'Elena Kowalski ' || g % 900, 'Region ' || g % 300, 'Country ' || g % 60, "
            "round(random()::numeric * 180 - 90, 5), round(random()::numeric * 360 - 180, 5), "
            "'elena.kowalski' || (i * 1000 + g) || '@example.com', '+351 ' || (random() * 1e9)::int "
            "from generate_series(1, 1000) g; commit; end loop; end $$")

    # What is measured

    def cdc(self):
        """Slot to durable Parquet; the changes are made once, and slots at their beginning copied."""
        sql, table = self.cluster.psql, "captured"
        sql(f"create table {table} ({BASE})", f"create publication peer for table {table}")
        path = self.configuration("cdc", table, migration_type="cdc", task="cdc")
        timed([PROGRAM, "replicate", "--config", path, "--until-idle", "1s"])
        slot = sql("select slot_name from pg_replication_slots")
        sql(f"select pg_copy_logical_replication_slot('{slot}', 'beginning')")
        sql(f"do $$ begin for i in 0..{self.rows // 1000 - 1} loop insert into {table} select clock_timestamp(), clock_timestamp(), "
            "gen_random_uuid(), 'Elena Kowalski ' || g % 900, 'Region ' || g % 300, 'Country ' || g % 60, "
            "round(random()::numeric * 180 - 90, 5), round(random()::numeric * 360 - 180, 5), "
            "'elena.kowalski' || (i * 1000 + g) || '@example.com', '+351 ' || (random() * 1e9)::int "
            "from generate_series(1, 1000) g; commit; end loop; end $$",
            f"create temp table keys as select customer_id, row_number() over () n from {table}",
            "create index on keys (n)", "analyze keys",
            f"do $$ begin for i in 0..{self.rows // 1000 - 1} loop update {table} t set updated_at = clock_timestamp(), "
            "lat = lat + 0.0001, region = 'Region ' || keys.n % 300 from keys where keys.n > i * 1000 and "
            "keys.n <= (i + 1) * 1000 and t.customer_id = keys.customer_id; commit; end loop; end $$")
        end = sql("select pg_current_wal_insert_lsn()")
        sql(f"insert into {table} (customer_id) values (gen_random_uuid())", "checkpoint")

        def theirs():
            sql("select pg_copy_logical_replication_slot('beginning', 'peer')")
            seconds, _, _ = timed([f"{self.cluster.programs}/pg_recvlogical", "-d", "postgres", "-S", "peer", "--start",
                                   f"--endpos={end}", "-f", "/dev/null", "--no-loop", "-o", "proto_version=1",
                                   "-o", "publication_names=peer", "-s", "0", "-F", "0"])
            sql("select pg_drop_replication_slot('peer')")
            return seconds

        def ours():
            shutil.rmtree(self.bucket("cdc"))
            os.makedirs(self.bucket("cdc"))
            sql(f"select pg_drop_replication_slot('{slot}')", f"select pg_copy_logical_replication_slot('beginning', '{slot}')")
            seconds, processor, peak = timed([PROGRAM, "replicate", "--config", path, "--until-idle", "1s"])
            # It waits for a second without changes before it writes the last object and ends.
            return seconds - 1, processor, peak

        Figure("changes, slot to durable Parquet", "pg_recvlogical to /dev/null", "80 %, 200 MB").measure(
            2 * self.rows, ours, theirs, self.rounds)
        sql("select pg_drop_replication_slot(slot_name) from pg_replication_slots", f"drop table {table}")

    def load(self):
        rows = 2 * self.rows
        self.fill("loaded", rows)
        self.cluster.psql("vacuum (freeze, analyze) loaded", "checkpoint")
        path = self.configuration("load", "loaded", migration_type="full-load", task="load")

        def ours():
            shutil.rmtree(self.bucket("load"))
            os.makedirs(self.bucket("load"))
            return timed([PROGRAM, "replicate", "--config", path])

        for form, wanted in (("binary", "80 %, 200 MB"), ("text", "-")):
            theirs = lambda: timed([f"{self.cluster.programs}/psql", "-qX", "-c",
                                    f"copy loaded to stdout (format {form})"])[0]
            Figure("full load", f"COPY TO STDOUT ({form})", wanted).measure(rows, ours, theirs, self.rounds)
        self.cluster.psql("drop table loaded")

    def generate(self):
        figure = Figure("rows made up", "mimesis", "1000 %")
        for _ in range(self.rounds):
            peer = subprocess.run([sys.executable, "-c", MIMESIS, "50000"], check=True, stdout=subprocess.PIPE, text=True)
            figure.theirs.append(float(peer.stdout))
            told = subprocess.run([GENERATOR, str(self.rows)], check=True, stdout=subprocess.PIPE, text=True)
            figure.ours.append(float(told.stdout))
        figure.tell()

    def bulk(self):
        """One transaction of all rows; ours are made up, and remembered in the ledger, as they are written."""
        sql, rows = self.cluster.psql, self.rows // 2
        self.fill("prepared", rows)
        file = f"{self.cluster.directory}/rows.copy"
        sql(f"copy prepared to '{file}'", "drop table prepared")
        paths = iter(f"bulk{n}" for n in range(2 * self.rounds))

        def theirs():
            sql(f"create table copied ({BASE})", "checkpoint")
            seconds, _, _ = timed([f"{self.cluster.programs}/psql", "-qX", "-c", f"\\copy copied from '{file}'"])
            sql("drop table copied")
            return seconds

        def ours(batch=rows):
            path = self.configuration(next(paths), "written")
            sql("set client_min_messages = warning", "drop table if exists written", "checkpoint")
            return timed([PROGRAM, "write", "--config", path, "--inserts", str(rows), "--updates", "0", "--deletes", "0",
                          "--batch-size", str(batch), "--rate", "1000000"])

        Figure("rows written, one transaction", "COPY FROM a prepared file", "80 %").measure(rows, ours, theirs, self.rounds)
        Figure("rows written, 10,000 at a time", "COPY FROM a prepared file", "-").measure(
            rows, lambda: ours(10_000), theirs, self.rounds)

    def single(self):
        sql, seconds = self.cluster.psql, 15
        sql(f"create table benched ({BASE})",
            "insert into benched select now(), now(), lpad(to_hex(n), 32, '0')::uuid, 'Elena Kowalski', 'Central', 'Portugal', "
            "12.34567, 98.76543, 'elena.kowalski12345@example.com', '+351 912 345 678' from generate_series(1, 100000) n",
            "vacuum analyze benched")
        scripts = {
            "inserts": f"insert into benched ({COLUMNS}) values ({ROW});\n",
            "updates": "\\set n random(1, 100000)\nupdate benched set updated_at = clock_timestamp(), region = 'North', "
                       "country = 'Peru', lat = 1.23456, lng = 2.34567, phone = '+51 900 000 000' where customer_id = "
                       "lpad(to_hex(:n::int), 32, '0')::uuid;\n",
        }
        path = self.configuration("single", "ours")
        timed([PROGRAM, "write", "--config", path, "--inserts", "100000", "--updates", "0", "--deletes", "0",
               "--batch-size", "10000", "--rate", "1000000"])
        for kind, script in scripts.items():
            file = f"{self.directory}/{kind}.sql"
            with open(file, "w") as out:
                out.write(script)
            figure = Figure(f"single-row {kind}", "pgbench, 1 client, prepared", "90 %")
            for _ in range(self.rounds):
                told = subprocess.run([f"{self.cluster.programs}/pgbench", "-n", "-f", file, "-c", "1", "-T", str(seconds),
                                       "-M", "prepared"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                rate = float(next(line.split()[2] for line in told.stdout.splitlines() if line.startswith("tps")))
                figure.theirs.append(rate)
                count = max(1000, int(rate * seconds))
                counts = {"inserts": 0, "updates": 0, "deletes": 0} | {kind: count}
                took, processor, peak = timed(
                    [PROGRAM, "write", "--config", path, "--batch-size", "1", "--rate", "1000000",
                     *[part for name, number in counts.items() for part in (f"--{name}", str(number))]])
                figure.ours.append(count / took)
                figure.processor.append(processor)
                figure.peak = max(figure.peak, peak)
            figure.tell()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", default="cdc,load,generate,bulk,single")
    arguments.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the server")
    arguments.add_argument("--no-build", action="store_true", help="the programs are built already")
    options = arguments.parse_args()
    parts = options.only.split(",")
    if not options.no_build:
        subprocess.run(["swift", "build", "-c", "release", "--package-path", ROOT, "--product", "lakecanary"],
                       check=True, stdout=sys.stderr)
        if "generate" in parts:
            subprocess.run(["swift", "build", "-c", "release", "--package-path", HERE, "--product", "WorkloadBenchmark"],
                           check=True, stdout=sys.stderr)
    cluster = Cluster(dict(setting.split("=", 1) for setting in options.set))
    try:
        benchmark = Benchmark(options, cluster)
        for part in parts:
            getattr(benchmark, part)()
    finally:
        cluster.stop()


main()
