//! Sets of objects, plans in files, locks.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::applying::{applied, apply, edit, live, result, results, step, system};
use crate::support::Bench;

const EXTRA: &str = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: extra\n---\n";

fn annotation(bench: &Bench, name: &str) -> String {
    let path = format!("{{.metadata.annotations.applyset\\.kubernetes\\.io/{name}}}");
    live(bench, "secret/redisops-prod", &path)
}

#[test]
fn what_the_files_no_longer_have_goes_when_asked_for() {
    let Some(bench) = system() else { return };
    edit(&bench, "---\n", EXTRA);
    applied(&bench, &[]);
    let kinds = "ConfigMap,Job.batch,Secret,Service,ServiceAccount,StatefulSet.apps";
    assert_eq!(annotation(&bench, "contains-group-kinds"), kinds);
    assert!(annotation(&bench, "tooling").starts_with("redisops/v"));
    let id = live(&bench, "secret/redisops-prod", "{.metadata.labels.applyset\\.kubernetes\\.io/id}");
    assert_eq!(live(&bench, "configmap/extra", "{.metadata.labels.applyset\\.kubernetes\\.io/part-of}"), id);

    edit(&bench, EXTRA, "---\n");
    let run = applied(&bench, &[]);
    assert_eq!(result(&run, "ConfigMap", "extra"), "kept");
    assert!(run.stderr.contains("--prune"), "{}", run.stderr);
    assert_eq!(annotation(&bench, "contains-group-kinds"), kinds, "members are left");
    let plan = bench.redisops(&["plan", "prod", "-o", "json"]);
    let deletes = plan.json()["steps"].as_array().unwrap().iter().filter(|it| it["action"] == "delete").count();
    assert_eq!(deletes, 2, "{plan:?}");
    let run = applied(&bench, &["--prune"]);
    assert_eq!(
        (result(&run, "ConfigMap", "extra"), result(&run, "ServiceAccount", "extra")),
        ("pruned".into(), "pruned".into())
    );
    assert_eq!(annotation(&bench, "contains-group-kinds"), "ConfigMap,Job.batch,Secret,Service,StatefulSet.apps");
    assert_eq!(results(&applied(&bench, &["--prune"])), ["unchanged"]);
}

#[test]
fn objects_of_others_and_sets_of_other_tools_are_left_alone() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    let namespace = bench.namespace.clone();
    bench.kubectl(&["-n", &namespace, "create", "configmap", "foreign"]);
    assert_eq!(results(&applied(&bench, &["--prune"])), ["unchanged"]);
    assert_eq!(live(&bench, "configmap/foreign", "{.metadata.name}"), "foreign");
    bench.kubectl(&[
        "-n",
        &namespace,
        "annotate",
        "--overwrite",
        "secret/redisops-prod",
        "applyset.kubernetes.io/tooling=kubectl/v1.36.0",
    ]);
    let run = apply(&bench, &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains("kubectl/v1.36.0") && run.stderr.contains("--adopt-applyset redisops-prod"),
        "{}",
        run.stderr
    );
    applied(&bench, &["--adopt-applyset", "redisops-prod"]);
    applied(&bench, &[]);
}

#[test]
fn a_set_of_kubectl_is_taken_over_with_its_members() {
    let Some(bench) = system() else { return };
    let namespace = bench.namespace.clone();
    let rendered = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: \"1\"}\n";
    let done = bench.kubectl_alpha(
        &["-n", &namespace, "apply", "--server-side", "--prune", "--applyset=theirs", "-f", "-"],
        rendered,
    );
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let run = applied(&bench, &["--adopt-applyset", "theirs", "--prune", "--force-conflicts"]);
    assert_eq!(result(&run, "ConfigMap", "old"), "pruned");
    assert_eq!(live(&bench, "secret/theirs", "{.metadata.labels}"), "");
    assert_eq!(results(&applied(&bench, &["--adopt-applyset", "theirs"])), ["unchanged"]);
}

