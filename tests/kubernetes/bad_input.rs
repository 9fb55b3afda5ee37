//! What cannot be done is said, and hides nothing that can.

use std::fs;

use serde_json::{Value, json};

use crate::support::Bench;

const OBJECTS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: one}
data: {a: b}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two}
---
apiVersion: v1
kind: Secret
metadata: {name: auth}
stringData: {a: b}
";

fn bench() -> Option<Bench> {
    let bench = Bench::new()?;
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources:\n- all.yaml\n");
    bench.write("prod/all.yaml", OBJECTS);
    bench.apply_as("redisops", "prod");
    Some(bench)
}

#[test]
fn a_right_that_is_missing_is_named_with_the_role_that_would_do() {
    let Some(bench) = bench() else { return };
    let user = bench.user("- {apiGroups: [''], resources: [configmaps], verbs: [get]}");
    let run = bench.diff(&["prod", "--kubeconfig", user.to_str().unwrap()]);
    assert_eq!((run.code, &run.json()["summary"]["unchanged"]), (2, &json!(2)), "{run:?}");
    let error = run.change("Secret", "auth")["error"].clone();
    assert_eq!(
        (&error["code"], &error["verb"], &error["resource"]),
        (&json!("forbidden"), &json!("get"), &json!("secrets"))
    );
    for part in ["the user may not get secrets", "kind: Role", "resources: [secrets]", "verbs: [get, list]"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn without_the_right_to_try_what_values_prove_is_clean_and_the_rest_is_not_sure() {
    let Some(bench) = bench() else { return };
    let user = bench.user("- {apiGroups: [''], resources: [configmaps, secrets], verbs: [get, list]}");
    let user = user.to_str().unwrap();
    assert_eq!(bench.diff(&["prod", "--kubeconfig", user]).code, 0);
    bench.write(
        "prod/all.yaml",
        &OBJECTS.replace("data: {a: b}\n---\napiVersion: v1\nkind: C", "data: {a: c}\n---\napiVersion: v1\nkind: C"),
    );
    let run = bench.diff(&["prod", "--kubeconfig", user]);
    assert_eq!(run.code, 2, "{run:?}");
    let change = run.change("ConfigMap", "one");
    assert_eq!(
        (&change["error"]["code"], &change["error"]["verb"]),
        (&json!("forbidden"), &json!("patch")),
        "{change}"
    );
    assert_eq!(change["fields"][0]["path"], "data.a");
    assert!(run.stderr.contains("verbs: [get, list, patch]"), "{}", run.stderr);
}

#[test]
fn a_cluster_that_is_not_reached_leaves_all_objects_in_the_report() {
    let Some(bench) = bench() else { return };
    let text = fs::read_to_string(&bench.kubeconfig).unwrap();
    let server = text.split('"').nth(1).unwrap().to_owned();
    let file = |name: &str, text: String| {
        bench.write(name, &text);
        name.to_owned()
    };
    let authority = text.lines().find(|line| line.contains("certificate-authority")).unwrap();
    let own = other_authority(&bench);
    let cases = [
        (
            "there is no kubeconfig",
            "redisops::kubernetes::kubeconfig",
            vec!["--kubeconfig".to_owned(), "absent".to_owned()],
        ),
        ("no such context", "has no context `staging`", vec!["--context".to_owned(), "staging".to_owned()]),
        (
            "nothing listens",
            "redisops::kubernetes::unreachable",
            vec!["--kubeconfig".to_owned(), file(".git/down", text.replace(&server, "https://127.0.0.1:9"))],
        ),
        (
            "a certificate that nobody here trusts",
            "redisops::kubernetes::certificate",
            vec!["--kubeconfig".to_owned(), file(".git/other", text.replace(authority, &own))],
        ),
        (
            "a token that has expired",
            "redisops::kubernetes::unauthorized",
            vec!["--kubeconfig".to_owned(), bench.with_token("expired").display().to_string()],
        ),
    ];
    for (what, wanted, arguments) in cases {
        let mut all = vec!["prod"];
        all.extend(arguments.iter().map(String::as_str));
        let run = bench.diff(&all);
        assert_eq!(run.code, 2, "{what}: {run:?}");
        assert!(run.stderr.contains(wanted), "{what}: {}", run.stderr);
        let report = run.json();
        assert_eq!(report["changes"].as_array().unwrap().len(), 3, "{what}: {report}");
        assert_ne!(run.change("ConfigMap", "two")["error"], Value::Null, "{what}");
        assert_eq!(report["summary"]["create"], 0);
    }
}

/// The line of a cluster that trusts another authority.
fn other_authority(bench: &Bench) -> String {
    let path = bench.path().join(".git/ca.crt");
    let key = bench.path().join(".git/ca.key");
    let done = std::process::Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=other",
            "-keyout",
        ])
        .arg(&key)
        .arg("-out")
        .arg(&path)
        .output()
        .unwrap();
    assert!(done.status.success());
    let text = fs::read_to_string(&bench.kubeconfig).unwrap();
    let line = text.lines().find(|line| line.contains("certificate-authority")).unwrap();
    let start = line.find("certificate-authority: ").unwrap() + "certificate-authority: ".len();
    format!("{}{}}}", &line[..start], path.display())
}
