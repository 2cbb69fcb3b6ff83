"""Runs what Athena is asked to run, by another engine: SQL read as Athena's dialect by sqlglot, run by DuckDB.

Usage: athena_engine.py CREATE UNLOAD, the statements' files; the bucket's server and credentials as boto3 takes them.
Prints the bytes of the objects that it opened. It holds statements to what Athena allows: timestamps of whole
milliseconds, an empty place for the output, files that are in order each but not one to another.
"""

import io
import re
import sys

import boto3
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp


def split(location):
    return re.fullmatch(r"s3://([^/]+)/(.*)", location).groups()


def rounded(column):
    """Timestamps as Athena reads them."""
    if not pa.types.is_timestamp(column.type):
        return column
    micros = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
    millis = [None if value is None else (value + 500) // 1000 for value in micros.to_pylist()]
    return pa.chunked_array([pa.array(millis, pa.int64()).cast(pa.timestamp("ms"))])


def main():
    create = sqlglot.parse_one(open(sys.argv[1]).read(), dialect="athena")
    unload = re.fullmatch(
        r"\s*UNLOAD\s*\((.*)\)\s*TO\s+'([^']*)'\s*WITH\s*\(format = 'PARQUET', compression = 'SNAPPY'\)\s*",
        open(sys.argv[2]).read(),
        re.DOTALL,
    )
    select = sqlglot.parse_one(unload[1], dialect="athena")
    table = create.find(exp.Table)
    names = [column.name for column in create.find_all(exp.ColumnDef)]
    bucket, prefix = split(create.find(exp.LocationProperty).this.name)
    out_bucket, out_prefix = split(unload[2])
    s3 = boto3.client("s3")

    if s3.list_objects_v2(Bucket=out_bucket, Prefix=out_prefix).get("Contents"):
        sys.exit(f"HIVE_PATH_ALREADY_EXISTS: Target directory for table already exists: {unload[2]}")
    scanned, tables = 0, []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            path = f"s3://{bucket}/{item['Key']}"
            bytes = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            try:
                read = pq.read_table(io.BytesIO(bytes))
            except (pa.ArrowInvalid, OSError) as error:
                sys.exit(f"HIVE_BAD_DATA: Malformed Parquet file {path}: {str(error).splitlines()[0]}")
            lower = {name.lower(): name for name in read.column_names}
            columns = {name: rounded(read[lower[name]]) for name in names}
            columns["$path"] = pa.array([path] * len(read))
            columns["$file_size"] = pa.array([item["Size"]] * len(read), pa.int64())
            columns["$file_modified_time"] = pa.array([item["LastModified"]] * len(read), pa.timestamp("ms", "UTC"))
            tables.append(pa.table(columns))
            scanned += item["Size"]

    engine = duckdb.connect()
    # Another zone than UTC, so that a statement that counts on the session's is found out.
    engine.execute("SET TimeZone = 'Asia/Kolkata'")
    objects = pa.concat_tables(tables)
    engine.register("objects", objects)
    engine.execute(f'CREATE SCHEMA IF NOT EXISTS "{table.db}"')
    engine.execute(f'CREATE TABLE "{table.db}"."{table.name}" AS SELECT * FROM objects')
    result = engine.execute(select.sql(dialect="duckdb")).to_arrow_table()
    for field in result.schema:
        if pa.types.is_timestamp(field.type) and field.type.unit not in ("s", "ms"):
            sys.exit(f"NOT_SUPPORTED: Incorrect timestamp precision; the configured precision is MILLISECONDS: {field.name}")
    for part in range(2):
        rows = result.take(pa.array(range(part, len(result), 2), pa.int64()))
        sink = io.BytesIO()
        pq.write_table(rows, sink, use_deprecated_int96_timestamps=True)
        s3.put_object(Bucket=out_bucket, Key=f"{out_prefix}20261125_0000{part}_abcde", Body=sink.getvalue())
    print(scanned)


main()
