"""Makes the stack of aws/pipeline.yaml in moto and compares what is there with what the exercise asks for.

template.py ENDPOINT TEMPLATE; prints a line for each difference, and the number of resources that moto makes.
"""
import json
import sys
import urllib.parse

import boto3
import cfnlint.decode

endpoint, path = sys.argv[1:3]
region = "eu-central-1"  # The other tests have theirs elsewhere in the same moto.
keys = dict(region_name=region, aws_access_key_id="test", aws_secret_access_key="test")


def client(service):
    return boto3.client(service, endpoint_url=endpoint, **keys)


differences = []


def expect(what, found, wanted):
    if found != wanted:
        differences.append(f"{what}: {found!r} in place of {wanted!r}")


ec2 = client("ec2")
vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
subnets = [
    ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=region + zone)["Subnet"]["SubnetId"]
    for n, zone in enumerate("ab")
]
table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
bucket = "how-raw-template"
parameters = dict(
    VpcId=vpc, SubnetIds=",".join(subnets), RouteTableIds=table, BucketName=bucket, Versioning="Enabled",
    ClientCidr="10.0.0.0/16")
# What moto's CloudFormation cannot refer to: an instance's parameter group and resource id, and secrets.
template = open(path).read()
for unsupported, other in [
    ("      DBParameterGroupName: !Ref DatabaseParameters\n", ""),
    ("            Resource: !Ref DatabaseSecret\n", '            Resource: "*"\n'),
    ("${Database.DbiResourceId}", "*"),
]:
    expect(f"lines that say {unsupported.strip()}", template.count(unsupported), 1)
    template = template.replace(unsupported, other)
cloudformation = client("cloudformation")
cloudformation.create_stack(
    StackName="pipeline", TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"],
    Parameters=[dict(ParameterKey=k, ParameterValue=v) for k, v in parameters.items()])
stack = cloudformation.describe_stacks(StackName="pipeline")["Stacks"][0]
expect("the stack", stack["StackStatus"], "CREATE_COMPLETE")
made = {
    r["LogicalResourceId"]: r.get("PhysicalResourceId")
    for r in cloudformation.list_stack_resources(StackName="pipeline")["StackResourceSummaries"]
}

