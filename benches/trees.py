#!/usr/bin/env python3
"""Repositories to measure `build` with; the same arguments give the same bytes.

    trees.py shop --services N DIR    a shop of N services: DIR/overlays/prod renders 4*N+1 objects
    trees.py crds DIR                 one file of about 3 MB of custom resource definitions
    trees.py one DIR                  one ConfigMap

The shop uses what large repositories use: a base a service (Deployment, Service, autoscaler, generated ConfigMap), components with
patches by selector, and an overlay with namespace, prefix, labels, annotations, images, replicas, patches of both kinds and a
replacement.
"""
import argparse
import pathlib
import textwrap

KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
TIERS = ("edge", "logic", "data")
TEAMS = 12
IMAGES = 20


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))


def service(tree, number, count):
    name = f"app-{number:05}"
    peer = f"app-{(number * 13 + 5) % count:05}"
    tier = TIERS[number % len(TIERS)]
    image = f"registry.example.com/team-{number % TEAMS}/image-{number % IMAGES}"
    tree.write(f"base/{name}/deployment.yaml", f"""\
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {name}
          labels:
            app: {name}
            tier: {tier}
        spec:
          replicas: 2
          selector:
            matchLabels:
              app: {name}
          template:
            metadata:
              labels:
                app: {name}
                tier: {tier}
            spec:
              containers:
              - name: main
                image: {image}:dev
                args: ["--port=8080", "--metrics=:9090"]
                env:
                - name: LOG_LEVEL
                  value: info
                - name: DOMAIN
                  value: unset
                - name: NEXT
                  value: http://{peer}:80
                envFrom:
                - configMapRef:
                    name: {name}-settings
                ports:
                - containerPort: 8080
                  name: http
                - containerPort: 9090
                  name: metrics
                readinessProbe:
                  httpGet:
                    path: /ready
                    port: http
                resources:
                  requests:
                    cpu: 20m
                    memory: 48Mi
                volumeMounts:
                - mountPath: /etc/settings
                  name: settings
              volumes:
              - configMap:
                  name: {name}-settings
                name: settings
        """)
    tree.write(f"base/{name}/service.yaml", f"""\
        apiVersion: v1
        kind: Service
        metadata:
          name: {name}
          labels:
            app: {name}
        spec:
          selector:
            app: {name}
          ports:
          - name: http
            port: 80
            targetPort: http
          - name: metrics
            port: 9090
            targetPort: metrics
        """)
    tree.write(f"base/{name}/autoscaler.yaml", f"""\
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata:
          name: {name}
        spec:
          minReplicas: 2
          maxReplicas: 6
          scaleTargetRef:
            apiVersion: apps/v1
            kind: Deployment
            name: {name}
          metrics:
          - type: Resource
            resource:
              name: cpu
              target:
                type: Utilization
                averageUtilization: 70
        """)
    settings = "".join(f"setting.{k}={name}/{k}\n" for k in range(8))
    tree.write(f"base/{name}/settings.properties", settings)
    tree.write(f"base/{name}/kustomization.yaml", KUSTOMIZATION + textwrap.dedent(f"""\
        resources:
        - deployment.yaml
        - service.yaml
        - autoscaler.yaml
        configMapGenerator:
        - name: {name}-settings
          files:
          - settings.properties
          literals:
          - NAME={name}
          - FLAGS=x,y
        """))
    return name


def components(tree):
    tree.write("components/tracing/kustomization.yaml", COMPONENT + textwrap.dedent("""\
        patches:
        - target:
            kind: Deployment
            labelSelector: tier=logic
          patch: |-
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: any
            spec:
              template:
                metadata:
                  annotations:
                    tracing: "on"
                spec:
                  containers:
                  - name: main
                    env:
                    - name: TRACES
                      value: http://collector:4317
        """))
    tree.write("components/locked-down/kustomization.yaml", COMPONENT + textwrap.dedent("""\
        patches:
        - target:
            kind: Deployment
          patch: |-
            - op: add
              path: /spec/template/spec/securityContext
              value:
                runAsNonRoot: true
                runAsUser: 12000
        """))


