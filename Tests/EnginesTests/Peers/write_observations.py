"""Writes tables of observations and inventories with pyarrow, csv and gzip: writers that are not ours."""
import csv
import datetime
import gzip
import hashlib
import io
import json
import os
import sys
import urllib.parse

import pyarrow as pa
import pyarrow.parquet as pq

UTC = datetime.timezone.utc


def time(microseconds):
    return None if microseconds is None else datetime.datetime.fromtimestamp(0, UTC) + datetime.timedelta(
        microseconds=microseconds)


def observations(folder, spec):
    """`spec` holds the records of docs/observation-table.md, `files` of them, with or without the mark of success."""
    os.makedirs(folder, exist_ok=True)
    stamp = pa.timestamp("us", tz="UTC")
    schema = [
        ("format", pa.int32()), ("pipeline", pa.string()), ("source_table", pa.string()), ("level", pa.string()),
        ("object", pa.string()), ("size", pa.int64()), ("last_modified", stamp), ("object_rows", pa.int64()),
        ("place", pa.int64()), ("rows", pa.int64()), ("inserts", pa.int64()), ("updates", pa.int64()),
        ("deletes", pa.int64()), ("keyless", pa.int64()), ("first_commit", stamp), ("last_commit", stamp),
        ("op", pa.string()), ("row_key", pa.string()), ("row_version", stamp)]
    schema += [(f"value_{i + 1}", pa.string()) for i in range(spec.get("values", 0))]
    schema = [column for column in schema if column[0] not in spec.get("without", [])]
    kinds = {"int64": pa.int64(), "string": pa.string(), "double": pa.float64()}
    schema = [(name, kinds[spec["types"][name]] if name in spec.get("types", {}) else kind) for name, kind in schema]
    times = {name for name, kind in schema if kind == stamp}
    per_file = spec.get("records_per_file", 1000)
    records = spec["records"]
    for number in range(0, max(1, -(-len(records) // per_file))):
        part = records[number * per_file:(number + 1) * per_file]
        columns = [
            pa.array([time(r.get(name)) if name in times else r.get(name) for r in part], type=kind)
            for name, kind in schema]
        table = pa.table(columns, schema=pa.schema(schema))
        pq.write_table(table, f"{folder}/part-{number:05}.parquet", row_group_size=spec.get("row_group_size", 1000))
    if spec.get("success", True):
        open(f"{folder}/_SUCCESS", "w").close()


def inventory(folder, spec):
    """`spec` holds the objects of a bucket, as S3 Inventory lists them."""
    day = f"{folder}/{spec['day']}"
    os.makedirs(f"{day}", exist_ok=True)
    os.makedirs(f"{folder}/data", exist_ok=True)
    objects, files = spec["objects"], []
    versions = spec.get("versions", False)
    half = -(-len(objects) // 2)
    for number, part in enumerate([objects[:half], objects[half:]]):
        if spec["format"] == "CSV":
            text = io.StringIO()
            writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for o in part:
                row = [spec["bucket"], urllib.parse.quote_plus(o["key"], safe="/")]
                if versions:
                    row += [o.get("version", "null"), str(o.get("latest", True)).lower(), str(o.get("marker", False)).lower()]
                iso = time(o["modified"]).strftime("%Y-%m-%dT%H:%M:%S.") + f"{o['modified'] // 1000 % 1000:03}Z"
                writer.writerow(row + [o.get("size", ""), iso, o.get("etag", "")])
            data, name = gzip.compress(text.getvalue().encode()), f"data/{number}.csv.gz"
        else:
            columns = {
                "bucket": pa.array([spec["bucket"]] * len(part), pa.string()),
                "key": pa.array([o["key"] for o in part], pa.string())}
            if versions:
                columns["version_id"] = pa.array([o.get("version", "null") for o in part], pa.string())
                columns["is_latest"] = pa.array([o.get("latest", True) for o in part], pa.bool_())
                columns["is_delete_marker"] = pa.array([o.get("marker", False) for o in part], pa.bool_())
            columns["size"] = pa.array([o.get("size") for o in part], pa.int64())
            columns["last_modified_date"] = pa.array(
                [time(o["modified"]) for o in part], pa.timestamp("ms", tz="UTC"))
            columns["e_tag"] = pa.array([o.get("etag") for o in part], pa.string())
            sink = io.BytesIO()
            pq.write_table(pa.table(columns), sink, compression="snappy")
            data, name = sink.getvalue(), f"data/{number}.parquet"
        with open(f"{folder}/{name}", "wb") as file:
            file.write(data)
        files.append({"key": f"{spec['prefix']}{name}", "size": len(data), "MD5checksum": hashlib.md5(data).hexdigest()})
    schema = "Bucket, Key, " + ("VersionId, IsLatest, IsDeleteMarker, " if versions else "")
    manifest = json.dumps({
        "sourceBucket": spec["bucket"], "destinationBucket": "arn:aws:s3:::inventories", "version": "2016-11-30",
        "creationTimestamp": str(spec["created"] // 1000), "fileFormat": spec["format"],
        "fileSchema": schema + "Size, LastModifiedDate, ETag", "files": files}, indent=2).encode()
    with open(f"{day}/manifest.json", "wb") as file:
        file.write(manifest)
    if spec.get("checksum", True):
        with open(f"{day}/manifest.checksum", "w") as file:
            file.write(hashlib.md5(manifest).hexdigest() + "\n")


def bucket_object(folder, spec):
    """One row of changes, as DMS has them, with timestamps of the unit and names of columns that `spec` has."""
    stamp = pa.array([datetime.datetime(2026, 11, 1, 0, 0, 0, 123456)], pa.timestamp("us"))
    table = pa.table({
        "Op": ["I"], "t": ["2026-11-01 00:00:00.123456"], "customer_id": ["x"], "name": ["y"],
        "updated_at": stamp.cast(pa.timestamp(spec["unit"]), safe=False)})
    names = spec.get("renamed", {})
    table = table.rename_columns([names.get(name, name) for name in table.column_names])
    pq.write_table(table, f"{folder}/{spec['name']}")


if __name__ == "__main__":
    {"object": bucket_object, "observations": observations, "inventory": inventory}[sys.argv[1]](sys.argv[2], json.load(open(sys.argv[3])))
