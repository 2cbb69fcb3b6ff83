"""Writes Parquet files in many settings: write.py SEED FOLDER. The same seed gives the same values."""
import datetime
import decimal
import random
import sys
import uuid

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

seed, folder = int(sys.argv[1]), sys.argv[2]
rng = random.Random(seed)


def some(make, nulls=0.15):
    return None if rng.random() < nulls else make()


def word():
    return "".join(rng.choice("abcdeé李😀 ") for _ in range(rng.randrange(0, 24)))


def columns(rows):
    """Columns of every flat type."""
    def of(kind, make, nulls=0.15):
        return pa.array([some(make, nulls) for _ in range(rows)], kind)
    sorted_words = sorted(f"prefix/{rng.randrange(10**6):06d}/{word()}" for _ in range(rows))
    return {
        "op": of(pa.string(), lambda: rng.choice("IUD"), 0),
        "bool": of(pa.bool_(), lambda: rng.random() < 0.3),
        "i8": of(pa.int8(), lambda: rng.randrange(-128, 128)),
        "u16": of(pa.uint16(), lambda: rng.randrange(2**16)),
        "i32": of(pa.int32(), lambda: rng.randrange(-2**31, 2**31)),
        "u32": of(pa.uint32(), lambda: rng.randrange(2**32)),
        "i64": of(pa.int64(), lambda: rng.choice([-2**63, 2**63 - 1, rng.randrange(-2**63, 2**63)])),
        "u64": of(pa.uint64(), lambda: rng.randrange(2**64)),
        "serial": pa.array(range(rows), pa.int64()),
        "f32": of(pa.float32(), lambda: rng.choice([rng.random(), float("nan"), float("inf"), -0.0])),
        "f64": of(pa.float64(), lambda: rng.uniform(-1e300, 1e300)),
        "text": of(pa.string(), word),
        "sorted": pa.array(sorted_words, pa.string()),
        "raw": of(pa.binary(), lambda: rng.randbytes(rng.randrange(30))),
        "fixed": of(pa.binary(5), lambda: rng.randbytes(5)),
        "ts_ms": of(pa.timestamp("ms", "UTC"), lambda: rng.randrange(-10**13, 10**13)),
        "ts_us": of(pa.timestamp("us"), lambda: rng.randrange(-10**16, 10**16)),
        "ts_ns": of(pa.timestamp("ns"), lambda: rng.randrange(-10**18, 10**18)),
        "date": of(pa.date32(), lambda: rng.randrange(-40000, 40000)),
        "time": of(pa.time32("ms"), lambda: rng.randrange(86400000)),
        "time_us": of(pa.time64("us"), lambda: rng.randrange(86400000000)),
        "dec9": of(pa.decimal128(9, 2), lambda: decimal.Decimal(rng.randrange(-10**9 + 1, 10**9)).scaleb(-2)),
        "dec27": of(pa.decimal128(27, 4), lambda: decimal.Decimal(rng.randrange(-10**15, 10**15)).scaleb(-4)),
        "nulls": pa.array([None] * rows, pa.int32()),
    }


def nested(rows):
    def items(make):
        return [some(make, 0.2) for _ in range(rng.randrange(4))]
    return {
        "list": pa.array([some(lambda: items(lambda: rng.randrange(100))) for _ in range(rows)], pa.list_(pa.int32())),
        "lists": pa.array([some(lambda: items(lambda: items(word))) for _ in range(rows)],
                          pa.list_(pa.list_(pa.string()))),
        "group": pa.array([some(lambda: {"a": some(word), "b": {"c": some(lambda: rng.randrange(9))}})
                           for _ in range(rows)],
                          pa.struct([("a", pa.string()), ("b", pa.struct([("c", pa.int64())]))])),
        "groups": pa.array([some(lambda: items(lambda: {"x": some(word), "y": items(rng.random)}))
                            for _ in range(rows)],
                           pa.list_(pa.struct([("x", pa.string()), ("y", pa.list_(pa.float64()))]))),
        "map": pa.array([some(lambda: [(word(), some(word)) for _ in range(rng.randrange(3))]) for _ in range(rows)],
                        pa.map_(pa.string(), pa.string())),
    }


DELTA = {"i32": "DELTA_BINARY_PACKED", "i64": "DELTA_BINARY_PACKED", "serial": "DELTA_BINARY_PACKED",
         "text": "DELTA_LENGTH_BYTE_ARRAY", "raw": "DELTA_BYTE_ARRAY", "sorted": "DELTA_BYTE_ARRAY",
         "fixed": "DELTA_BYTE_ARRAY", "bool": "RLE"}
SPLIT = {"i32": "BYTE_STREAM_SPLIT", "i64": "BYTE_STREAM_SPLIT", "f32": "BYTE_STREAM_SPLIT",
         "f64": "BYTE_STREAM_SPLIT", "fixed": "BYTE_STREAM_SPLIT"}
count = 0


def name(writer):
    global count
    count += 1
    return f"{folder}/{count:02d}-{writer}.parquet"


def arrow(table, **settings):
    pq.write_table(table, name("pyarrow"), **settings)


flat = pa.table(columns(700))
for page in ("1.0", "2.0"):
    for codec in ("none", "snappy", "gzip", "zstd", "lz4", "brotli"):
        arrow(flat, data_page_version=page, compression=codec, row_group_size=rng.choice([100, 333, 10000]),
              data_page_size=rng.choice([200, 2000, 1 << 20]), write_page_checksum=codec == "zstd",
              use_dictionary=codec != "snappy", write_page_index=codec == "gzip")
    for encodings in (DELTA, SPLIT):
        arrow(flat, data_page_version=page, use_dictionary=False, column_encoding=encodings,
              compression=rng.choice(["none", "zstd"]), data_page_size=500)
    arrow(pa.table(nested(300)), data_page_version=page, row_group_size=120, data_page_size=300)
arrow(flat.select(["op", "ts_us", "i64"]), use_deprecated_int96_timestamps=True)
arrow(flat, dictionary_pagesize_limit=300, data_page_size=400)
arrow(flat.drop_columns(["ts_ns"]), version="1.0", store_schema=False, store_decimal_as_integer=True)
arrow(flat.slice(0, 0))
arrow(flat.slice(0, 1))

connection = duckdb.connect()
connection.register("flat", flat.drop_columns(["nulls"]))
connection.register("nested", pa.table(nested(300)))
for codec in ("uncompressed", "snappy", "gzip", "zstd", "lz4_raw", "brotli"):
    version = rng.choice(["V1", "V2"])
    connection.execute(f"copy flat to '{name('duckdb')}' (format parquet, compression {codec}, parquet_version {version}, "
                       f"row_group_size {rng.choice([2048, 4096])})")
connection.execute(f"copy nested to '{name('duckdb')}' (format parquet)")
connection.execute(f"copy (select i, 'row ' || i as t, i % 3 as r from range(20000) s(i)) to '{name('duckdb')}' "
                   "(format parquet, parquet_version V2)")

frame = polars.from_arrow(flat.drop_columns(["nulls", "fixed"]))
for codec in ("uncompressed", "snappy", "gzip", "zstd", "lz4", "brotli"):
    frame.write_parquet(name("polars"), compression=codec, row_group_size=rng.choice([100, 1000]),
                        data_page_size=rng.choice([200, 1 << 20]))
polars.from_arrow(pa.table(nested(200)).drop_columns(["map"])).write_parquet(name("polars"))
