//! Objects applied, changed, pruned, deleted; what is told, and what is left alone.

use serde_json::Value;

use crate::applying::{applied, apply, edit, live, result, results, step, system};

#[test]
fn from_nothing_to_ready_and_then_clean() {
    let Some(bench) = system() else { return };
    let first = applied(&bench, &[]);
    assert_eq!(results(&first), ["created"]);
    let order: Vec<String> = first.json()["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["resource"]["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(order, ["ConfigMap", "Secret", "Service", "StatefulSet", "Job"]);
    assert_eq!(live(&bench, "statefulset/cache", "{.status.readyReplicas}"), "2");
    assert_eq!(live(&bench, "job/once", "{.status.succeeded}"), "1");
    assert!(first.stderr.contains("ready StatefulSet/"), "{first:?}");
    assert!(!first.stderr.contains("hunter2") && !first.stdout.contains("hunter2"));
    let version = live(&bench, "statefulset/cache", "{.metadata.resourceVersion}");
    assert_eq!(results(&applied(&bench, &[])), ["unchanged"]);
    assert_eq!(live(&bench, "statefulset/cache", "{.metadata.resourceVersion}"), version);
    let plan = bench.redisops(&["plan", "prod", "--exit-code", "-o", "json"]);
    assert_eq!((plan.code, plan.json()["steps"].as_array().unwrap().len()), (0, 0), "{plan:?}");
    // Nothing is left of the lock.
    assert_eq!(live(&bench, "lease", "{.items}"), "[]");
}

#[test]
fn only_what_differs_is_written() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    edit(&bench, "a: \"1\"", "a: \"2\"");
    let plan = bench.redisops(&["plan", "prod", "--exit-code", "-o", "json"]);
    assert_eq!(plan.code, 1, "{plan:?}");
    let steps = plan.json()["steps"].clone();
    assert_eq!(steps.as_array().unwrap().len(), 1, "{steps}");
    assert_eq!(steps[0]["cause"]["file"], "prod/all.yaml");
    assert_eq!((&steps[0]["cause"]["line"], &steps[0]["action"]), (&Value::from(6), &Value::from("update")));
    let run = applied(&bench, &[]);
    assert_eq!(
        (result(&run, "ConfigMap", "settings"), result(&run, "StatefulSet", "cache")),
        ("changed".into(), "unchanged".into())
    );
    assert_eq!(live(&bench, "configmap/settings", "{.data.a}"), "2");
}

#[test]
fn a_field_that_the_files_gave_up_goes_and_one_of_others_stays() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    let namespace = bench.namespace.clone();
    bench.kubectl(&["-n", &namespace, "label", "configmap/settings", "team=x"]);
    edit(&bench, "  a: \"1\"\n", "");
    assert_eq!(result(&applied(&bench, &[]), "ConfigMap", "settings"), "changed");
    assert_eq!(live(&bench, "configmap/settings", "{.data.a}{.metadata.labels.team}"), "x");
}

#[test]
fn a_dry_run_writes_nothing() {
    let Some(bench) = system() else { return };
    let run = bench.redisops(&["apply", "prod", "--dry-run=server", "-o", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(results(&run), ["created"]);
    assert_eq!(
        live(&bench, "configmap,secret,lease,statefulset", "{.items[*].metadata.name}").replace("kube-root-ca.crt", ""),
        ""
    );
    edit(&bench, "port: 6379", "portt: 6379");
    let run = bench.redisops(&["apply", "prod", "--dry-run=server", "-o", "json"]);
    assert_eq!((run.code, result(&run, "Service", "cache")), (2, "failed".to_owned()), "{run:?}");
    assert_eq!(result(&run, "StatefulSet", "cache"), "created", "one failure hides no other");
}

#[test]
fn a_conflict_names_owner_field_and_line_and_touches_nothing() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    let namespace = bench.namespace.clone();
    bench.kubectl(&[
        "-n",
        &namespace,
        "patch",
        "configmap/settings",
        "--type=merge",
        "-p",
        r#"{"data":{"a":"other"}}"#,
        "--field-manager=somebody",
    ]);
    edit(&bench, "a: \"1\"", "a: \"2\"");
    let plan = bench.redisops(&["plan", "prod", "-o", "json"]).json();
    assert_eq!(
        plan["steps"][0]["consequence"], "`somebody` owns data.a: refused without `--force-conflicts`",
        "{plan}"
    );
    assert_eq!(plan["steps"][0]["risk"], "high");
    let run = apply(&bench, &[]);
    assert_eq!(run.code, 2, "{run:?}");
    let error = step(&run, "ConfigMap", "settings")["error"].clone();
    assert_eq!(
        (&error["code"], &error["manager"], &error["field"]),
        (&Value::from("conflict"), &Value::from("somebody"), &Value::from("data.a"))
    );
    assert_eq!((&error["file"], &error["line"]), (&Value::from("prod/all.yaml"), &Value::from(6)));
    for word in ["ConfigMap/", "settings", "data.a", "somebody", "prod/all.yaml:6", "--force-conflicts"] {
        assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
    }
    assert_eq!(live(&bench, "configmap/settings", "{.data.a}"), "other");
    applied(&bench, &["--force-conflicts"]);
    assert_eq!(live(&bench, "configmap/settings", "{.data.a}"), "2");
}

#[test]
fn what_cannot_change_can_be_replaced_by_name_and_pods_go_on() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    let pod = live(&bench, "pod/cache-0", "{.metadata.uid}");
    edit(&bench, "serviceName: cache", "serviceName: other");
    let run = apply(&bench, &[]);
    let error = step(&run, "StatefulSet", "cache")["error"].clone();
    assert_eq!((run.code, &error["code"], &error["line"]), (2, &Value::from("immutable"), &Value::from(34)), "{run:?}");
    assert!(run.stderr.contains("--replace StatefulSet/"), "{}", run.stderr);
    // A plan without it would be applied as if that were all.
    let plan = bench.redisops(&["plan", "prod", "--out", "plan.json"]);
    assert!(plan.code == 2 && plan.stderr.contains("no plan was written to plan.json"), "{plan:?}");
    assert!(!bench.path().join("plan.json").exists());
    let run = applied(&bench, &["--replace", "StatefulSet/cache"]);
    assert_eq!(result(&run, "StatefulSet", "cache"), "changed");
    assert_eq!(live(&bench, "pod/cache-0", "{.metadata.uid}"), pod);
    assert_eq!(live(&bench, "statefulset/cache", "{.spec.serviceName}"), "other");
}

