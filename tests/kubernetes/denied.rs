//! Objects whose dry run the API server refuses: what differs is told all the same, with its words beside it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Bench, Run};

/// Waits until the server enforces a policy: a write in its way is refused.
fn wait_until_refused(bench: &Bench, arguments: &[&str]) {
    let begin = Instant::now();
    let mut all = vec!["-n", bench.namespace.as_str()];
    all.extend(arguments);
    all.push("--dry-run=server");
    while bench.kubectl_with(&all, "").status.success() {
        assert!(begin.elapsed() < Duration::from_secs(30), "nobody refuses {arguments:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn paths_of(change: &Value) -> Vec<&str> {
    change["fields"].as_array().unwrap().iter().map(|it| it["path"].as_str().unwrap()).collect()
}

/// What differs in an object, which the server refuses to make so.
#[track_caller]
fn refused(run: &Run, kind: &str, name: &str, code: &str, paths: &[&str]) -> Value {
    let change = run.change(kind, name);
    assert_eq!((run.code, &change["change"], &change["error"]), (1, &json!("update"), &Value::Null), "{run:?}");
    assert_eq!((&change["refusal"]["code"], paths_of(&change)), (&json!(code), paths.to_vec()), "{change}");
    assert!(!run.stderr.contains("kind: Role"), "no matter of rights: {}", run.stderr);
    change
}

const CLUSTER: &str = "\
apiVersion: redisops.dev/v1alpha1
kind: Redis
metadata: {name: cart}
spec:
  architecture: cluster
  image: redis:7.0.15
  cluster: {nodes: 6}
  persistence: {enabled: false}
";

#[test]
fn more_pods_than_git_has_are_drift_where_the_guard_keeps_them() {
    let Some(bench) = Bench::new() else { return };
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [redis.yaml]\n");
    bench.write("prod/redis.yaml", CLUSTER);
    bench.apply_as("redisops", "prod");
    let set = "statefulset/cart-node";
    bench.kubectl(&["-n", &bench.namespace, "patch", set, "--type=merge", "-p", r#"{"spec":{"replicas":8}}"#]);
    wait_until_refused(&bench, &["patch", set, "--type=merge", "-p", r#"{"spec":{"replicas":7}}"#]);
    let run = bench.diff(&["prod"]);
    let change = refused(&run, "StatefulSet", "cart-node", "denied", &["spec.replicas"]);
    let field = &change["fields"][0];
    assert_eq!((&field["before"], &field["after"]), (&json!(8), &json!(6)));
    assert_eq!((&field["origin"]["file"], &field["origin"]["line"]), (&json!("prod/redis.yaml"), &json!(7)), "{field}");
    let refusal = &change["refusal"];
    assert!(refusal["message"].as_str().unwrap().contains("their nodes are not drained"), "{refusal}");
    assert!(refusal["help"].as_str().unwrap().contains("`redisops apply` does it"), "{refusal}");
    assert_eq!(run.json()["summary"]["update"], 1, "{run:?}");
    // For people, and for those who read annotations.
    let text = bench.redisops(&["diff", "prod", "--no-redis"]);
    for part in ["~ StatefulSet/", "spec.replicas: 8 → 6", "the server refuses a plain apply:", "drain the nodes first"]
    {
        assert!(text.stdout.contains(part), "{part}: {}", text.stdout);
    }
    let sarif = bench.redisops(&["diff", "prod", "--no-redis", "-o", "sarif"]);
    assert!(sarif.stdout.contains("the server refuses a plain apply"), "{}", sarif.stdout);
    // It is a step of a plan: an apply drains first.
    let plan = bench.redisops(&["plan", "prod", "-o", "json"]);
    let steps = plan.json()["steps"].clone();
    let steps: Vec<&Value> = steps.as_array().unwrap().iter().collect();
    let is_own = |step: &&&Value| step["resource"]["name"] == "cart-node" && step["action"] == "update";
    assert!(plan.code == 0 && steps.iter().any(|step| is_own(&step)), "{plan:?}");
    for kind in ["validatingadmissionpolicybinding", "validatingadmissionpolicy"] {
        let all = bench.kubectl(&["get", kind, "-o", "name"]);
        let own = all.lines().filter(|name| name.contains(&format!("/{}-", bench.namespace)));
        own.for_each(|name| drop(bench.kubectl(&["delete", name])));
    }
}

const OBJECTS: &str = "\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
  - port: 80
    targetPort: 8080
    name: http
  - {port: 81, name: more}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  serviceName: web
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: app, image: 'app:1', ports: [{containerPort: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {a: b}
";

#[test]
fn what_a_policy_denies_is_compared_by_what_git_sets() {
    let Some(bench) = Bench::new() else { return };
    let namespace = &bench.namespace;
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [all.yaml]\n");
    bench.write("prod/all.yaml", OBJECTS);
    bench.apply_as("redisops", "prod");
    // Without a reason a policy answers with the status of what is wrong, 422.
    let policy = format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: {namespace}}}\nspec:\n  matchConstraints:\n    \
         resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [services]}}]\n  validations:\n  \
         - {{expression: 'false', message: 'the shop is frozen'}}\n---\n\
         apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: {namespace}}}\nspec:\n  policyName: {namespace}\n  \
         validationActions: [Deny]\n  matchResources: {{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}}}\n"
    );
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &policy).status.success());
    wait_until_refused(&bench, &["annotate", "service/web", "a=b"]);
    let exact = bench.diff(&["prod", "--exact"]);
    assert_eq!((exact.code, &exact.json()["summary"]["unchanged"]), (0, &json!(3)), "nothing differs: {exact:?}");
    bench.write("prod/all.yaml", &OBJECTS.replace("targetPort: 8080", "targetPort: 9090").replace("a: b", "a: c"));
    let run = bench.diff(&["prod"]);
    let change = refused(&run, "Service", "web", "denied", &["spec.ports[port=80,protocol=TCP].targetPort"]);
    assert!(change["refusal"]["message"].as_str().unwrap().contains("the shop is frozen"), "{change}");
    assert_eq!(run.paths("ConfigMap", "settings"), ["data.a"]);
    // What is new is told as new, and that nobody would let it in.
    bench.write(
        "prod/all.yaml",
        &format!("{}---\n{}", OBJECTS, OBJECTS.split("---").next().unwrap().replace("name: web", "name: new")),
    );
    let run = bench.diff(&["prod"]);
    let change = run.change("Service", "new");
    assert_eq!(
        (run.code, &change["change"], &change["refusal"]["code"]),
        (1, &json!("create"), &json!("denied")),
        "{run:?}"
    );
    assert_eq!((&change["error"], &run.json()["summary"]["create"]), (&Value::Null, &json!(1)), "{change}");
    for kind in ["validatingadmissionpolicybinding", "validatingadmissionpolicy"] {
        bench.kubectl(&["delete", kind, namespace]);
    }
    // What is settled when an object is created differs as well, and nothing else of it.
    bench.write("prod/all.yaml", &OBJECTS.replace("serviceName: web", "serviceName: other"));
    let begin = Instant::now();
    while bench
        .kubectl_with(&["-n", namespace, "annotate", "service/web", "a=b", "--dry-run=server"], "")
        .stdout
        .is_empty()
    {
        assert!(begin.elapsed() < Duration::from_secs(30), "it is still refused");
    }
    let run = bench.diff(&["prod"]);
    let change = refused(&run, "StatefulSet", "web", "immutable", &["spec.serviceName"]);
    assert!(change["refusal"]["help"].as_str().unwrap().contains("--replace"), "{change}");
    // What is wrong in itself is no drift.
    bench.write("prod/all.yaml", &OBJECTS.replace("port: 81", "port: 0"));
    let run = bench.diff(&["prod"]);
    let change = run.change("Service", "web");
    assert_eq!(
        (run.code, &change["change"], &change["error"]["code"]),
        (2, &json!("none"), &json!("invalid")),
        "{run:?}"
    );
}
