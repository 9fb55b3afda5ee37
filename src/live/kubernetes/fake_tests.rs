//! A server that answers what a test tells it, for what a real one does only on bad days.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use super::*;
use crate::live::kubernetes::Apply;
use crate::live::kubernetes::Listed;

const CORE: &str = r#"{"kind":"APIGroupDiscoveryList","items":[{"metadata":{"name":""},"versions":[{"version":"v1","resources":[
    {"resource":"configmaps","responseKind":{"group":"","version":"v1","kind":"ConfigMap"},"scope":"Namespaced","verbs":["get","list"]}]}]}]}"#;
const NONE: &str = r#"{"kind":"APIGroupDiscoveryList","items":[]}"#;

/// Starts a server; `answer` tells status, headers and body for a path and the number of times that it was asked for.
fn serve(
    answer: impl Fn(&str, usize) -> (u16, String, String) + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap_or(0) == 0 {
                    break;
                }
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let path = head.split(' ').nth(1).unwrap_or("").to_owned();
            let times = {
                let mut all = seen.lock().unwrap();
                let times = all.iter().filter(|it: &&String| it.split(' ').nth(1) == Some(&path)).count();
                all.push(head);
                times
            };
            let (status, headers, body) = match path.as_str() {
                "/api" => (200, String::new(), CORE.to_owned()),
                "/apis" => (200, String::new(), NONE.to_owned()),
                path => answer(path, times),
            };
            let head =
                format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    (server, asked)
}

fn run<T>(server: &str, work: impl AsyncFnOnce(Cluster) -> T) -> T {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = format!(
        "clusters: [{{name: a, cluster: {{server: '{server}'}}}}]\nusers: [{{name: u, user: {{token: t0ken}}}}]\n\
         contexts: [{{name: c, context: {{cluster: a, user: u, namespace: here}}}}]\ncurrent-context: c\n"
    );
    std::fs::write(file.path(), text).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut cluster = Cluster::connect(Some(file.path()), None).await.unwrap();
        let kept = tempfile::tempdir().unwrap();
        cluster.keep_in(kept.path());
        work(cluster).await
    })
}

#[test]
fn documents_are_found_and_lose_their_words() {
    let (server, asked) = serve(|path, _| {
        let body = match path {
            "/openapi/v3" => {
                r#"{"paths": {"apis/example.com/v1": {"serverRelativeURL": "/openapi/v3/apis/example.com/v1?hash=A"}, "api/v1": {}, "version": {}}}"#
            }
            _ => {
                r#"{"paths": {"/x": {}}, "components": {"schemas": {"a": {"description": "words", "properties": {"description": {"type": "string"}}}}}}"#
            }
        };
        (200, String::new(), body.to_owned())
    });
    run(&server, async |cluster| {
        assert_eq!((cluster.namespace(), cluster.context()), ("here", Some("c")));
        let mut found = group_versions(&cluster).await.unwrap();
        found.sort_by(|a, b| a.group.cmp(&b.group));
        let names: Vec<(&str, &str)> = found.iter().map(|it| (it.group.as_str(), it.version.as_str())).collect();
        assert_eq!(names, [("", "v1"), ("example.com", "v1")]);
        let document = pull(&cluster, &found[1]).await.unwrap();
        assert_eq!(
            document["components"]["schemas"],
            serde_json::json!({"a": {"properties": {"description": {"type": "string"}}}})
        );
    });
    let asked = asked.lock().unwrap();
    let last = asked.last().unwrap();
    assert!(last.starts_with("GET /openapi/v3/apis/example.com/v1?hash=A "), "{last}");
    assert!(last.to_lowercase().contains("authorization: bearer t0ken"), "{last}");
}

#[test]
fn documents_are_asked_for_again_only_when_they_are_others() {
    let (server, asked) = serve(|path, times| {
        let body = match (path, times) {
            // The index changes between the second and the third look.
            ("/openapi/v3", 0 | 1) => {
                r#"{"paths": {"apis/a.b/v1": {"serverRelativeURL": "/openapi/v3/apis/a.b/v1?hash=A"}}}"#
            }
            ("/openapi/v3", _) => {
                r#"{"paths": {"apis/a.b/v1": {"serverRelativeURL": "/openapi/v3/apis/a.b/v1?hash=B"}}}"#
            }
            (path, _) if path.ends_with("=A") => r#"{"components": {"schemas": {"a": {"type": "string"}}}}"#,
            _ => r#"{"components": {"schemas": {"b": {"type": "string"}}}}"#,
        };
        (200, String::new(), body.to_owned())
    });
    run(&server, async |cluster| {
        for schema in ["a", "a", "b"] {
            let found = group_versions(&cluster).await.unwrap();
            let document = pull(&cluster, &found[0]).await.unwrap();
            assert_eq!(document["components"]["schemas"], serde_json::json!({schema: {"type": "string"}}));
        }
    });
    let asked = asked.lock().unwrap();
    let paths: Vec<&str> = asked.iter().filter_map(|head| head.split(' ').nth(1)).skip(2).collect();
    assert_eq!(
        paths,
        [
            "/openapi/v3",
            "/openapi/v3/apis/a.b/v1?hash=A",
            "/openapi/v3",
            "/openapi/v3",
            "/openapi/v3/apis/a.b/v1?hash=B"
        ]
    );
}

