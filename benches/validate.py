#!/usr/bin/env python3
"""Measures `redisops validate` beside kubeconform, in one run on one machine, and prints a Markdown table.

    validate.py --redisops PATH [--kubeconform PATH] [--facts target/schemas/kubernetes.json] [--objects 10000] [--runs N]

Both check the same file of objects of 30 kinds for Kubernetes 1.36; kubeconform reads the same schemas, exported as local files. Then each object is
broken in one way after the other: what kubeconform rejects, redisops must reject too. Without kubeconform, only redisops is measured.
"""
import argparse
import copy
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

MINOR = 36
GOAL = 10

META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
POD = {"metadata": {"labels": {"app": "x"}}, "spec": {
    "serviceAccountName": "x", "securityContext": {"runAsNonRoot": True, "fsGroup": 1000},
    "containers": [{"name": "redis", "image": "redis:8.2", "args": ["--appendonly", "yes"], "ports": [{"name": "redis", "containerPort": 6379}],
                    "env": [{"name": "A", "value": "b"}, {"name": "P", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
                    "resources": {"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
                    "readinessProbe": {"exec": {"command": ["redis-cli", "ping"]}, "periodSeconds": 5},
                    "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
    "volumes": [{"name": "data", "emptyDir": {}}], "tolerations": [{"key": "k", "operator": "Exists", "effect": "NoSchedule"}]}}
ONCE = {**POD, "spec": {**POD["spec"], "restartPolicy": "Never"}}
SELECTOR = {"matchLabels": {"app": "x"}}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}
RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]
SUBJECTS = {"subjects": [{"kind": "ServiceAccount", "name": "x", "namespace": "n"}]}
KINDS = [
    ("v1", "ConfigMap", {"data": {"redis.conf": "maxmemory 1gb\nappendonly yes\n"}}),
    ("v1", "Secret", {"type": "Opaque", "data": {"password": "aHVudGVyMg=="}}),
    ("v1", "Service", {"spec": {"selector": {"app": "x"}, "type": "ClusterIP", "ports": [{"name": "redis", "port": 6379, "targetPort": "redis"}]}}),
    ("v1", "ServiceAccount", {"automountServiceAccountToken": False}),
    ("v1", "Pod", {"spec": POD["spec"]}),
    ("v1", "Namespace", {}),
    ("v1", "PersistentVolumeClaim", {"spec": CLAIM}),
    ("v1", "PersistentVolume", {"spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/x"}}}),
    ("v1", "ResourceQuota", {"spec": {"hard": {"pods": "10"}}}),
    ("v1", "LimitRange", {"spec": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}}),
    ("apps/v1", "Deployment", {"spec": {"replicas": 3, "selector": SELECTOR, "template": POD}}),
    ("apps/v1", "StatefulSet", {"spec": {"serviceName": "x", "replicas": 3, "selector": SELECTOR, "template": POD,
                                         "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": CLAIM}]}}),
    ("apps/v1", "DaemonSet", {"spec": {"selector": SELECTOR, "template": POD}}),
    ("apps/v1", "ReplicaSet", {"spec": {"selector": SELECTOR, "template": POD}}),
    ("batch/v1", "Job", {"spec": {"template": ONCE, "backoffLimit": 2}}),
    ("batch/v1", "CronJob", {"spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": ONCE}}}}),
    ("networking.k8s.io/v1", "Ingress", {"spec": {"rules": [{"host": "x.y", "http": {"paths": [
        {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "x", "port": {"number": 80}}}}]}}]}}),
    ("networking.k8s.io/v1", "NetworkPolicy", {"spec": {"podSelector": SELECTOR, "policyTypes": ["Ingress"],
                                                        "ingress": [{"ports": [{"port": 6379, "protocol": "TCP"}]}]}}),
    ("networking.k8s.io/v1", "IngressClass", {"spec": {"controller": "x/y"}}),
    ("policy/v1", "PodDisruptionBudget", {"spec": {"maxUnavailable": 1, "selector": SELECTOR}}),
    ("rbac.authorization.k8s.io/v1", "Role", {"rules": RULES}),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", {"rules": RULES}),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "x"}, **SUBJECTS}),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "x"}, **SUBJECTS}),
    ("autoscaling/v2", "HorizontalPodAutoscaler", {"spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"},
        "minReplicas": 1, "maxReplicas": 5, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]}}),
    ("storage.k8s.io/v1", "StorageClass", {"provisioner": "x/y", "reclaimPolicy": "Retain"}),
    ("scheduling.k8s.io/v1", "PriorityClass", {"value": 1000}),
    ("coordination.k8s.io/v1", "Lease", {"spec": {"holderIdentity": "x", "leaseDurationSeconds": 15}}),
    ("discovery.k8s.io/v1", "EndpointSlice", {"addressType": "IPv4", "endpoints": [{"addresses": ["10.0.0.1"]}], "ports": [{"port": 6379}]}),
    ("node.k8s.io/v1", "RuntimeClass", {"handler": "x"}),
]


