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
    let (_, path) = bench.authority("other", &[]);
    let text = fs::read_to_string(&bench.kubeconfig).unwrap();
    let line = text.lines().find(|line| line.contains("certificate-authority")).unwrap();
    let start = line.find("certificate-authority: ").unwrap() + "certificate-authority: ".len();
    format!("{}{}}}", &line[..start], path.display())
}

/// A stand-in, which is no API server: it says that it is of a release that does not exist yet.
fn server_of_tomorrow() -> u16 {
    use std::io::{BufRead, BufReader, Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut stream = stream;
                loop {
                    let (mut first, mut length) = (String::new(), 0);
                    if reader.read_line(&mut first).unwrap_or(0) == 0 {
                        return;
                    }
                    loop {
                        let mut line = String::new();
                        let _ = reader.read_line(&mut line);
                        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                            length = value.trim().parse().unwrap();
                        }
                        if line.trim().is_empty() {
                            break;
                        }
                    }
                    let mut sent = vec![0; length];
                    let _ = reader.read_exact(&mut sent);
                    let kinds = json!({"kind": "APIGroupDiscoveryList", "items": [{"metadata": {"name": ""}, "versions": [{"version": "v1", "resources": [
                        {"resource": "configmaps", "responseKind": {"kind": "ConfigMap"}, "scope": "Namespaced", "verbs": ["get", "list", "patch"]},
                        {"resource": "secrets", "responseKind": {"kind": "Secret"}, "scope": "Namespaced", "verbs": ["get", "list", "patch"]}]}]}]});
                    let path = first.split(' ').nth(1).unwrap_or("");
                    let (status, body) = match path {
                        "/api" => ("200 OK", kinds.to_string()),
                        "/apis" => ("200 OK", json!({"kind": "APIGroupDiscoveryList", "items": []}).to_string()),
                        "/version" => ("200 OK", json!({"gitVersion": "v1.99.0"}).to_string()),
                        _ if first.starts_with("PATCH") => ("201 Created", String::from_utf8(sent).unwrap()),
                        _ if path.contains('?') => ("200 OK", json!({"items": []}).to_string()),
                        _ => {
                            ("404 Not Found", json!({"kind": "Status", "reason": "NotFound", "code": 404}).to_string())
                        }
                    };
                    let head = format!(
                        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                        body.len()
                    );
                    if stream.write_all(format!("{head}{body}").as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    port
}

#[test]
fn a_release_that_is_not_known_is_said_and_the_report_is_there() {
    let Some(bench) = bench() else { return };
    let config = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\ncontexts: [{{name: a, context: {{cluster: a}}}}]\nclusters: [{{name: a, cluster: {{server: 'http://127.0.0.1:{}'}}}}]\n",
        server_of_tomorrow()
    );
    bench.write(".git/tomorrow", &config);
    let run = bench.diff(&["prod", "--kubeconfig", ".git/tomorrow"]);
    assert_eq!((run.code, &run.json()["summary"]["create"]), (2, &json!(3)), "{run:?}");
    for part in ["redisops::kubernetes::version", "is v1.99.0, and schemas are known of"] {
        assert!(run.stderr.contains(part), "{part}: {}", run.stderr);
    }
}

#[test]
fn what_a_server_serves_is_kept_and_never_believed_unasked() {
    let Some(bench) = bench() else { return };
    assert_eq!(bench.diff(&["prod"]).code, 0);
    let kept = bench.path().join(".cache/redisops/discovery");
    let files = || -> Vec<_> { fs::read_dir(&kept).unwrap().map(|it| it.unwrap().path()).collect() };
    assert_eq!(files().len(), 2, "{:?}", files());
    // What is damaged is asked for again.
    files().iter().for_each(|file| fs::write(file, "nonsense").unwrap());
    assert_eq!(bench.diff(&["prod"]).code, 0);
    assert!(files().iter().all(|file| fs::metadata(file).unwrap().len() > 100));
    // A kind that is new is seen at once.
    let group = format!("{}.example.com", bench.namespace);
    bench.write("prod/kind.yaml", &format!("apiVersion: {group}/v1\nkind: Thing\nmetadata: {{name: a}}\n"));
    bench.write("prod/kustomization.yaml", "namespace: NAMESPACE\nresources: [all.yaml, kind.yaml]\n");
    assert_eq!(bench.diff(&["prod"]).code, 1);
    let definition = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: things.{group}}}\nspec:\n  group: {group}\n  scope: Namespaced\n  \
         names: {{kind: Thing, plural: things}}\n  versions:\n  - {{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object}}}}}}\n"
    );
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &definition).status.success());
    let name = format!("crd/things.{group}");
    bench.kubectl(&["wait", "--for=condition=Established", &name]);
    bench.apply_as("redisops", "prod");
    let begin = std::time::Instant::now();
    // Established, it still takes a server a moment to list it.
    while bench.diff(&["prod"]).code != 0 {
        assert!(begin.elapsed() < std::time::Duration::from_secs(30), "the new kind is never seen");
    }
    bench.kubectl(&["delete", "--wait=false", &name]);
}