#[test]
fn a_busy_server_is_asked_again_when_it_says_so() {
    let (server, asked) = serve(|_, times| match times {
        0 => (429, "retry-after: 0\r\n".to_owned(), "busy".to_owned()),
        1 => (503, String::new(), "starting".to_owned()),
        _ => (200, String::new(), r#"{"metadata":{"name":"x"}}"#.to_owned()),
    });
    run(&server, async |cluster| {
        let kind = cluster.kind_of("v1", "ConfigMap").unwrap();
        let found = cluster.get(kind, Some("a"), "x").await.unwrap().unwrap();
        assert_eq!(found["metadata"]["name"], "x");
        assert_eq!(cluster.kind_of("v1", "Cache").unwrap_err().code, "unknownKind");
    });
    assert_eq!(asked.lock().unwrap().len(), 5);
}

#[test]
fn lists_come_in_pages_and_begin_again_when_they_are_too_old() {
    let (server, _) = serve(|path, _| {
        let (status, body) = match path {
            it if it.contains("resourceVersion=0") => (200, r#"{"items":[{"metadata":{"name":"new"}}],"metadata":{}}"#),
            it if it.contains("continue=a%2Fb") => (410, r#"{"reason":"Expired"}"#),
            it if it.contains("continue=c") => (200, r#"{"items":[{"metadata":{"name":"two"}}],"metadata":{}}"#),
            it if it.contains("/old/") => {
                (200, r#"{"items":[{"metadata":{"name":"one"}}],"metadata":{"continue":"a/b"}}"#)
            }
            _ => (200, r#"{"items":[{"metadata":{"name":"one"}}],"metadata":{"continue":"c"}}"#),
        };
        (status, String::new(), body.to_owned())
    });
    run(&server, async |cluster| {
        let kind = cluster.kind_of("v1", "ConfigMap").unwrap();
        let names = |listed: Listed| -> Vec<String> {
            listed.items.iter().map(|it| format!("{} {}", it["kind"], it["metadata"]["name"])).collect()
        };
        let all = names(cluster.list(kind, Some("a"), None).await.unwrap());
        assert_eq!(all, [r#""ConfigMap" "one""#, r#""ConfigMap" "two""#]);
        assert_eq!(names(cluster.list(kind, Some("old"), None).await.unwrap()), [r#""ConfigMap" "new""#]);
    });
}

#[test]
fn what_is_refused_says_what_was_tried() {
    let (server, asked) = serve(|_, _| (403, String::new(), r#"{"message":"no","reason":"Forbidden"}"#.to_owned()));
    run(&server, async |cluster| {
        let kind = cluster.kind_of("v1", "ConfigMap").unwrap();
        let how = Apply { manager: "a b", force: true, dry_run: true };
        let error = cluster.server_apply(kind, Some("ns"), "x", Vec::new(), how).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.verb, error.resource.as_str()), ("forbidden", "patch", "configmaps"));
        assert_eq!(error.namespace.as_deref(), Some("ns"));
    });
    let asked = asked.lock().unwrap();
    let path = asked.last().unwrap().split(' ').nth(1).unwrap().to_owned();
    assert_eq!(
        path,
        "/api/v1/namespaces/ns/configmaps/x?fieldManager=a%20b&fieldValidation=Strict&force=true&dryRun=All"
    );
}

#[test]
fn a_server_that_is_down_is_said_at_once() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = "clusters: [{name: a, cluster: {server: 'http://127.0.0.1:9'}}]\n\
        contexts: [{name: c, context: {cluster: a}}]\ncurrent-context: c\n";
    std::fs::write(file.path(), text).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(Cluster::connect(Some(file.path()), None)).err().unwrap();
    assert_eq!(error.code, "redisops::kubernetes::unreachable");
    assert!(error.message.starts_with("the API server `http://127.0.0.1:9` cannot be asked"), "{}", error.message);
}
