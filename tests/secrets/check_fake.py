"""Asks the fake Vault through hvac, a client that knows the real one: what the fake says has to make sense to it."""
import sys

import hvac

url = sys.argv[1]
client = hvac.Client(url=url, token="root-token")
second = client.secrets.kv.v2
newest = second.read_secret_version(path="app", raise_on_deleted_version=True)
assert newest["data"]["metadata"]["version"] == 4 and newest["data"]["data"]["user"] == "app"
first = second.read_secret_version(path="app", version=1, raise_on_deleted_version=True)
assert first["data"]["data"]["password"] == "first-planted"
try:
    second.read_secret_version(path="app", version=3, raise_on_deleted_version=True)
    raise SystemExit("a deleted version was read")
except hvac.exceptions.InvalidPath as error:
    assert "deletion_time" in (error.text or ""), error.text
deleted = second.read_secret_version(path="app", version=3, raise_on_deleted_version=False)
assert deleted["data"]["data"] is None and deleted["data"]["metadata"]["deletion_time"]
for path, version in [("nope", None), ("app", 9)]:
    try:
        second.read_secret_version(path=path, version=version, raise_on_deleted_version=True)
        raise SystemExit(f"{path} at {version} was read")
    except hvac.exceptions.InvalidPath:
        pass
assert client.secrets.kv.v1.read_secret(path="app", mount_point="kv1")["data"]["port"] == 6379
try:
    hvac.Client(url=url, token="narrow-token").secrets.kv.v1.read_secret(path="app", mount_point="kv1")
    raise SystemExit("a token read what it may not")
except hvac.exceptions.Forbidden:
    pass
try:
    client.auth.approle.login(role_id="role", secret_id="wrong")
    raise SystemExit("a wrong secret id was taken")
except hvac.exceptions.InvalidRequest:
    pass
assert client.auth.approle.login(role_id="role", secret_id="planted-secret-id")["auth"]["client_token"] == "approle-token"
assert client.auth.userpass.login(username="ann", password="planted-login-password")["auth"]["client_token"] == "user-token"
assert client.auth.kubernetes.login(role="redis", jwt="planted-jwt")["auth"]["client_token"] == "pod-token"
