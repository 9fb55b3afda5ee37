#!/usr/bin/env python3
"""A FAKE of HashiCorp Vault's HTTP API: what redisops and argocd-vault-plugin ask of it, no more.

    fake_vault.py DATA.json [--port N] [--latency MS] [--tls CERT KEY] [--log FILE]

Prints its port on stdout. DATA has the mounts, policies and logins:

    {"kv1": {"PATH": {...}}, "kv2": {"PATH": [{version 1}, null (deleted), {version 3}]},
     "tokens": {"TOKEN": ["PATH PREFIX", ...]}, "logins": [{"path": "auth/approle/login", "body": {...}, "token": "TOKEN"}],
     "namespace": null | "NAME", "sealed": false, "broken": {"PATH": how often it fails with 500 before it works}}

Mounts are `kv1/` and `secret/` (version 2, so `secret/data/PATH`).
"""
import argparse
import json
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        data = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def errors(self, status, *texts):
        self.answer(status, {"errors": list(texts)})

    def start(self):
        """The path without `/v1/`, or nothing when the request was answered."""
        state = self.server.state
        url = urlsplit(self.path)
        path = unquote(url.path)
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length) if length else b""
        time.sleep(self.server.latency)
        with self.server.lock:
            if self.server.log:
                with open(self.server.log, "a") as log:
                    log.write(f"{self.command} {path}{'?' + url.query if url.query else ''}\n")
            if state.get("sealed"):
                self.errors(503, "Vault is sealed")
                return None
            broken = state.setdefault("broken", {})
            if broken.get(path[len("/v1/"):], 0) > 0:
                broken[path[len("/v1/"):]] -= 1
                self.errors(500, "internal error")
                return None
        if state.get("namespace") and self.headers.get("X-Vault-Namespace", "").strip("/") != state["namespace"]:
            self.errors(404)
            return None
        self.query = parse_qs(url.query)
        return path[len("/v1/"):]

    def allowed(self, path):
        token = self.headers.get("X-Vault-Token", "")
        if not token:
            authorization = self.headers.get("Authorization", "")
            token = authorization[len("Bearer "):] if authorization.startswith("Bearer ") else ""
        prefixes = self.server.state["tokens"].get(token)
        if prefixes is None:
            self.errors(403, "permission denied", "invalid token")
            return False
        if not any(path.startswith(prefix) for prefix in prefixes):
            self.errors(403, "1 error occurred:\n\t* permission denied\n\n")
            return False
        return True

    def do_GET(self):
        path = self.start()
        if path is None:
            return
        if path == "auth/token/lookup-self":
            if self.allowed(""):
                self.answer(200, {"data": {"id": "x"}})
            return
        if not self.allowed(path):
            return
        if path.startswith("kv1/"):
            secret = self.server.state["kv1"].get(path[len("kv1/"):])
            self.errors(404) if secret is None else self.answer(200, {"data": secret, "lease_duration": 2764800})
        elif path.startswith("secret/data/"):
            self.second(path[len("secret/data/"):])
        elif path.startswith("secret/"):
            words = "Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use."
            self.answer(404, {"data": None, "warnings": [words]})
        else:
            self.errors(404, f"no handler for route \"{path}\". route entry not found.")

    def second(self, path):
        versions = self.server.state["kv2"].get(path)
        wanted = self.query.get("version", ["0"])[0]
        if not wanted.isdigit():
            self.errors(400, "error converting input for field \"version\"")
            return
        number = int(wanted) or len(versions or [])
        if not versions or number > len(versions):
            self.errors(404)
            return
        data = versions[number - 1]
        metadata = {
            "created_time": f"2026-01-0{min(number, 9)}T10:00:00.123456Z",
            "custom_metadata": None,
            "deletion_time": "" if data is not None else "2026-02-01T00:00:00Z",
            "destroyed": False,
            "version": number,
        }
        self.answer(200 if data is not None else 404, {"data": {"data": data, "metadata": metadata}})

    def login(self):
        path = self.start()
        if path is None:
            return
        body = json.loads(self.body or b"{}")
        for login in self.server.state.get("logins", []):
            if login["path"] == path and all(body.get(key) == value for key, value in login["body"].items()):
                self.answer(200, {"auth": {"client_token": login["token"], "policies": ["default"], "lease_duration": 3600}})
                return
        self.errors(400, "invalid role or secret ID")

    do_POST = do_PUT = login


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("data")
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--latency", type=float, default=0)
    arguments.add_argument("--tls", nargs=2)
    arguments.add_argument("--log")
    arguments = arguments.parse_args()

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    server = Server(("127.0.0.1", arguments.port), Handler)
    with open(arguments.data) as file:
        server.state = json.load(file)
    server.latency, server.lock, server.log = arguments.latency / 1000, threading.Lock(), arguments.log
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*arguments.tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
