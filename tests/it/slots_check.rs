//! `redisops slots check` on saved states, and what `slots fix` says before it touches anything.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::process::{Command, Output};

fn redisops(arguments: &[&str], dir: &std::path::Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redisops")).arg("slots").args(arguments).current_dir(dir).output().unwrap()
}

/// Checks a state; its exit code and what it prints.
fn check(state: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("state.json"), state).unwrap();
    let output = redisops(&[&["check", "--state", "state.json"], more].concat(), dir.path());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

const WHOLE: &str = r#"{"apiVersion":"redisops.dev/v1","kind":"ClusterState","nodes":[
    {"id":"aaaaaaaaaaaa","address":"10.0.0.1:7001","role":"master","slots":[[0,8191]],"configEpoch":1},
    {"id":"bbbbbbbbbbbb","address":"10.0.0.2:7001","role":"master","slots":[[8192,16383]],"configEpoch":2},
    {"id":"cccccccccccc","address":"10.0.0.3:7001","role":"replica","master":"aaaaaaaaaaaa","configEpoch":1},
    {"id":"dddddddddddd","address":"10.0.0.4:7001","role":"replica","master":"bbbbbbbbbbbb","configEpoch":2}]}"#;

#[test]
fn a_state_that_is_whole() {
    let (code, stdout, stderr) = check(WHOLE, &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout, "whole: 16384 slots owned once by 2 masters with 2 replicas, nothing open, all views agree\n");
    let (code, stdout, _) = check(WHOLE, &["-o", "json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let wanted =
        serde_json::json!({"apiVersion": "redisops.dev/v1", "kind": "HealthReport", "whole": true, "findings": []});
    assert_eq!((code, report), (Some(0), wanted));
}

#[test]
fn everything_that_is_wrong_is_told_in_one_go() {
    let state = WHOLE
        .replace("[[8192,16383]]", "[[8000,8190],[8192,16380]]")
        .replace(r#""master":"aaaaaaaaaaaa""#, r#""master":"aaaaaaaaaaaa","flags":["fail"]"#)
        .replace("}]}", r#"}],"open":[{"slot":5,"node":"aaaaaaaaaaaa","migrating":"bbbbbbbbbbbb"},{"slot":5,"node":"bbbbbbbbbbbb","importing":"aaaaaaaaaaaa"}]}"#);
    let (code, stdout, stderr) = check(&state, &[]);
    assert_eq!((code, stderr.as_str()), (Some(1), ""));
    insta::assert_snapshot!(stdout);
}

#[test]
fn two_owners_of_one_epoch_are_a_finding_and_a_file_that_is_none_is_a_mistake() {
    let twice = WHOLE.replace("[[8192,16383]]", "[[8191,16383]]").replace(r#""configEpoch":2"#, r#""configEpoch":1"#);
    let (code, stdout, _) = check(&twice, &["-o", "json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, report["findings"][0]["rule"].as_str()), (Some(1), Some("two-owners")));
    assert_eq!(report["findings"][0]["slots"], serde_json::json!([[8191, 8191]]));
    for (wrong, said) in
        [("{", "no JSON"), (r#"{"nodes":[]}"#, "no nodes"), (r#"{"kind":"SlotPlan"}"#, "no ClusterState")]
    {
        let (code, stdout, stderr) = check(wrong, &[]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{wrong}");
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn pictures_are_drawn_beside_the_answer() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("state.json"), WHOLE).unwrap();
    let output = redisops(&["check", "--state", "state.json", "--svg", "map.svg", "--html", "map.html"], dir.path());
    assert_eq!(output.status.code(), Some(0));
    assert!(fs::read_to_string(dir.path().join("map.svg")).unwrap().starts_with("<svg"));
    assert!(fs::read_to_string(dir.path().join("map.html")).unwrap().contains("<svg"));
}

#[test]
fn a_cluster_has_to_be_named_and_reached() {
    let dir = tempfile::tempdir().unwrap();
    for (arguments, said) in [
        (vec!["check"], "no cluster is named"),
        (vec!["check", "127.0.0.1:1"], "127.0.0.1:1"),
        (vec!["fix", "127.0.0.1:1", "--yes"], "127.0.0.1:1"),
        (vec!["fix", "127.0.0.1:1", "--on-conflict", "both"], "source, target"),
        (vec!["fix"], "SEED"),
    ] {
        let output = redisops(&arguments, dir.path());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
}