#[test]
fn a_finalizer_that_hangs_is_named() {
    let Some(bench) = system() else { return };
    edit(
        &bench,
        "---\n",
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n  finalizers: [example.com/wait]\n---\n",
    );
    applied(&bench, &[]);
    edit(
        &bench,
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n  finalizers: [example.com/wait]\n---\n",
        "---\n",
    );
    let run = bench.redisops(&["apply", "prod", "--yes", "--prune", "--timeout", "2s", "-o", "json"]);
    assert_eq!(
        (run.code, &step(&run, "ConfigMap", "extra")["error"]["code"]),
        (2, &Value::from("finalizer")),
        "{run:?}"
    );
    assert!(run.stderr.contains("example.com/wait"), "{}", run.stderr);
    let namespace = bench.namespace.clone();
    bench.kubectl(&[
        "-n",
        &namespace,
        "patch",
        "configmap/extra",
        "--type=json",
        "-p",
        r#"[{"op":"remove","path":"/metadata/finalizers"}]"#,
    ]);
    applied(&bench, &["--prune"]);
}

#[test]
fn a_plan_holds_until_something_has_a_third_value() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    edit(&bench, "a: \"1\"", "a: \"2\"");
    edit(&bench, "replicas: 2", "replicas: 3");
    let plan = bench.redisops(&["plan", "prod", "--out", "plan.json", "-o", "json"]);
    assert_eq!(plan.code, 0, "{plan:?}");
    let again = bench.redisops(&["plan", "prod", "-o", "json"]);
    assert_eq!(plan.json()["digest"], again.json()["digest"]);
    let by_plan = |arguments: &[&str]| {
        let mut all = vec!["apply", "plan.json", "--yes", "--timeout", "60s", "-o", "json"];
        all.extend(arguments);
        bench.redisops(&all)
    };
    let namespace = bench.namespace.clone();
    bench.kubectl(&[
        "-n",
        &namespace,
        "patch",
        "configmap/settings",
        "--type=merge",
        "-p",
        r#"{"data":{"a":"3"}}"#,
        "--field-manager=redisops",
    ]);
    let run = by_plan(&[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains("stale") && run.stderr.contains("ConfigMap/") && run.stderr.contains("data.a"),
        "{}",
        run.stderr
    );
    assert_eq!(live(&bench, "statefulset/cache", "{.spec.replicas}"), "2", "nothing was done");
    // Half of it is done already.
    bench.kubectl(&[
        "-n",
        &namespace,
        "patch",
        "configmap/settings",
        "--type=merge",
        "-p",
        r#"{"data":{"a":"2"}}"#,
        "--field-manager=redisops",
    ]);
    let run = by_plan(&[]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.json()["steps"].as_array().unwrap().len(), 1, "the other step is finished: {run:?}");
    assert_eq!(result(&run, "StatefulSet", "cache"), "changed");
    assert_eq!(by_plan(&[]).code, 0, "all of it is finished");
    edit(&bench, "replicas: 3", "replicas: 4");
    let run = by_plan(&[]);
    assert!(run.code == 2 && run.stderr.contains("the files say 4 now, the plan 3"), "{run:?}");
}

#[test]
fn a_plan_of_another_cluster_and_an_edited_one_are_refused() {
    let Some(bench) = system() else { return };
    bench.redisops(&["plan", "prod", "--out", "plan.json"]);
    let path = bench.path().join("plan.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("\"risk\":\"none\"", "\"risk\":\"low\"")).unwrap();
    let run = bench.redisops(&["apply", "plan.json", "--yes"]);
    assert!(run.code == 2 && run.stderr.contains("edited"), "{run:?}");
    let mut plan: redisops::plan::Plan = serde_json::from_str(&text).unwrap();
    plan.cluster.as_mut().unwrap().uid = Some("another".to_owned());
    let mut value = serde_json::to_value(plan.sealed()).unwrap();
    value["apiVersion"] = "redisops.dev/v1".into();
    value["kind"] = "Plan".into();
    std::fs::write(&path, value.to_string()).unwrap();
    let run = bench.redisops(&["apply", "plan.json", "--yes"]);
    assert!(run.code == 2 && run.stderr.contains("another cluster"), "{run:?}");
    assert_eq!(live(&bench, "statefulset", "{.items}"), "[]");
}

