"""Writes small files that reach every codec and encoding, to be damaged: small.py FOLDER."""
import decimal
import sys

import pyarrow as pa
import pyarrow.parquet as pq

folder = sys.argv[1]
rows = 6
flat = pa.table({
    "op": pa.array(["I", "U", "D", "U", "U", "I"]),
    "flag": pa.array([True, None, False, True, True, None]),
    "i32": pa.array([1, 2, None, 400, 5, -6], pa.int32()),
    "i64": pa.array([2**40, 2, 3, None, 5, -2**40]),
    "f64": pa.array([1.5, None, 3.5, float("nan"), 5.0, -0.0]),
    "text": pa.array(["prefix-a", "prefix-ab", "", None, "prefix-b" * 3, "x"]),
    "fixed": pa.array([b"abc", b"abd", None, b"xyz", b"abc", b"abc"], pa.binary(3)),
    "money": pa.array([decimal.Decimal("1.25")] * rows, pa.decimal128(20, 2)),
})
nested = pa.table({
    "list": pa.array([[1, 2], None, [], [3, None], [4], [5, 6, 7]], pa.list_(pa.int64())),
    "map": pa.array([[("k", "v")], None, [], [("a", None)], [("b", "c"), ("d", "e")], []], pa.map_(pa.string(), pa.string())),
    "group": pa.array([{"a": 1, "b": ["x"]}, None, {"a": None, "b": None}, {"a": 2, "b": []}, None, None],
                      pa.struct([("a", pa.int32()), ("b", pa.list_(pa.string()))])),
})
delta = {"i32": "DELTA_BINARY_PACKED", "i64": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY",
         "op": "DELTA_LENGTH_BYTE_ARRAY", "fixed": "DELTA_BYTE_ARRAY", "flag": "RLE"}
split = {"i32": "BYTE_STREAM_SPLIT", "i64": "BYTE_STREAM_SPLIT", "f64": "BYTE_STREAM_SPLIT", "fixed": "BYTE_STREAM_SPLIT"}


def write(name, table, **settings):
    pq.write_table(table, f"{folder}/{name}.parquet", store_schema=False, **settings)


# Without checksums, which would keep damage from what is behind them; once with, so that they are reached.
for codec in ("none", "snappy", "gzip", "zstd", "lz4", "brotli"):
    write(f"{codec}", flat, compression=codec, data_page_version="2.0" if codec in ("zstd", "lz4") else "1.0",
          write_page_checksum=codec == "none")
write("delta", flat, compression="none", use_dictionary=False, column_encoding=delta)
write("split", flat, compression="none", use_dictionary=False, column_encoding=split, data_page_version="2.0")
write("nested", nested, compression="none", data_page_version="2.0", write_page_index=True)
write("nested-plain", nested, compression="snappy", use_dictionary=False, row_group_size=2)
