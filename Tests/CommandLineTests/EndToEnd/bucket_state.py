"""What a bucket says of a table, by a reader that is not ours (pyarrow): the rows alive after all objects are applied.

usage: bucket_state.py TABLE_DIRECTORY
Prints JSON: the live rows (key -> [updated_at in microseconds, name, lat]), and how many objects and rows
of each kind there are.
"""
import json
import os
import sys
from datetime import timezone

import pyarrow.parquet

EPOCH_COLUMN = "updated_at"


def micros(value):
    if value is None:
        return None
    value = value.replace(tzinfo=value.tzinfo or timezone.utc)
    whole = int(value.replace(microsecond=0).timestamp())
    return whole * 1_000_000 + value.microsecond


def main(directory):
    names = sorted(os.listdir(directory)) if os.path.isdir(directory) else []
    names = [n for n in names if n.endswith(".parquet")]
    loads = [n for n in names if n.startswith("LOAD")]
    changes = [n for n in names if not n.startswith("LOAD")]
    live, counts = {}, {"I": 0, "U": 0, "D": 0}
    for name in loads + changes:
        table = pyarrow.parquet.read_table(os.path.join(directory, name))
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
