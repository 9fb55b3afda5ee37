"""Puts the secrets of the tests into AWS Secrets Manager at a URL; prints the id of an older version and a full name."""
import json
import sys

import boto3



def of_region(name):
    return boto3.client(
        "secretsmanager", endpoint_url=sys.argv[1], region_name=name, aws_access_key_id="x", aws_secret_access_key="y"
    )


client = of_region("eu-west-1")
first = client.create_secret(
    Name="shopping-cart/redis", SecretString=json.dumps({"password": "old-planted", "db-password": "old-planted", "port": 6379})
)
client.put_secret_value(
    SecretId="shopping-cart/redis",
    SecretString=json.dumps(
        {
            "password": "planted: new #2",
            "db-password": "planted: new #2",
            "port": 6379,
            "big": 26379000,
            "ratio": 1.50,
            "huge": 12345678901234567890,
            "flag": True,
            "none": None,
            "o": {"a": 1.0, "b": [1, "x"]},
            "json": '{"a":1}',
        }
    ),
)
client.create_secret(Name="bin", SecretBinary=b"\x00\xffplanted")
client.create_secret(Name="text", SecretString="just planted text")
# The region of the environment of system C.
of_region("eu-central-1").create_secret(Name="shopping-cart/redis", SecretString=json.dumps({"db-password": "planted: new #2"}))
print(first["VersionId"], first["ARN"])
