"""What a bucket says of a table, by a reader that is not ours (pyarrow): the rows alive after all objects are applied.

usage: bucket_state.py TABLE_DIRECTORY|s3://BUCKET/PREFIX
For S3: AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say where and who.
Prints JSON: the live rows (key -> [updated_at in microseconds, name, lat]), and how many objects and rows
of each kind there are.
"""
import json
import os
import sys
from datetime import timezone

import pyarrow.fs
import pyarrow.parquet

EPOCH_COLUMN = "updated_at"


def micros(value):
    if value is None:
        return None
    value = value.replace(tzinfo=value.tzinfo or timezone.utc)
    whole = int(value.replace(microsecond=0).timestamp())
    return whole * 1_000_000 + value.microsecond


def file_system(location):
    if not location.startswith("s3://"):
        return pyarrow.fs.LocalFileSystem(), location
    scheme, host = os.environ["AWS_ENDPOINT_URL"].split("://")
    return pyarrow.fs.S3FileSystem(scheme=scheme, endpoint_override=host, region="us-east-1"), location[5:]


def main(location):
    files, directory = file_system(location)
    found = files.get_file_info(pyarrow.fs.FileSelector(directory, allow_not_found=True))
    names = sorted(info.base_name for info in found if info.base_name.endswith(".parquet"))
    loads = [n for n in names if n.startswith("LOAD")]
    changes = [n for n in names if not n.startswith("LOAD")]
    live, counts = {}, {"I": 0, "U": 0, "D": 0}
    for name in loads + changes:
        table = pyarrow.parquet.read_table(f"{directory}/{name}", filesystem=files)
        for row in table.to_pylist():
            key = row["customer_id"]
            if row["Op"] == "D":
                live.pop(key, None)
            else:
                live[key] = [micros(row[EPOCH_COLUMN]), row["name"], row["lat"]]
            if name in changes:
                counts[row["Op"]] += 1
    json.dump({"live": live, "loads": len(loads), "changes": len(changes), "counts": counts}, sys.stdout)


main(sys.argv[1])
