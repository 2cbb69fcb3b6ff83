"""Makes the exercise's resources at an endpoint, by AWS's own SDK, and prints what a test needs of them as JSON.

exercise.py ENDPOINT NAME BUCKET [stopped]
"""
import datetime
import json
import sys

import boto3

endpoint, name, bucket = sys.argv[1:4]
keys = dict(region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test")


def client(service):
    return boto3.client(service, endpoint_url=endpoint, **keys)


rds = client("rds")
rds.create_db_parameter_group(
    DBParameterGroupName=name, DBParameterGroupFamily="postgres16", Description="exercise")
rds.modify_db_parameter_group(
    DBParameterGroupName=name,
    Parameters=[
        dict(ParameterName="rds.logical_replication", ParameterValue="1", ApplyMethod="pending-reboot"),
        dict(ParameterName="wal_sender_timeout", ParameterValue="0", ApplyMethod="immediate"),
    ])
rds.create_db_instance(
    DBInstanceIdentifier=name, DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
    MasterUsername="postgres", MasterUserPassword="not-a-secret", DBParameterGroupName=name,
    PubliclyAccessible=True)

dms = client("dms")
source = dms.create_endpoint(
    EndpointIdentifier=name + "-source", EndpointType="source", EngineName="postgres", SslMode="none",
    ServerName=name + ".abc.eu-west-1.rds.amazonaws.com", Port=5432, DatabaseName="exercise",
    Username="postgres", Password="not-a-secret", ExtraConnectionAttributes="CaptureDdls=true")
target = dms.create_endpoint(
    EndpointIdentifier=name + "-target", EndpointType="target", EngineName="s3",
    S3Settings=dict(
        BucketName=bucket, BucketFolder="raw", DataFormat="parquet", MaxFileSize=131072,
        TimestampColumnName="extracted_at", IncludeOpForFullLoad=True, CdcMaxBatchInterval=120,
        ServiceAccessRoleArn="arn:aws:iam::123456789012:role/dms"))
instance = dms.create_replication_instance(
    ReplicationInstanceIdentifier=name, ReplicationInstanceClass="dms.t2.micro", AllocatedStorage=50,
    EngineVersion="3.4.6", MultiAZ=False, PubliclyAccessible=False)
mappings = dict(rules=[{
    "rule-type": "selection", "rule-id": "1", "rule-name": "1", "rule-action": "include",
    "object-locator": {"schema-name": "public", "table-name": "%"}}])
task = dms.create_replication_task(
    ReplicationTaskIdentifier=name,
    SourceEndpointArn=source["Endpoint"]["EndpointArn"],
    TargetEndpointArn=target["Endpoint"]["EndpointArn"],
    ReplicationInstanceArn=instance["ReplicationInstance"]["ReplicationInstanceArn"],
    MigrationType="full-load-and-cdc", TableMappings=json.dumps(mappings),
    ReplicationTaskSettings=json.dumps(dict(
        TargetMetadata=dict(SupportLobs=True, LimitedSizeLobMode=True, LobMaxSize=32, BatchApplyEnabled=True))))
arn = task["ReplicationTask"]["ReplicationTaskArn"]
dms.start_replication_task(ReplicationTaskArn=arn, StartReplicationTaskType="start-replication")
if "stopped" in sys.argv:
    dms.stop_replication_task(ReplicationTaskArn=arn)

dimensions = [
    dict(Name="ReplicationInstanceIdentifier", Value=name),
    dict(Name="ReplicationTaskIdentifier", Value=arn.split(":")[-1]),
]
now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=2)
client("cloudwatch").put_metric_data(
    Namespace="AWS/DMS",
    MetricData=[
        dict(MetricName=metric, Dimensions=dimensions, Timestamp=now, Value=value)
        for metric, value in [("CDCLatencySource", 2.0), ("CDCLatencyTarget", 4000.0), ("CDCIncomingChanges", 17.0)]
    ])
client("cloudwatch").put_metric_data(
    Namespace="AWS/RDS",
    MetricData=[
        dict(
            MetricName=metric, Dimensions=[dict(Name="DBInstanceIdentifier", Value=name)], Timestamp=now, Value=value)
        for metric, value in [("FreeStorageSpace", 2.0**30), ("OldestReplicationSlotLag", 4096.0)]
    ])
secret = client("secretsmanager").create_secret(
    Name=name, SecretString=json.dumps(dict(username="postgres", password="from the secret '\\")))
client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=dict(LocationConstraint="eu-west-1"))
print(json.dumps(dict(task=arn, secret=secret["ARN"])))
