//! Whole systems: applied, they are clean; every kind of object in them.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::Bench;

/// Kinds of operators whose own definitions are not in this repository: group, version, kind.
const OTHERS: [(&str, &str, &str); 8] = [
    ("external-secrets.io", "v1", "ExternalSecret"),
    ("external-secrets.io", "v1", "SecretStore"),
    ("grafana.integreatly.org", "v1beta1", "GrafanaDashboard"),
    ("monitoring.coreos.com", "v1", "PrometheusRule"),
    ("monitoring.coreos.com", "v1", "ServiceMonitor"),
    ("monitoring.coreos.com", "v1beta1", "AlertmanagerConfig"),
    ("operators.coreos.com", "v1", "OperatorGroup"),
    ("operators.coreos.com", "v1alpha1", "Subscription"),
];

fn definitions(bench: &Bench) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join("ci/schemas/redis-enterprise.yaml");
    let rendered = bench.redisops(&["build", own.to_str().unwrap(), "--no-validate"]);
    assert_eq!(rendered.code, 0, "{rendered:?}");
    // They say what is served, and not which version is kept.
    let served = "    served: true\n";
    let of_one = |text: &str| {
        let kept = text.replacen(served, "    served: yes\n    storage: true\n", 1);
        kept.replace(served, "    served: true\n    storage: false\n").replace("served: yes", "served: true")
    };
    let mut all: Vec<String> = rendered.stdout.split("---\n").map(of_one).collect();
    for (group, version, kind) in OTHERS {
        let plural = format!("{}s", kind.to_lowercase());
        all.push(format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: {plural}.{group}}}\nspec:\n  group: {group}\n  scope: Namespaced\n\
             \x20 names: {{kind: {kind}, plural: {plural}}}\n  versions:\n  - {{name: {version}, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}}}\n"
        ));
    }
    let text = all.join("---\n");
    let done = bench.kubectl_with(&["apply", "--server-side", "--force-conflicts", "-f", "-"], &text);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let done = bench.kubectl_with(&["wait", "--for=condition=Established", "-f", "-"], &text);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn system_a_is_clean_when_it_is_applied_and_its_drift_is_found() {
    let Some(bench) = Bench::new() else { return };
    let overlay = Path::new(env!("CARGO_MANIFEST_DIR")).join("overlays/prod");
    let overlay = overlay.to_str().unwrap();
    let new = bench.diff(&[overlay]);
    assert_eq!(new.json()["summary"]["update"], 0, "{new:?}");
    definitions(&bench);
    let rendered = bench.redisops(&["build", overlay, "--no-validate"]).stdout;
    let apply = |text: &str| {
        let arguments = ["apply", "--server-side", "--force-conflicts", "--field-manager", "redisops", "-f", "-"];
        let done = bench.kubectl_with(&arguments, text);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    apply(&rendered);
    for arguments in [&[overlay][..], &[overlay, "--exact"]] {
        let run = bench.diff(arguments);
        assert_eq!(run.code, 0, "{run:?}");
    }
    let report = bench.diff(&[overlay]).json();
    let databases: Vec<&Value> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["resource"])
        .filter(|it| it["kind"] == "RedisEnterpriseDatabase")
        .collect();
    let (name, namespace) = (databases[0]["name"].as_str().unwrap(), databases[0]["namespace"].as_str().unwrap());
    let patch = r#"{"spec":{"memorySize":"1GB","shardCount":7}}"#;
    bench.kubectl(&["-n", namespace, "patch", "redisenterprisedatabase", name, "--type", "merge", "-p", patch]);
    let run = bench.diff(&[overlay]);
    assert_eq!((run.code, &run.json()["summary"]["update"]), (1, &json!(1)), "{run:?}");
    let paths: BTreeSet<String> = run.paths("RedisEnterpriseDatabase", name).into_iter().collect();
    assert!(paths.contains("spec.memorySize"), "{paths:?}");
    let field = run.field("RedisEnterpriseDatabase", name, "spec.memorySize");
    assert_eq!((&field["before"], &field["manager"]["name"]), (&json!("1GB"), &json!("kubectl-patch")));
    assert!(field["origin"]["line"].is_u64() && field["origin"]["commit"].is_string(), "{field}");
    let _ = bench.kubectl_with(&["delete", "--wait=false", "-f", "-"], &rendered);
}