s3 = client("s3")
rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
expect("encryption", rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")

rds = client("rds")
instance = rds.describe_db_instances()["DBInstances"][0]
expect("the engine", instance["Engine"], "postgres")
expect("a public database", instance["PubliclyAccessible"], False)
expect("the disk's encryption", instance["StorageEncrypted"], True)
group = made["DatabaseParameters"]
values = {}
for page in rds.get_paginator("describe_db_parameters").paginate(DBParameterGroupName=group):
    values |= {p["ParameterName"]: p.get("ParameterValue") for p in page["Parameters"]}
for name, value in [("rds.logical_replication", "1"), ("wal_sender_timeout", "0"), ("rds.force_ssl", "1")]:
    expect(name, values.get(name), value)

iam = client("iam")


def statements(role, policy):
    document = iam.get_role_policy(RoleName=made[role], PolicyName=policy)["PolicyDocument"]
    if isinstance(document, str):
        document = json.loads(urllib.parse.unquote(document))
    return document["Statement"]


def actions(role, policy):
    found = set()
    for statement in statements(role, policy):
        action = statement["Action"]
        found |= {action} if isinstance(action, str) else set(action)
    return found


expect(
    "DMS's role", actions("ReplicationRole", "write-bucket"),
    {"s3:PutObject", "s3:DeleteObject", "s3:PutObjectTagging", "s3:ListBucket"})
expect(
    "the objects of DMS's role", statements("ReplicationRole", "write-bucket")[0]["Resource"],
    f"arn:aws:s3:::{bucket}/raw/*")
canary = actions("CanaryRole", "read-pipeline")
expect("what lakecanary may write", {a for a in canary if "Put" in a or "Delete" in a or "*" in a}, set())
expect("what lakecanary may read", {"s3:ListBucket", "s3:GetObject", "dms:DescribeTableStatistics",
                                    "cloudwatch:GetMetricData"} - canary, set())
groups = {g["GroupId"]: g for g in ec2.describe_security_groups(Filters=[dict(Name="vpc-id", Values=[vpc])])["SecurityGroups"]}
ports = {(p["FromPort"], p["ToPort"]) for g in groups.values() for p in g["IpPermissions"]}
expect("open ports", ports - {(5432, 5432), (443, 443)}, set())
worldwide = [p for g in groups.values() for p in g["IpPermissions"] for r in p["IpRanges"] if r["CidrIp"] == "0.0.0.0/0"]
expect("ports open to the world", worldwide, [])
endpoints = {e["ServiceName"]: e for e in ec2.describe_vpc_endpoints()["VpcEndpoints"]}
expect("the endpoint of S3", f"com.amazonaws.{region}.s3" in endpoints, True)
secrets = endpoints[f"com.amazonaws.{region}.secretsmanager"]
expect("a name of Secrets Manager for the whole VPC", secrets["PrivateDnsEnabled"], False)
for name in ["dms-vpc-role", "dms-cloudwatch-logs-role"]:
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"][0]
    expect(f"who takes {name}", trust["Principal"], {"Service": "dms.amazonaws.com"})

# What moto's CloudFormation does not make, as it stands in the template.
document = cfnlint.decode.decode(path)[0]
resources = document["Resources"]
block = resources["Bucket"]["Properties"]["PublicAccessBlockConfiguration"]
expect("the public access block", list(block.values()), [True] * 4)
expect("versioning", resources["Bucket"]["Properties"]["VersioningConfiguration"], {"Status": {"Ref": "Versioning"}})
target = resources["TargetEndpoint"]["Properties"]["S3Settings"]
for name, value in [
    ("DataFormat", "parquet"), ("MaxFileSize", 131072), ("TimestampColumnName", "extracted_at"),
    ("IncludeOpForFullLoad", True), ("CdcMaxBatchInterval", {"Ref": "CdcMaxBatchInterval"}),
]:
    expect(name, target[name], value)
defaults = {name: p.get("Default") for name, p in document["Parameters"].items()}
for name, value in [("CdcMaxBatchInterval", 120), ("SchemaName", "%"), ("PubliclyAccessible", "false")]:
    expect(f"{name} unless asked", defaults[name], value)
source = resources["SourceEndpoint"]["Properties"]
expect("CaptureDdls", source["PostgreSqlSettings"]["CaptureDdls"], True)
expect("a password in the endpoint", "Password" in source, False)
expect("the source's TLS", source["SslMode"], "require")
override = source["ExtraConnectionAttributes"]["Fn::Sub"][0]
expect("the way to the secret", override, "secretsManagerEndpointOverride=${Name}")
group = resources["ReplicationSubnets"]["Properties"]["Tags"][0]["Fn::If"]
expect("what the subnet group waits for", group[1]["Value"], {"Fn::GetAtt": ["DmsVpcRole", "Arn"]})
replication = resources["ReplicationInstance"]["Properties"]
expect("zones of the replication instance", replication["MultiAZ"], False)
expect("IAM login", resources["Database"]["Properties"]["EnableIAMDatabaseAuthentication"], True)
expect("a public replication instance", replication["PubliclyAccessible"], False)
task = resources["Task"]["Properties"]
expect("the task", task["MigrationType"], "full-load-and-cdc")
rule = json.loads(task["TableMappings"]["Fn::Sub"])["rules"][0]
expect("the task's rule", rule["rule-action"], "include")
expect("the task's tables", rule["object-locator"], {"schema-name": "${SchemaName}", "table-name": "%"})

for difference in differences:
    print(difference)
print(f"{len(made)} resources made")
cloudformation.delete_stack(StackName="pipeline")
