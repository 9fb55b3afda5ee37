"""Facts about the API of Kubernetes, from its Go modules and one package of PyPI.

Writes target/schemas/kubernetes.json: for each minor version the definitions of its OpenAPI description, without words, with the values of
enumerations (from the Go types, as the description leaves them out), and when versions of the API came, were deprecated and went.
"""

import glob
import json
import os
import re
import subprocess
import sys
import zipfile

# The newest patch of each minor version that the Go module proxy has.
RELEASES = {31: "31.14", 32: "32.13", 33: "33.13", 34: "34.4", 35: "35.4", 36: "36.3", 37: "37.2"}
# The module k8s.io/kubernetes of this version cannot be had; its definitions are in this package.
FROM_PYPI = {37: ("kubernetes-validate", "1.37.0", "kubernetes_validate/kubernetes-json-schema/v1.37.0-local/_definitions.json")}
# What the server warns of, but the Go types do not say.
ALSO_DEPRECATED = {("", "v1", "Endpoints"): {"deprecated": 33, "replacement": ["discovery.k8s.io", "v1", "EndpointSlice"]},
                   ("", "v1", "ComponentStatus"): {"deprecated": 19}}
KEEP = ["type", "format", "$ref", "required"]


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def module(path, version, work):
    about = json.loads(run("go", "mod", "download", "-json", f"{path}@{version}", cwd=work, env={**os.environ, "GOFLAGS": "-mod=mod"}))
    return about


def definitions(minor, work):
    if minor in FROM_PYPI:
        name, version, member = FROM_PYPI[minor]
        run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"{name}=={version}", "-d", work)
        wheel = glob.glob(f"{work}/{name.replace('-', '_')}-{version}*.whl")[0]
        return json.loads(zipfile.ZipFile(wheel).read(member))["$defs"]
    version = f"v1.{RELEASES[minor]}"
    archive = module("k8s.io/kubernetes", version, work)["Zip"]
    text = zipfile.ZipFile(archive).read(f"k8s.io/kubernetes@{version}/api/openapi-spec/swagger.json")
    return json.loads(text)["definitions"]


