//! `redisops slots key` without a cluster.
#![allow(clippy::unwrap_used)]

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::ffi::OsStringExt;
use std::process::{Command, Output, Stdio};

fn run(arguments: &[&OsStr], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_redisops"))
        .args(["slots", "key"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn stdout(arguments: &[&str], input: &[u8]) -> String {
    let output = run(&arguments.iter().map(OsStr::new).collect::<Vec<_>>(), input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_json_form_has_these_fields_and_no_others() {
    let text = stdout(&["{user:42}:profile", "foo", "a{}b", "-o", "json"], b"");
    let found: serde_json::Value = serde_json::from_str(&text).unwrap();
    let wanted = serde_json::json!({"apiVersion": "redisops.dev/v1", "kind": "KeySlots", "keys": [
        {"key": "{user:42}:profile", "tag": "user:42", "slot": 15880},
        {"key": "foo", "tag": null, "slot": 12182},
        {"key": "a{}b", "tag": null, "slot": 13694},
    ]});
    assert_eq!(found, wanted);
    assert_eq!(found.as_object().unwrap().keys().collect::<Vec<_>>(), ["apiVersion", "kind", "keys"]);
}

#[test]
fn keys_are_bytes() {
    let key = OsString::from_vec(b"\xff{\xfe}".to_vec());
    let output = run(&[&key, OsStr::new("-o"), OsStr::new("json")], b"");
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        found["keys"][0],
        serde_json::json!({"key": "\\xff{\\xfe}", "tag": "\\xfe", "slot": 3793, "escaped": true})
    );
}

#[test]
fn a_dash_stands_for_the_lines_of_standard_input() {
    let text = stdout(&["first", "-", "last"], b"{a}1\n{a}2\n\nwith space\n");
    let keys: Vec<&str> = text.lines().skip(1).map(|line| line.split("  ").next().unwrap().trim()).collect();
    assert_eq!(keys, ["first", "{a}1", "{a}2", "\"\"", "with space", "last"]);
    assert_eq!(stdout(&["-"], b"").lines().count(), 1);
}

#[test]
fn a_state_tells_who_owns_the_slots() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let state = r#"{"kind":"ClusterState","nodes":[{"id":"aa","address":"127.0.0.1:7001","role":"master","slots":[[16287,16287]]}]}"#;
    std::fs::write(&file, state).unwrap();
    let path = file.path().to_str().unwrap();
    let found: serde_json::Value =
        serde_json::from_str(&stdout(&["{user:1}:a{b}", "foo{x}", "a", "--state", path, "-o", "json"], b"")).unwrap();
    let owners: Vec<_> = (0..3).map(|at| found["keys"][at].get("owner").cloned().unwrap()).collect();
    assert_eq!(owners, [serde_json::Value::Null, "aa".into(), serde_json::Value::Null]);
}

#[test]
fn what_is_missing_is_told() {
    let failed = |arguments: &[&str]| {
        let output = run(&arguments.iter().map(OsStr::new).collect::<Vec<_>>(), b"");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(failed(&[]).contains("<KEY>"));
    assert!(failed(&["a", "--state", "/none"]).contains("`/none` cannot be read"));
    assert!(
        failed(&["a", "--seed", "nowhere"]).contains("`nowhere` is neither the address of a node nor an environment")
    );
}