#[test]
fn without_a_terminal_somebody_has_to_say_yes() {
    let Some(bench) = system() else { return };
    let run = bench.redisops(&["apply", "prod"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    assert!(run.stderr.contains("--yes"), "{run:?}");
    let run = bench.redisops(&["delete", "prod"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(live(&bench, "statefulset", "{.items}"), "[]");
}

#[test]
fn what_does_not_get_ready_is_told_with_what_its_pods_lack() {
    let Some(bench) = system() else { return };
    edit(
        &bench,
        "      containers:\n      - name: redis",
        "      nodeSelector: {no: where}\n      containers:\n      - name: redis",
    );
    let run = bench.redisops(&["apply", "prod", "--yes", "--timeout", "3s", "-o", "json"]);
    let error = step(&run, "StatefulSet", "cache")["error"].clone();
    assert_eq!((run.code, &error["code"]), (2, &Value::from("timeout")), "{run:?}");
    assert!(run.stderr.contains("pod cache-0") && run.stderr.contains("nodes are available"), "{}", run.stderr);
    assert!(run.json()["steps"].as_array().unwrap().iter().all(|it| it["resource"]["kind"] != "Job"), "a later wave");
    edit(&bench, "      nodeSelector: {no: where}\n", "");
    // What a StatefulSet does not do by itself.
    assert!(run.stderr.contains("delete the pod"), "{}", run.stderr);
    let run = applied(&bench, &["--no-wait"]);
    assert_eq!(
        (result(&run, "StatefulSet", "cache"), result(&run, "Job", "once")),
        ("changed".into(), "created".into())
    );
    bench.kubectl(&["-n", &bench.namespace, "delete", "pod", "cache-0"]);
    let run = applied(&bench, &[]);
    assert_eq!(results(&run), ["unchanged"]);
    assert_eq!(live(&bench, "statefulset/cache", "{.status.readyReplicas}"), "2", "it was waited for");
}

#[test]
fn everything_is_deleted_but_data_only_by_name() {
    let Some(bench) = system() else { return };
    let claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\nspec:\n  accessModes: [ReadWriteOnce]\n  \
                 storageClassName: late\n  resources: {requests: {storage: 1Gi}}\n";
    let class = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: late}\nprovisioner: none.example.com\nvolumeBindingMode: WaitForFirstConsumer\n";
    bench.kubectl_with(&["apply", "-f", "-"], class);
    edit(&bench, "---\n", &format!("{claim}---\n"));
    applied(&bench, &[]);
    let run = bench.redisops(&["delete", "prod", "--yes", "-o", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(result(&run, "PersistentVolumeClaim", "data"), "kept");
    assert_eq!(result(&run, "StatefulSet", "cache"), "pruned");
    assert!(run.stderr.contains("volumes of StatefulSets stay"), "{}", run.stderr);
    assert_eq!(live(&bench, "statefulset,service,job", "{.items}"), "[]");
    assert_eq!(live(&bench, "secret", "{.items[*].metadata.name}"), "redisops-prod", "it still has a member");
    let run = bench.redisops(&["delete", "prod", "--yes", "--delete", "PersistentVolumeClaim/data", "-o", "json"]);
    assert_eq!((run.code, result(&run, "PersistentVolumeClaim", "data")), (0, "pruned".to_owned()), "{run:?}");
    assert_eq!(live(&bench, "secret,pvc,lease", "{.items}"), "[]");
    assert_eq!(bench.redisops(&["delete", "prod", "--yes"]).code, 0, "nothing is left to delete");
}