/// A system whose first wave never gets ready.
fn stuck() -> Option<Bench> {
    let bench = system()?;
    edit(
        &bench,
        "      containers:\n      - name: redis",
        "      nodeSelector: {no: where}\n      containers:\n      - name: redis",
    );
    Some(bench)
}

fn begun(bench: &Bench) -> std::process::Child {
    let child = bench
        .command(&["apply", "prod", "--yes", "--timeout", "60s", "-o", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while !String::from_utf8_lossy(
        &bench.kubectl_with(&["-n", &bench.namespace, "get", "lease,statefulset", "-o", "name"], "").stdout,
    )
    .contains("statefulset")
    {
        assert!(Instant::now() < deadline, "it does not begin");
        std::thread::sleep(Duration::from_millis(100));
    }
    child
}

#[test]
fn two_runs_do_not_meet_and_a_killed_one_is_taken_over() {
    let Some(bench) = stuck() else { return };
    let mut first = begun(&bench);
    let run = apply(&bench, &[]);
    assert_eq!(run.code, 2, "{run:?}");
    let holder = format!("pid {}", first.id());
    assert!(run.stderr.contains(&holder) && run.stderr.contains("is at work"), "{holder}: {}", run.stderr);
    assert_eq!(bench.redisops(&["plan", "prod"]).code, 0, "a plan needs no lock");
    first.kill().unwrap();
    first.wait().unwrap();
    edit(&bench, "      nodeSelector: {no: where}\n", "");
    let deadline = Instant::now() + Duration::from_secs(40);
    let run = loop {
        let run = apply(&bench, &["--no-wait"]);
        if run.code == 0 || !run.stderr.contains("is at work") {
            break run;
        }
        assert!(Instant::now() < deadline, "{run:?}");
        std::thread::sleep(Duration::from_millis(500));
    };
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(live(&bench, "lease", "{.items}"), "[]");
}

#[cfg(unix)]
#[test]
fn an_interrupt_gives_the_lock_back() {
    let Some(bench) = stuck() else { return };
    let child = begun(&bench);
    let told = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(told.success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("finishing what is begun"), "{stderr}");
    assert_eq!(live(&bench, "lease", "{.items}"), "[]");
}

#[test]
fn a_third_value_in_a_secret_is_refused_by_name_and_never_shown() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    edit(&bench, "password: hunter2", "password: wanted-value");
    let plan = bench.redisops(&["plan", "prod", "--out", "plan.json", "-o", "json"]);
    assert_eq!(plan.code, 0, "{plan:?}");
    let field = plan.json()["steps"][0]["fields"][0].clone();
    assert_eq!((&field["path"], &field["before"]), (&Value::from("data.password"), &Value::from("••••")), "{field}");
    assert!(field["seal"]["before"].is_string() && field["seal"]["before"] != field["seal"]["after"], "{field}");
    let by_plan = || bench.redisops(&["apply", "plan.json", "--yes", "--timeout", "60s", "-o", "json"]);
    let set = |value: &str| {
        let patch = format!("{{\"stringData\":{{\"password\":\"{value}\"}}}}");
        let arguments = ["-n", &bench.namespace, "patch", "secret/auth", "--type=merge", "-p", &patch];
        bench.kubectl(&[&arguments[..], &["--field-manager=redisops"]].concat());
    };
    set("third-value");
    let run = by_plan();
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("stale: Secret/") && run.stderr.contains("data.password"), "{}", run.stderr);
    edit(&bench, "password: wanted-value", "password: other-value");
    set("hunter2");
    let other = by_plan();
    assert!(other.code == 2 && other.stderr.contains("the files have another value"), "{other:?}");
    edit(&bench, "password: other-value", "password: wanted-value");
    let done = by_plan();
    assert_eq!((done.code, result(&done, "Secret", "auth")), (0, "changed".to_owned()), "{done:?}");
    assert_eq!(live(&bench, "secret/auth", "{.data.password}"), "d2FudGVkLXZhbHVl");
    let finished = by_plan();
    assert_eq!((finished.code, &finished.json()["steps"]), (0, &serde_json::json!([])), "{finished:?}");
    let all = format!("{plan:?}{run:?}{other:?}{done:?}{finished:?}");
    for value in ["hunter2", "wanted-value", "third-value", "other-value", "d2FudGVkLXZhbHVl", "aHVudGVyMg"] {
        assert!(!all.contains(value), "{value}");
    }
}