def overlay(tree, names):
    images = [f"- name: registry.example.com/team-{team}/image-{image}\n  newTag: r{team}.{image}\n"
              for team in range(TEAMS) for image in range(IMAGES) if image % 4 == team % 4]
    replicas = [f"- name: {name}\n  count: 4\n" for name in names[::25]]
    patches = []
    for number, name in enumerate(names):
        if number % 10 == 0:
            tree.write(f"overlays/prod/patches/{name}.yaml", f"""\
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: {name}
                spec:
                  template:
                    spec:
                      containers:
                      - name: main
                        env:
                        - name: LOG_LEVEL
                          value: warn
                        resources:
                          limits:
                            memory: {200 + number}Mi
                """)
            patches.append(f"- path: patches/{name}.yaml\n")
        elif number % 10 == 5:
            patches.append(textwrap.dedent(f"""\
                - target:
                    kind: HorizontalPodAutoscaler
                    name: {name}
                  patch: |-
                    - op: replace
                      path: /spec/maxReplicas
                      value: {8 + number % 5}
                """))
    patches.append(textwrap.dedent("""\
        - target:
            kind: Service
          patch: |-
            apiVersion: v1
            kind: Service
            metadata:
              name: any
              annotations:
                prometheus.io/scrape: "true"
        """))
    tree.write("shared/values.yaml", """\
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: shop-values
        data:
          domain: shop.example.com
        """)
    tree.write("shared/kustomization.yaml", KUSTOMIZATION + "resources:\n- values.yaml\n")
    tree.write("overlays/prod/kustomization.yaml", KUSTOMIZATION + textwrap.dedent("""\
        namespace: shop
        namePrefix: prod-
        labels:
        - pairs:
            environment: prod
          includeSelectors: true
        - pairs:
            team: platform
        commonAnnotations:
          contact: platform@example.com
        resources:
        - ../../base
        - ../../shared
        components:
        - ../../components/tracing
        - ../../components/locked-down
        replacements:
        - source:
            kind: ConfigMap
            name: shop-values
            fieldPath: data.domain
          targets:
          - select:
              kind: Deployment
            fieldPaths:
            - spec.template.spec.containers.[name=main].env.[name=DOMAIN].value
        """) + "images:\n" + "".join(images) + "replicas:\n" + "".join(replicas) + "patches:\n" + "".join(patches))


def shop(tree, count):
    names = [service(tree, number, count) for number in range(count)]
    tree.write("base/kustomization.yaml", KUSTOMIZATION + "resources:\n" + "".join(f"- {n}\n" for n in names))
    components(tree)
    overlay(tree, names)


def schema(depth, seed):
    """A structural schema with descriptions, as generated CRDs have them."""
    text = (f"Field {seed} of level {depth}. It says at some length what the field is for, which values it takes, and what "
            "happens when it is left out: the default of the operator is used then.\n\nMore: https://example.com/docs#field")
    kinds = ("string", "integer", "boolean", "array", "object")
    kind = kinds[seed % len(kinds)] if depth else kinds[seed % 3]
    node = {"description": text, "type": kind}
    if kind == "string" and seed % 2:
        node["enum"] = [f"Value{seed}", "Always", "Never", "yes"]
    elif kind == "integer":
        node |= {"format": "int32", "minimum": 0, "maximum": 65535}
    elif kind == "array":
        node["items"] = schema(depth - 1, seed + 1)
    elif kind == "object":
        node["properties"] = {f"field{k}": schema(depth - 1, seed + 2 * k + 1) for k in range(6)}
        node["required"] = ["field0"]
    return node


def to_yaml(value, indent):
    pad = "  " * indent
    if isinstance(value, dict):
        out = []
        for key, item in value.items():
            if isinstance(item, (dict, list)):
                out.append(f"{pad}{key}:\n{to_yaml(item, indent + 1)}")
            elif isinstance(item, str) and "\n" in item:
                lines = "\n".join("  " * (indent + 1) + line if line else "" for line in item.split("\n"))
                out.append(f"{pad}{key}: |-\n{lines}\n")
            else:
                text = str(item).lower() if isinstance(item, bool) else f'"{item}"' if item == "yes" else item
                out.append(f"{pad}{key}: {text}\n")
        return "".join(out)
    return "".join(f'{pad}- "{item}"\n' if item == "yes" else f"{pad}- {item}\n" for item in value)


def crds(tree):
    documents, size, number = [], 0, 0
    while size < 3_000_000:
        kind = f"Widget{number}"
        spec = {f"section{k}": schema(4, number + 5 * k + 4) for k in range(8)}
        body = {
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": f"widget{number}s.example.com"},
            "spec": {
                "group": "example.com", "scope": "Namespaced",
                "names": {"kind": kind, "listKind": f"{kind}List", "plural": f"widget{number}s", "singular": f"widget{number}"},
            },
        }
        text = to_yaml(body, 0) + "  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n"
        text += to_yaml({"type": "object", "properties": {"spec": {"type": "object", "properties": spec}}}, 4)
        documents.append(text)
        size += len(text)
        number += 1
    tree.write("crds.yaml", "")
    (tree.root / "crds.yaml").write_text("---\n".join(documents))
    tree.write("kustomization.yaml", KUSTOMIZATION + "resources:\n- crds.yaml\n")


def one(tree):
    tree.write("settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  key: value\n")
    tree.write("kustomization.yaml", KUSTOMIZATION + "resources:\n- settings.yaml\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shape", choices=("shop", "crds", "one"))
    parser.add_argument("--services", type=int, default=50)
    parser.add_argument("directory")
    arguments = parser.parse_args()
    tree = Tree(arguments.directory)
    {"shop": lambda: shop(tree, arguments.services), "crds": lambda: crds(tree), "one": lambda: one(tree)}[arguments.shape]()


if __name__ == "__main__":
    main()
