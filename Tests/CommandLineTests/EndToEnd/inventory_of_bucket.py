"""Lists a bucket as S3 Inventory does, by boto3, csv, gzip and pyarrow.

Usage: inventory_of_bucket.py s3://BUCKET PREFIX DESTINATION CSV|Parquet [COUNT], of which COUNT leaves out what comes after so
many objects; the server and credentials as boto3 takes them.
The inventory is dated a day and a half ahead, so that all that is there by now is older than what it may lack.
"""
import csv
import datetime
import gzip
import hashlib
import io
import json
import sys
import urllib.parse

import boto3
import pyarrow as pa
import pyarrow.parquet as pq


def main(location, prefix, destination, form, count=None):
    bucket = location.removeprefix("s3://")
    s3 = boto3.client("s3")
    objects = [
        item for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for item in page.get("Contents", [])][:count and int(count)]
    if form == "CSV":
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for item in objects:
            time = item["LastModified"].strftime("%Y-%m-%dT%H:%M:%S.000Z")
            key = urllib.parse.quote_plus(item["Key"], safe="/")
            writer.writerow([bucket, key, item["Size"], time, item["ETag"].strip('"')])
        data, name = gzip.compress(text.getvalue().encode()), f"{destination}/data/0.csv.gz"
    else:
        table = pa.table({
            "bucket": [bucket] * len(objects), "key": [item["Key"] for item in objects],
            "size": pa.array([item["Size"] for item in objects], pa.int64()),
            "last_modified_date": pa.array([item["LastModified"] for item in objects], pa.timestamp("ms", "UTC")),
            "e_tag": [item["ETag"].strip('"') for item in objects]})
        sink = io.BytesIO()
        pq.write_table(table, sink)
        data, name = sink.getvalue(), f"{destination}/data/0.parquet"
    s3.put_object(Bucket=bucket, Key=name, Body=data)
    created = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=36)
    manifest = json.dumps({
        "sourceBucket": bucket, "destinationBucket": f"arn:aws:s3:::{bucket}", "version": "2016-11-30",
        "creationTimestamp": str(int(created.timestamp() * 1000)), "fileFormat": form,
        "fileSchema": "Bucket, Key, Size, LastModifiedDate, ETag",
        "files": [{"key": name, "size": len(data), "MD5checksum": hashlib.md5(data).hexdigest()}]}).encode()
    day = f"{destination}/{created:%Y-%m-%dT%H-%MZ}"
    s3.put_object(Bucket=bucket, Key=f"{day}/manifest.json", Body=manifest)
    s3.put_object(Bucket=bucket, Key=f"{day}/manifest.checksum", Body=hashlib.md5(manifest).hexdigest().encode())


main(*sys.argv[1:])
