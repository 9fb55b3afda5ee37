//! Forms of `validate` and `diff` for other tools: real reports are what those tools take, and hold no secret.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const FORMS: [&str; 7] = ["human", "json", "sarif", "junit", "github", "gitlab", "markdown"];

fn git(directory: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.test", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A repository with two overlays of a base in which values are secret. `{S}` stands for the secret, `{B}` for it in base64.
fn repository(secret: &str, base64: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), secret, base64);
    git(dir.path(), &["init", "-q", "-b", "main"]);
    git(dir.path(), &["add", "-A"]);
    git(dir.path(), &["commit", "-q", "-m", "start"]);
    dir
}

fn write(directory: &Path, secret: &str, base64: &str) {
    for (path, text) in [
        (
            "base/kustomization.yaml",
            "resources: [secret.yaml, config.yaml]\nsecretGenerator:\n- name: generated\n  literals: [\"password={S}1\"]\n  files: [token.txt]\n",
        ),
        ("base/token.txt", "{S}2\n"),
        (
            "base/secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: {S}3\ndata:\n  b: {B}\n",
        ),
        (
            "base/config.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: conf\ndata:\n  redis.conf: |\n    port 6379\n    requirepass {S}4\n    masterauth {S}5\n    user x on >{S}6 ~* +@all\n",
        ),
        ("overlays/a|b/kustomization.yaml", "namePrefix: ab-\nresources: [../../base]\n"),
        ("overlays/prod/kustomization.yaml", "namePrefix: prod-\nresources: [../../base]\n"),
    ] {
        let path = directory.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.replace("{S}", secret).replace("{B}", base64)).unwrap();
    }
}

fn run(directory: &Path, arguments: &[&str], form: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redisops"))
        .args(arguments)
        .args(["-o", form])
        .current_dir(directory)
        .output()
        .unwrap()
}

/// Whether a form is one that its readers take.
fn assert_is(form: &str, text: &str) {
    match form {
        "json" | "gitlab" => {
            serde_json::from_str::<Value>(text).unwrap();
        }
        "sarif" => {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sarif-2.1.0.json");
            let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            let document: Value = serde_json::from_str(text).unwrap();
            let validator = jsonschema::draft7::new(&schema).unwrap();
            let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new());
            assert!(!document["runs"][0]["results"].as_array().unwrap().is_empty());
        }
        "junit" => {
            roxmltree::Document::parse(text).unwrap();
        }
        "github" => assert!(text.lines().all(|line| line.starts_with("::")), "{text}"),
        "markdown" => {
            assert!(text.starts_with("<!-- redisops "), "{text}");
            assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        }
        _ => {}
    }
}

#[test]
fn no_form_tells_a_secret_whether_it_changed_or_is_wrong() {
    let dir = repository("sEcReToLd", "c0VjUmVUb0xk");
    write(dir.path(), "sEcReTnEw", "c0VjUmVUbkV3");
    let secret = |text: &str| ["sEcReT", "c0VjUmVU"].iter().any(|part| text.contains(part));
    for wrong in [false, true] {
        if wrong {
            let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  password: [sEcReTnEw]\ndata:\n  b: c0VjUmVU!\n  c:\n    d: sEcReTnEw\n";
            fs::write(dir.path().join("base/secret.yaml"), text).unwrap();
        }
        for form in FORMS {
            for arguments in [&["validate", "overlays/prod", "overlays/a|b"][..], &["diff", "--from", "HEAD"]] {
                let output = run(dir.path(), arguments, form);
                let text = String::from_utf8(output.stdout).unwrap();
                let told = String::from_utf8_lossy(&output.stderr);
                assert!(!secret(&text) && !secret(&told), "{arguments:?} -o {form}:\n{text}\n{told}");
                assert_eq!(
                    output.status.code(),
                    Some(i32::from(wrong || arguments[0] == "diff")),
                    "{arguments:?} {told}"
                );
                if wrong || arguments[0] == "diff" {
                    assert_is(form, &text);
                }
            }
        }
    }
}

#[test]
fn a_mistake_in_a_base_is_told_once_with_all_its_targets() {
    let dir = repository("x", "eA==");
    let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\nspec:\n  ports:\n  - port: 6379\n    prot: 1\n";
    fs::write(dir.path().join("base/secret.yaml"), text).unwrap();
    let targets = ["validate", "overlays/prod", "overlays/a|b"];
    let stdout = |form: &str| String::from_utf8(run(dir.path(), &targets, form).stdout).unwrap();
    let github = stdout("github");
    assert_eq!(github.matches("::error file=base/secret.yaml,line=8,col=5,").count(), 1, "{github}");
    assert!(github.contains("overlays/prod, overlays/a|b"), "{github}");
    let gitlab: Value = serde_json::from_str(&stdout("gitlab")).unwrap();
    let errors: Vec<&Value> = gitlab.as_array().unwrap().iter().filter(|issue| issue["severity"] == "major").collect();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["location"], serde_json::json!({"path": "base/secret.yaml", "lines": {"begin": 8}}));
    // In a test report each target fails by itself.
    let junit = stdout("junit");
    let document = roxmltree::Document::parse(&junit).unwrap();
    let failed = |suite: roxmltree::Node<'_, '_>| suite.attribute("failures") == Some("1");
    assert_eq!(document.descendants().filter(|node| node.has_tag_name("testsuite")).filter(|s| failed(*s)).count(), 2);
    let below = Command::new(env!("CARGO_BIN_EXE_redisops"))
        .args(["validate", ".", "-o", "github"])
        .current_dir(dir.path().join("overlays/prod"))
        .output()
        .unwrap();
    let below = String::from_utf8(below.stdout).unwrap();
    assert!(below.contains("file=base/secret.yaml,line=8"), "paths start at the root of the repository: {below}");
}
