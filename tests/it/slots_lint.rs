//! `redisops slots lint` with key models.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

fn lint(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redisops"))
        .args(["slots", "lint"])
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/keys"))
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn everything_that_can_be_wrong_is_shown_with_its_place() {
    let output = lint(&["shop.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output));
}

#[test]
fn the_json_form_is_a_validation_report() {
    let output = lint(&["shop.yaml", "-o", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
    assert_eq!((&report["apiVersion"], &report["kind"]), (&"redisops.dev/v1".into(), &"ValidationReport".into()));
    let findings = report["findings"].as_array().unwrap();
    let short: Vec<String> = findings
        .iter()
        .map(|f| {
            let word = |name: &str| f[name].as_str().map_or_else(|| f[name].to_string(), str::to_owned);
            let [rule, severity, file, line, column] = ["rule", "severity", "file", "line", "column"].map(word);
            format!("{severity} {rule} {file}:{line}:{column} {}", word("path"))
        })
        .collect();
    insta::assert_snapshot!(short.join("\n"));
    let errors = findings.iter().filter(|f| f["severity"] == "error").count();
    assert_eq!(
        report["summary"],
        serde_json::json!({"targets": 1, "resources": 9, "errors": errors, "warnings": findings.len() - errors})
    );
    for field in ["rule", "severity", "message", "help", "resource", "path", "file", "line", "column"] {
        assert!(findings.iter().all(|f| f.get(field).is_some()), "{field}");
    }
}

#[test]
fn a_script_is_checked_without_a_model() {
    let output = lint(&["lua/reserve.lua"]);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(text(&output));
    let missing = lint(&["none.lua"]);
    assert_eq!((missing.status.code(), missing.stdout.len()), (Some(2), 0));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("there is no file `none.lua`"));
}

#[test]
fn keys_by_the_rules_are_let_through() {
    let output = lint(&["good.yaml"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output));
}

#[test]
fn what_is_no_key_model_is_refused() {
    let refused = |model: &str| {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("keys.yaml"), model).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_redisops"))
            .args(["slots", "lint", "keys.yaml"])
            .current_dir(dir.path())
            .output()
            .unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        String::from_utf8(output.stderr).unwrap()
    };
    let head = "apiVersion: redisops.dev/v1alpha1\nkind: KeyModel\n";
    let wrong = format!(
        "{head}patterns:\n- name: a\n  pattern: \"{{x:<id}}:y\"\n- name: a\n  pattern: b\n  size: 3 horses\n  ttl: soon\n  type: strin\n\
         - pattern: c:<x>\n  values: {{y: 3}}\n- name: d\n"
    );
    insta::assert_snapshot!(refused(&wrong));
    let names = format!(
        "{head}patterns:\n- {{name: cart, pattern: \"cart:<id>\"}}\ntogether:\n- patterns: [crat]\n- patterns: [cart]\n  differ: [ix]\n- command: MGET\n\
         scripts:\n- name: x\n- name: y\n  file: none.lua\n  keys: [basket]\n"
    );
    insta::assert_snapshot!(refused(&names));
    insta::assert_snapshot!(refused(&format!("{head}patterns:\n- name: a\n  pattern: {{user:<id>}}:profile\n")));
    insta::assert_snapshot!(refused(&format!("{head}patterns:\n- name: a\n  pattern: {{user}}\n")));
    insta::assert_snapshot!(refused(&format!("{head}scripts:\n- file: none.lua\n")));
    insta::assert_snapshot!(refused("kind: Deployment\n"));
    insta::assert_snapshot!(refused(""));
}