def slim(schema):
    """What decides whether a value is right. Lists are not told to be sets: the server does not insist for its own types."""
    out = {key: schema[key] for key in KEEP if key in schema}
    if isinstance(out.get("type"), list):
        out["type"], = [name for name in out["type"] if name != "null"]
    if "properties" in schema:
        out["properties"] = {name: slim(value) for name, value in schema["properties"].items()}
    if isinstance(schema.get("items"), dict):
        out["items"] = slim(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        out["additionalProperties"] = slim(schema["additionalProperties"])
    return out


class GoTypes:
    """Enumerations and the fields that have them, of all packages of k8s.io/api."""

    def __init__(self, directory):
        self.enums, self.structs, self.groups, self.lifecycle = {}, {}, {}, []
        for folder, _, files in os.walk(directory):
            package = os.path.relpath(folder, directory)
            for file in files:
                text = open(os.path.join(folder, file)).read() if file.endswith(".go") and "_test" not in file else ""
                if file.startswith("types") or file == "well_known_types.go":
                    self.types(package, text)
                for group in re.findall(r'const GroupName = "([^"]*)"', text):
                    self.groups[package] = group
        for folder, _, files in os.walk(directory):
            package = os.path.relpath(folder, directory)
            if "zz_generated.prerelease-lifecycle.go" in files:
                self.lifetimes(package, open(os.path.join(folder, "zz_generated.prerelease-lifecycle.go")).read())

    def types(self, package, text):
        imports = {}
        for alias, path in re.findall(r'^\s*(?:import )?(\w*)\s*"k8s\.io/api/([\w/]+)"', text, re.M):
            imports[alias or path.rsplit("/", 1)[-1]] = path
        named = {}
        for comment, name in re.findall(r"((?:^//[^\n]*\n)+)type (\w+) string$", text, re.M):
            if re.search(r"^// \+enum\b", comment, re.M):
                named[name] = []
        for name, value in re.findall(r'^\s*\w+\s+(\w+)\s*=\s*"([^"]*)"', text, re.M):
            if name in named:
                named[name].append(value)
        for name, values in named.items():
            self.enums[(package, name)] = sorted({value for value in values if value})
        for struct, body in re.findall(r"^type (\w+) struct \{\n(.*?)^\}", text, re.M | re.S):
            fields = []
            for kind, tag in re.findall(r'^\s*(?:\w+ )?\s*([\w.*\[\]]+)\s+`[^`]*json:"([^"]*)"', body, re.M):
                bare = kind.replace("*", "").replace("[]", "")
                alias, _, name = bare.rpartition(".")
                owner = imports.get(alias) if alias else package
                fields.append((tag.split(",")[0], owner, name, "[]" in kind))
            self.structs[(package, struct)] = fields

    def fields(self, package, struct):
        for json_name, owner, name, is_list in self.structs.get((package, struct), []):
            if json_name:
                yield json_name, owner, name, is_list
            elif owner:
                yield from self.fields(owner, name)

    def add_enums(self, definitions, prefix="io.k8s.api."):
        count = 0
        for package, struct in self.structs:
            schema = definitions.get(prefix + package.replace("/", ".") + "." + struct)
            # What the server writes may get values that a client does not know.
            if schema is None or struct.endswith(("Status", "Condition")):
                continue
            for name, owner, kind, is_list in self.fields(package, struct):
                values = self.enums.get((owner, kind))
                field = schema.get("properties", {}).get(name)
                if values and field:
                    (field["items"] if is_list else field)["enum"] = values
                    count += 1
        return count

    def lifetimes(self, package, text):
        group = self.groups.get(package, package.split("/")[0])
        version = package.rsplit("/", 1)[-1]
        found = {}
        for kind, what, major, minor in re.findall(r"func \(in \*(\w+)\) APILifecycle(\w+)\(\) \(major, minor int\) \{\s*return (\d+), (\d+)", text):
            assert major == "1", (package, kind)
            found.setdefault(kind, {})[what.lower()] = int(minor)
        for kind, group_, version_, kind_ in re.findall(
                r'func \(in \*(\w+)\) APILifecycleReplacement\(\) [^{]*\{\s*return schema.GroupVersionKind\{Group: "([^"]*)", Version: "([^"]*)", Kind: "([^"]*)"', text):
            found[kind]["replacement"] = [group_, version_, kind_]
        for kind, facts in sorted(found.items()):
            if not kind.endswith("List"):
                self.lifecycle.append({"group": group, "version": version, "kind": kind, **facts})


def kinds_of(minor, found, known):
    """Group, version and kind of definitions; some documents leave that out."""
    if any("x-kubernetes-group-version-kind" in schema for schema in found.values()):
        for name, schema in found.items():
            for gvk in schema.get("x-kubernetes-group-version-kind", []):
                # Kinds of requests are in every group.
                if len(schema["x-kubernetes-group-version-kind"]) == 1:
                    yield [gvk["group"], gvk["version"], gvk["kind"], name]
        return
    groups = {name.rsplit(".", 2)[0]: group for group, _, _, name in known}
    for name, schema in found.items():
        package, version, kind = name.rsplit(".", 2)
        if package in groups and {"apiVersion", "kind"} <= schema.get("properties", {}).keys():
            yield [groups[package], version, kind, name]


def main(output):
    work = os.path.join(os.path.dirname(output), "work")
    os.makedirs(work, exist_ok=True)
    if not os.path.exists(os.path.join(work, "go.mod")):
        open(os.path.join(work, "go.mod"), "w").write("module facts\n\ngo 1.24\n")
    releases, lifecycle, known = [], {}, []
    for minor in sorted(RELEASES):
        found = definitions(minor, work)
        known = sorted(kinds_of(minor, found, known))
        slimmed = {name: slim(schema) for name, schema in found.items()}
        enums = 0
        for path in ["k8s.io/api", "k8s.io/apiextensions-apiserver"]:
            about = module(path, f"v0.{RELEASES[minor]}", work)
            prefix = "io.k8s.api." if path == "k8s.io/api" else "io.k8s.apiextensions-apiserver.pkg.apis."
            types = GoTypes(about["Dir"] if path == "k8s.io/api" else os.path.join(about["Dir"], "pkg/apis"))
            enums += types.add_enums(slimmed, prefix)
            for entry in types.lifecycle:
                lifecycle[(entry["group"], entry["version"], entry["kind"])] = entry
        print(f"1.{minor}: {len(slimmed)} definitions, {len(known)} kinds, {enums} enumerations", file=sys.stderr)
        releases.append({"minor": minor, "definitions": slimmed, "kinds": known})
    for key, facts in ALSO_DEPRECATED.items():
        lifecycle.setdefault(key, dict(zip(("group", "version", "kind"), key), introduced=0)).update(facts)
    json.dump({"releases": releases, "lifecycle": [lifecycle[key] for key in sorted(lifecycle)]}, open(output, "w"))


if __name__ == "__main__":
    main(sys.argv[1])