def objects(count):
    for number in range(count):
        api_version, kind, body = KINDS[number % len(KINDS)]
        yield {"apiVersion": api_version, "kind": kind, "metadata": {"name": f"x{number}", "labels": {"app": "x", "n": f"v{number}"}}, **copy.deepcopy(body)}


def yaml(value, indent=0):
    """Block style, as builds print it."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{pad}{key}:" + below(item, indent) for key, item in value.items())
    if isinstance(value, list) and value:
        return "".join(f"{pad}- " + yaml(item, indent + 1).lstrip() if isinstance(item, (dict, list)) and item else f"{pad}- {json.dumps(item)}\n" for item in value)
    return f"{pad}{json.dumps(value)}\n"


def below(item, indent):
    nested = isinstance(item, (dict, list)) and item
    return "\n" + yaml(item, indent + 1) if nested else f" {json.dumps(item)}\n"


def export(facts, folder):
    """The schemas of a release as kubeconform reads them: a file for each kind, nothing but what it needs in it."""
    release = next(it for it in facts["releases"] if it["minor"] == MINOR)
    definitions = release["definitions"]

    def inline(schema, seen):
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            if name.endswith("api.resource.Quantity"):
                return {"type": ["string", "number", "null"]}
            if name.endswith("util.intstr.IntOrString"):
                return {"type": ["string", "integer", "null"]}
            return {} if name in seen else inline(definitions[name], seen | {name})
        out = {key: schema[key] for key in ("required", "format") if key in schema}
        if "enum" in schema:
            out["enum"] = [*schema["enum"], "", None]
        if "type" in schema:
            out["type"] = [schema["type"], "null"]
        if "properties" in schema:
            out["properties"] = {name: inline(value, seen) for name, value in schema["properties"].items()}
            for name in schema.get("required", []):
                kind = out["properties"].get(name, {}).get("type")
                if isinstance(kind, list):
                    out["properties"][name]["type"] = [it for it in kind if it != "null"]
            out["additionalProperties"] = False
        elif isinstance(schema.get("additionalProperties"), dict):
            out["additionalProperties"] = inline(schema["additionalProperties"], seen)
        if "items" in schema:
            out["items"] = inline(schema["items"], seen)
        return out

    for group, version, kind, definition in release["kinds"]:
        # As kubeconform names them: the first part of the group only.
        suffix = f"-{group.split('.')[0]}-{version}" if group else f"-{version}"
        schema = inline(definitions[definition], {definition})
        schema["$schema"] = "http://json-schema.org/draft-07/schema#"
        (folder / f"{kind.lower()}{suffix.lower()}.json").write_text(json.dumps(schema))


def breakages(value, way=()):
    """Ways to break an object: each value of another type, each key misspelt or gone."""
    if isinstance(value, dict):
        for key in value:
            if way or key not in ("apiVersion", "kind", "metadata"):
                yield way + (key,), "gone"
                yield way + (key,), "misspelt"
            yield from breakages(value[key], way + (key,))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from breakages(item, way + (index,))
    elif way not in (("apiVersion",), ("kind",)):
        yield way, "mapping"
        yield way, "list"
        yield way, "number" if isinstance(value, str) else "text"


def broken(item, way, how):
    item = copy.deepcopy(item)
    around = item
    for key in way[:-1]:
        around = around[key]
    last = way[-1]
    if how == "gone":
        del around[last]
    elif how == "misspelt":
        around[f"{last}x"] = around.pop(last)
    else:
        around[last] = {"mapping": {"a": "b"}, "list": ["a"], "number": 5, "text": "text"}[how]
    return item


def timed(command):
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    code = os.waitstatus_to_exitcode(status)
    if code:
        sys.exit(f"{' '.join(command)} exits with {code}: {errors.decode(errors='replace')[-2000:]}")
    return wall, usage.ru_utime + usage.ru_stime


def rejected_by_kubeconform(command, folder):
    output = subprocess.run([*command, "-output", "json", "-verbose", str(folder)], capture_output=True, text=True).stdout
    entries = json.loads(output)["resources"]
    return {pathlib.Path(it["filename"]).name for it in entries if it["status"] in ("statusInvalid", "statusError")}


def rejected_by_redisops(program, folder):
    files = sorted(str(path) for path in folder.iterdir())
    found = set()
    for start in range(0, len(files), 1000):
        command = [program, "validate", "--kube-version", f"1.{MINOR}", "-o", "json", *files[start:start + 1000]]
        report = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
        found |= {pathlib.Path(it["target"]).name for it in report["findings"] if it["severity"] == "error"}
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--redisops", required=True)
    parser.add_argument("--kubeconform", default=shutil.which("kubeconform"))
    parser.add_argument("--facts", default="target/schemas/kubernetes.json")
    parser.add_argument("--objects", type=int, default=10000)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()
    program = os.path.abspath(arguments.redisops)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        schemas, cases = scratch / "schemas", scratch / "cases"
        schemas.mkdir()
        cases.mkdir()
        manifests = scratch / "all.yaml"
        manifests.write_text("---\n".join(yaml(item) for item in objects(arguments.objects)))
        commands = {"redisops": [program, "validate", "--kube-version", f"1.{MINOR}", "-o", "json", str(manifests)]}
        reference = None
        if arguments.kubeconform:
            export(json.load(open(arguments.facts)), schemas)
            location = f"{schemas}/{{{{ .ResourceKind }}}}{{{{ .KindSuffix }}}}.json"
            reference = [arguments.kubeconform, "-schema-location", location, "-n", str(os.cpu_count())]
            commands["kubeconform"] = [*reference, "-output", "json", str(manifests)]
        samples = {name: [] for name in commands}
        for _ in range(arguments.runs):
            for name, command in commands.items():
                samples[name].append(timed(command))
        print(f"`validate` of {arguments.objects} objects of {len(KINDS)} kinds ({manifests.stat().st_size / 1e6:.1f} MB), median of {arguments.runs}\n")
        print("| | wall | CPU |\n|---|---|---|")
        median = {name: [statistics.median(it[i] for it in list_) for i in (0, 1)] for name, list_ in samples.items()}
        for name, (wall, cpu) in median.items():
            print(f"| {name} | {wall * 1000:.0f} ms | {cpu * 1000:.0f} ms |")
        if reference is None:
            return
        factor = median["kubeconform"][0] / median["redisops"][0]
        print(f"\n{factor:.1f}× faster; the goal is {GOAL}×")
        for number, item in enumerate(objects(len(KINDS))):
            for index, (way, how) in enumerate(breakages(item)):
                (cases / f"{number:02}-{index:03}.json").write_text(json.dumps(broken(item, way, how)))
        theirs, ours = rejected_by_kubeconform(reference, cases), rejected_by_redisops(program, cases)
        print(f"\nOf {len(list(cases.iterdir()))} broken objects kubeconform rejects {len(theirs)}, redisops {len(ours)}")
        missed = sorted(theirs - ours)
        for name in missed[:10]:
            print(f"missed: {(cases / name).read_text()}")
        if missed:
            sys.exit(f"{len(missed)} objects that kubeconform rejects are not rejected")


if __name__ == "__main__":
    main()
