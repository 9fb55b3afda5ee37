"""Asks the fake Vault, and the real one that it stands for, through hvac, a client of its own: what both say has to make sense to it."""
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
logins = [
    client.auth.approle.login(role_id="role", secret_id="planted-secret-id", use_token=False),
    client.auth.userpass.login(username="ann", password="planted-login-password", use_token=False),
]
if "--kubernetes" in sys.argv:
    logins.append(client.auth.kubernetes.login(role="redis", jwt="planted-jwt", use_token=False))
for login in logins:
    own = hvac.Client(url=url, token=login["auth"]["client_token"])
    assert own.secrets.kv.v1.read_secret(path="app", mount_point="kv1")["data"]["flag"] is True