#[test]
fn a_secret_of_a_store_is_fetched_again_for_a_plan() {
    let Some(bench) = system() else { return };
    edit(&bench, "password: hunter2", "password: <path:shop#password>");
    let with = |value: &str, arguments: &[&str]| {
        let mut command = bench.command(arguments);
        command.env("AVP_TYPE", "env").env("SHOP_PASSWORD", value);
        crate::support::Run::of(command.output().unwrap())
    };
    let apply = ["apply", "prod", "--yes", "--timeout", "60s", "-o", "json"];
    assert_eq!(with("value-of-monday", &apply).code, 0);
    let plan = with("value-of-tuesday", &["plan", "prod", "--out", "plan.json", "-o", "json"]);
    assert_eq!((plan.code, plan.json()["steps"].as_array().unwrap().len()), (0, 1), "{plan:?}");
    // The store has a newer value by now; the plan says that the value is taken from there.
    let run = with("value-of-friday", &["apply", "plan.json", "--yes", "--timeout", "60s", "-o", "json"]);
    assert_eq!((run.code, result(&run, "Secret", "auth")), (0, "changed".to_owned()), "{run:?}");
    assert_eq!(live(&bench, "secret/auth", "{.data.password}"), "dmFsdWUtb2YtZnJpZGF5");
    assert!(!format!("{plan:?}{run:?}").contains("value-of-"));
}

#[test]
fn what_argo_cd_is_told_to_ignore_is_left_alone() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    bench.write(
        "argocd/app.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n  source: {path: prod}\n  ignoreDifferences:\n  \
         - {group: apps, kind: StatefulSet, jsonPointers: [/spec/replicas]}\n",
    );
    let namespace = bench.namespace.clone();
    bench.kubectl(&["-n", &namespace, "scale", "statefulset/cache", "--replicas", "4"]);
    assert_eq!(bench.diff(&["prod"]).code, 0);
    let plan = bench.redisops(&["plan", "prod", "-o", "json"]);
    assert_eq!(plan.json()["steps"], serde_json::json!([]), "{plan:?}");
    assert_eq!(results(&applied(&bench, &[])), ["unchanged"]);
    // Another field of it changes: what is ignored is neither changed nor in the way.
    edit(&bench, "redis:7", "redis:8");
    let plan = bench.redisops(&["plan", "prod", "-o", "json"]);
    let fields = plan.json()["steps"][0]["fields"].clone();
    assert!(fields.as_array().unwrap().iter().all(|it| it["path"] != "spec.replicas"), "{fields}");
    assert_eq!(result(&applied(&bench, &[]), "StatefulSet", "cache"), "changed");
    assert_eq!(
        live(&bench, "statefulset/cache", "{.spec.replicas} {.spec.template.spec.containers[0].image}"),
        "4 redis:8"
    );
    // Without the rule it is drift again.
    std::fs::remove_file(bench.path().join("argocd/app.yaml")).unwrap();
    assert_eq!(bench.redisops(&["plan", "prod", "--exit-code"]).code, 1);
}
