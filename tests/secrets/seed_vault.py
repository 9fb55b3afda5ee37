"""Puts into a real Vault in development mode what the fake one has: `seed_vault.py URL DATA.json [--kubernetes HOST CA_FILE REVIEWER_TOKEN NAMESPACE]`.

With `--kubernetes`, accounts of that namespace log in with the role `redis`.
"""
import argparse
import json
import time

import hvac
import requests

arguments = argparse.ArgumentParser()
arguments.add_argument("url")
arguments.add_argument("data")
arguments.add_argument("--kubernetes", nargs=4)
arguments = arguments.parse_args()
client = hvac.Client(url=arguments.url, token="root-token")
for _ in range(600):
    try:
        if client.sys.is_initialized() and not client.sys.is_sealed() and "secret/" in client.sys.list_mounted_secrets_engines()["data"]:
            break
    except (requests.exceptions.ConnectionError, hvac.exceptions.VaultError):
        pass
    time.sleep(0.1)
with open(arguments.data) as file:
    data = json.load(file)

client.sys.enable_secrets_engine("kv", path="kv1", options={"version": "1"})
for path, secret in data["kv1"].items():
    client.secrets.kv.v1.create_or_update_secret(path=path, secret=secret, mount_point="kv1")
second = client.secrets.kv.v2
for path, versions in data["kv2"].items():
    for number, version in enumerate(versions, start=1):
        # None stands for a version that is deleted.
        for attempt in range(50):
            try:
                second.create_or_update_secret(path=path, secret=version or {})
                break
            except hvac.exceptions.InvalidRequest:
                # The engine of version 2 is made ready in the background.
                time.sleep(0.1)
        if version is None:
            second.delete_secret_versions(path=path, versions=[number])

all_paths = 'path "secret/*" { capabilities = ["read"] }\npath "kv1/*" { capabilities = ["read"] }'
client.sys.create_or_update_policy("all", all_paths)
client.sys.create_or_update_policy("narrow", 'path "secret/data/app" { capabilities = ["read"] }')
client.auth.token.create(id="narrow-token", policies=["narrow"])
for login in data["logins"]:
    mount, _, _ = login["path"].removeprefix("auth/").partition("/login")
    body = login["body"]
    if "role_id" in body:
        client.sys.enable_auth_method("approle", path=mount)
        client.auth.approle.create_or_update_approle("test", token_policies=["all"], mount_point=mount)
        client.auth.approle.update_role_id("test", body["role_id"], mount_point=mount)
        client.auth.approle.create_custom_secret_id("test", body["secret_id"], mount_point=mount)
    elif "password" in body:
        client.sys.enable_auth_method("userpass", path=mount)
        client.auth.userpass.create_or_update_user(
            login["path"].rpartition("/")[2], body["password"], policies="all", mount_point=mount
        )
if arguments.kubernetes:
    host, authority, reviewer, namespace = arguments.kubernetes
    client.sys.enable_auth_method("kubernetes")
    with open(authority) as file:
        client.auth.kubernetes.configure(host, kubernetes_ca_cert=file.read(), token_reviewer_jwt=reviewer, disable_local_ca_jwt=True)
    client.auth.kubernetes.create_role(
        "redis", bound_service_account_names="user", bound_service_account_namespaces=namespace, policies=["all"], ttl="10m"
    )
