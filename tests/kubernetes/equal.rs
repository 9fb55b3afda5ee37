//! What the server takes for equal is no drift: spellings, defaults, fields that it leaves out, other people's fields.

use serde_json::json;

use crate::support::Bench;

/// The pattern by which definitions make an int-or-string a quantity.
const QUANTITY: &str = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";

fn bench(objects: &str) -> Option<Bench> {
    let bench = Bench::new()?;
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources:\n- all.yaml\n");
    bench.write("prod/all.yaml", objects);
    Some(bench)
}

#[test]
fn defaults_and_spellings_are_no_drift() {
    let objects = "\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: cache
  creationTimestamp: null
  annotations: {}
spec:
  serviceName: cache
  replicas: 1
  podManagementPolicy: OrderedReady
  selector: {matchLabels: {app: cache}}
  template:
    metadata: {labels: {app: cache}}
    spec:
      terminationGracePeriodSeconds: 30
      securityContext: {}
      containers:
      - name: redis
        image: redis:8
        resources: {limits: {cpu: 1000m, memory: 0.5Gi}, requests: {cpu: 1}}
        ports: [{containerPort: 6379}, {containerPort: 6379, protocol: UDP}]
        env: [{name: A, value: b}]
      tolerations: [{key: a, operator: Exists}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1024Mi}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cache}
spec:
  podSelector: {}
  ingress: [{ports: [{port: 6379}], from: [{podSelector: {}}]}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: cache}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: cache}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: cache}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: x}
subjects: [{kind: ServiceAccount, name: default, namespace: default}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: cache}
";
    let Some(bench) = bench(objects) else { return };
    bench.apply_as("redisops", "prod");
    for arguments in [&["prod"][..], &["prod", "--exact"]] {
        let run = bench.diff(arguments);
        assert_eq!((run.code, &run.json()["summary"]["unchanged"]), (0, &json!(5)), "{run:?}");
    }
    // The same without a server.
    let kinds = "statefulset,networkpolicy,pdb,rolebinding,serviceaccount";
    let namespace = bench.namespace.clone();
    bench.write("dump", &bench.kubectl(&["-n", &namespace, "get", kinds, "-o", "json", "--show-managed-fields"]));
    let run = bench.diff(&["prod", "--offline", "dump"]);
    assert_eq!((run.code, &run.json()["summary"]["unchanged"]), (0, &json!(5)), "{run:?}");
}

#[test]
fn quantities_of_custom_resources_are_amounts_where_their_schema_says_so() {
    let Some(bench) = Bench::new() else { return };
    let group = format!("{}.example.com", bench.namespace);
    let definition = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: things.{group}}}\nspec:\n  group: {group}\n  scope: Namespaced\n\
         \x20 preserveUnknownFields: false\n  names: {{kind: Thing, plural: things}}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n\
         \x20       type: object\n        properties:\n          spec:\n            type: object\n            properties:\n\
         \x20             memory: {{anyOf: [{{type: integer}}, {{type: string}}], x-kubernetes-int-or-string: true, pattern: '{QUANTITY}'}}\n\
         \x20             version: {{x-kubernetes-int-or-string: true}}\n\
         \x20             items: {{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [id], items: {{type: object, required: [id], properties: {{id: {{type: string}}, size: {{type: integer, default: 3}}}}}}}}\n"
    );
    bench.write("crd/definition.yaml", &definition);
    bench.apply_as("redisops", "crd/definition.yaml");
    let path = bench.path().join("crd/definition.yaml");
    bench.kubectl(&["wait", "--for=condition=Established", "-f", path.to_str().unwrap()]);
    let run = bench.diff(&["crd/definition.yaml"]);
    assert_eq!(run.code, 0, "spelled out and left out by the server: {run:?}");
    let thing = |memory: &str, version: &str, items: &str| {
        let text = format!(
            "apiVersion: {group}/v1\nkind: Thing\nmetadata: {{name: a, namespace: NAMESPACE}}\nspec: {{memory: {memory}, version: {version}, items: [{items}]}}\n"
        );
        bench.write("prod/thing.yaml", &text);
    };
    thing("1000m", "'1000m'", "{id: a}, {id: b, size: 4}");
    bench.apply_as("redisops", "prod/thing.yaml");
    assert_eq!(bench.diff(&["prod/thing.yaml"]).code, 0);
    thing("1", "'1'", "{id: b, size: 4}, {id: c}");
    let run = bench.diff(&["prod/thing.yaml"]);
    assert_eq!(run.paths("Thing", "a"), ["spec.items[id=a]", "spec.items[id=c]", "spec.version"], "{run:?}");
    thing("'1001m'", "'1000m'", "{id: a}, {id: b, size: 4}");
    assert_eq!(bench.diff(&["prod/thing.yaml"]).paths("Thing", "a"), ["spec.memory"]);
    let version = format!("apiVersion: {group}/v2\nkind: Thing\nmetadata: {{name: a, namespace: NAMESPACE}}\n");
    bench.write("prod/thing.yaml", &version);
    let run = bench.diff(&["prod/thing.yaml"]);
    assert_eq!((run.code, &run.change("Thing", "a")["error"]["code"]), (2, &json!("unknownKind")), "{run:?}");
    bench.kubectl(&["delete", "crd", &format!("things.{group}")]);
}

#[test]
fn what_is_replaced_as_a_whole_is_compared_as_a_whole() {
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  selector:\n    app: a\n  ports:\n  - port: 80\n    name: http\n  - port: 81\n    name: other\n";
    let Some(bench) = bench(service) else { return };
    bench.apply_as("redisops", "prod");
    let namespace = bench.namespace.clone();
    bench.kubectl(&["-n", &namespace, "patch", "service", "a", "-p", r#"{"spec":{"selector":{"extra":"x"}}}"#]);
    let run = bench.diff(&["prod"]);
    assert_eq!(run.paths("Service", "a"), ["spec.selector.extra"], "{run:?}");
    let extra = run.field("Service", "a", "spec.selector.extra");
    assert_eq!((&extra["before"], &extra["after"]), (&json!("x"), &json!(null)));
    bench.write("prod/all.yaml", &service.replace("port: 81", "port: 82"));
    let run = bench.diff(&["prod"]);
    assert_eq!(
        run.paths("Service", "a"),
        ["spec.ports[port=81,protocol=TCP]", "spec.ports[port=82,protocol=TCP]", "spec.selector.extra"]
    );
}

#[test]
fn twice_the_same_key_is_told_as_the_server_tells_it() {
    let pod = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n      - name: a\n        image: a\n        env:\n        - {name: X, value: '1'}\n";
    let Some(bench) = bench(pod) else { return };
    bench.apply_as("redisops", "prod");
    bench.write("prod/all.yaml", &format!("{pod}        - {{name: X, value: '2'}}\n"));
    let run = bench.diff(&["prod"]);
    assert_eq!(run.code, 2, "{run:?}");
    let error = run.change("Deployment", "a")["error"]["message"].clone();
    assert!(error.as_str().unwrap().contains("duplicate"), "{error}");
}
