//! Whole systems: applied, they are clean; every kind of object in them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::player::definitions;
use crate::support::{Bench, Run};

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
    drift_of_a_database(&bench, overlay);
    let _ = bench.kubectl_with(&["delete", "--wait=false", "-f", "-"], &rendered);
}

/// Changes the first database of a clean system beside its files, sees that this is found with both stories, and says which one it was.
pub fn drift_of_a_database(bench: &Bench, overlay: &str) -> String {
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
    name.to_owned()
}

/// Systems of `examples/`, by their overlays; drift of their objects is the same everywhere.
const SYSTEMS: [(&str, &str); 4] = [
    ("building-blocks", "overlays/production"),
    ("shopping-cart", "overlays/cluster"),
    ("caching-service", "overlays/today"),
    ("cluster-lab", "base"),
];

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// The name of the first object of a kind among those that were found clean.
fn first_of(run: &Run, kind: &str) -> String {
    let report = run.json();
    let changes = report["changes"].as_array().unwrap();
    let found = changes.iter().find(|it| it["resource"]["kind"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {report}"))["resource"]["name"].as_str().unwrap().to_owned()
}

#[test]
fn the_other_systems_are_clean_when_they_are_applied_and_their_drift_is_found() {
    let Some(bench) = Bench::new() else { return };
    definitions(&bench);
    drop(bench);
    std::thread::scope(|scope| {
        // Its flavour with sentinels comes from a chart.
        let has_helm = Command::new("helm").arg("version").output().is_ok();
        let sentinels = has_helm.then_some(("shopping-cart", "overlays/production"));
        for (system, overlay) in SYSTEMS.into_iter().chain(sentinels) {
            scope.spawn(move || clean_and_drifted(system, overlay));
        }
    });
}

fn clean_and_drifted(system: &str, overlay: &str) {
    let Some(bench) = Bench::new() else { return };
    let namespace = bench.namespace.clone();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(system), &bench.path().join("system"));
    bench.write("all/kustomization.yaml", &format!("namespace: NAMESPACE\nresources: [../system/{overlay}]\n"));
    if bench.path().join("system/base/charts").exists() && overlay == "overlays/production" {
        let chart = bench.redisops(&["build", "system/overlays/production", "--enable-helm", "--no-validate"]);
        assert_eq!(chart.code, 0, "{chart:?}");
        bench.write("all/chart.yaml", &chart.stdout);
        bench.write("all/kustomization.yaml", "namespace: NAMESPACE\nresources: [chart.yaml]\n");
    }
    bench.git(&["add", "-A"]);
    bench.git(&["commit", "-qm", system]);
    let new = bench.diff(&["all"]);
    assert_eq!(new.code, 1, "{system}: {new:?}");
    let (set, map, service) = (first_of(&new, "StatefulSet"), first_of(&new, "ConfigMap"), first_of(&new, "Service"));
    bench.apply_as("redisops", "all");
    for arguments in [&["all"][..], &["all", "--exact"]] {
        let run = bench.diff(arguments);
        assert_eq!(run.code, 0, "{system}: {run:?}");
    }
    let live = |kind: &str, name: &str| -> Value {
        serde_json::from_str(&bench.kubectl(&["-n", &namespace, "get", kind, name, "-o", "json"])).unwrap()
    };
    let container = live("statefulset", &set)["spec"]["template"]["spec"]["containers"][0]["name"].clone();
    // The policy that comes with a cluster lets nobody take its nodes away, a dry run included: more of them would be an error of its own.
    let is_guarded = new.stdout.contains("ValidatingAdmissionPolicy");
    let replicas = live("statefulset", &set)["spec"]["replicas"].as_u64().unwrap_or(1) + u64::from(!is_guarded);
    let patch = json!({"spec": {"replicas": replicas, "template": {"spec": {"containers": [{"name": container, "image": "other:1"}]}}}});
    bench.kubectl(&["-n", &namespace, "patch", "statefulset", &set, "-p", &patch.to_string()]);
    let key = live("configmap", &map)["data"].as_object().unwrap().keys().next().unwrap().clone();
    let patch = json!({"data": {key.clone(): "altered"}, "metadata": {"labels": {"added": "by-hand"}}});
    bench.kubectl(&["-n", &namespace, "patch", "configmap", &map, "--type", "merge", "-p", &patch.to_string()]);
    bench.kubectl(&["-n", &namespace, "delete", "service", &service]);
    let run = bench.diff(&["all", "--unmanaged"]);
    assert_eq!(
        (run.code, &run.json()["summary"]["update"], &run.json()["summary"]["create"]),
        (1, &json!(2), &json!(1)),
        "{system}: {run:?}"
    );
    assert_eq!(run.change("Service", &service)["change"], "create");
    let image = format!("spec.template.spec.containers[name={}].image", container.as_str().unwrap());
    let paths = run.paths("StatefulSet", &set);
    assert!(paths.contains(&"spec.replicas".to_owned()) != is_guarded && paths.contains(&image), "{system}: {paths:?}");
    for path in paths.iter().filter(|path| *path == "spec.replicas" || **path == image) {
        let field = run.field("StatefulSet", &set, path);
        assert_eq!(field["manager"]["name"], "kubectl-patch", "{system}: {field}");
        assert!(field["origin"]["line"].is_u64() && field["origin"]["commit"].is_string(), "{system}: {field}");
    }
    let added = run.field("ConfigMap", &map, "metadata.labels.added");
    assert_eq!((&added["unmanaged"], &added["before"]), (&json!(true), &json!("by-hand")), "{system}");
    let changed = run.change("ConfigMap", &map);
    let fields = changed["fields"].as_array().unwrap();
    assert!(
        fields.iter().any(|it| it["before"] == "altered" && it["path"].as_str().unwrap().contains(&key)),
        "{system}: {changed}"
    );
    // Namespaces go with their tests, what stands outside of them does not.
    for outside in new.json()["changes"].as_array().unwrap().iter().map(|it| &it["resource"]) {
        let (kind, name) = (outside["kind"].as_str().unwrap(), outside["name"].as_str().unwrap());
        if outside["namespace"].is_null() && kind != "Namespace" {
            bench.kubectl(&["delete", "--wait=false", kind, name]);
        }
    }
}
