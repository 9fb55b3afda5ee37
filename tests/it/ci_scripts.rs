//! The scripts under `action.yml` and `ci/gitlab.yml`, run as continuous integration runs them.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.test", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", told(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn write(directory: &Path, path: &str, text: &str) {
    let path = directory.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A repository with two overlays, on a branch that has left main; and the commit where it left.
fn repository() -> (TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let top = dir.path();
    write(top, "base/kustomization.yaml", "resources: [a.yaml]\n");
    write(top, "base/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n");
    write(top, "overlays/dev/kustomization.yaml", "namePrefix: dev-\nresources: [../../base]\n");
    write(top, "overlays/prod/kustomization.yaml", "namePrefix: prod-\nresources: [../../base, own.yaml]\n");
    write(top, "overlays/prod/own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\ndata:\n  k: v\n");
    git(top, &["init", "-q", "-b", "main"]);
    git(top, &["add", "-A"]);
    git(top, &["commit", "-q", "-m", "start"]);
    let base = git(top, &["rev-parse", "HEAD"]);
    git(top, &["checkout", "-q", "-b", "topic"]);
    (dir, base)
}

fn pull_request(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(project("ci/pull-request"))
        .args(arguments)
        .current_dir(directory)
        .env("REDISOPS", env!("CARGO_BIN_EXE_redisops"))
        .output()
        .unwrap()
}

fn report(directory: &Path, name: &str) -> String {
    let path = directory.join("redisops-report").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_pull_request_gets_every_report() {
    let (dir, base) = repository();
    let top = dir.path();
    write(top, "overlays/prod/own.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\ndata:\n  k: w\n");
    git(top, &["commit", "-q", "-a", "-m", "change"]);
    let output = pull_request(top, &["--from", &base]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let affected: Value = serde_json::from_str(&report(top, "affected.json")).unwrap();
    assert_eq!(affected["targets"].as_array().unwrap().len(), 1);
    let validated: Value = serde_json::from_str(&report(top, "validate.json")).unwrap();
    assert_eq!(validated["summary"]["targets"], 1, "only what the change touches is validated");
    let sarif: Value = serde_json::from_str(&report(top, "validate.sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    roxmltree::Document::parse(&report(top, "validate-junit.xml")).unwrap();
    assert!(serde_json::from_str::<Value>(&report(top, "validate-codequality.json")).unwrap().is_array());
    assert!(report(top, "validate.md").starts_with("<!-- redisops validate -->\n"));
    assert!(report(top, "diff.md").starts_with("<!-- redisops diff -->\n"));
    let diff: Value = serde_json::from_str(&report(top, "diff.json")).unwrap();
    assert_eq!(diff["changes"][0]["target"], "overlays/prod", "{diff}");
}

#[test]
fn what_is_wrong_fails_the_run_and_becomes_an_annotation() {
    let (dir, base) = repository();
    let top = dir.path();
    write(top, "base/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndatta:\n  k: v\n");
    let output = pull_request(top, &["--from", &base, "--annotations", "github", "--no-diff"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let annotation = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(annotation.starts_with("::error file=base/a.yaml,line=5,col=1,title="), "{annotation}");
    assert_eq!(annotation.lines().count(), 1, "one mistake in a base is one annotation: {annotation}");
    assert!(!top.join("redisops-report/diff.md").exists());
    // A new branch has no commit before it: all is looked at.
    let zeros = "0".repeat(40);
    let output = pull_request(top, &["--from", &zeros, "overlays/prod"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let output = pull_request(top, &["--from", "gone"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(told(&output).contains("has no revision `gone`"), "{}", told(&output));
    assert_eq!(pull_request(top, &["--nonsense"]).status.code(), Some(2));
    assert!(told(&pull_request(top, &["--help"])).contains("usage: ci/pull-request"));
}

/// A server of comments: answers GET with those that there are, and notes everything else.
struct Server {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(comments: Value) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &comments, &noted);
            }
        });
        Server { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, comments: &Value, noted: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut words = line.split(' ');
    let (method, path) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
    let (mut length, mut who) = (0, String::new());
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" | "private-token" => who = value.to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let reply = if method == "GET" { comments.to_string() } else { "{}".to_owned() };
    let (status, reply) = if who.contains("wrong") { ("403 Forbidden", "no".to_owned()) } else { ("200 OK", reply) };
    if method != "GET" {
        let body: Value = serde_json::from_slice(&body).unwrap();
        noted.lock().unwrap().push(format!("{method} {path} {}", body["body"].as_str().unwrap().escape_debug()));
    }
    let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{reply}", reply.len());
}

fn comment(directory: &Path, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(project("ci/comment"));
    for name in ["GITHUB_EVENT_PATH", "GITHUB_TOKEN", "GITLAB_CI", "http_proxy", "HTTP_PROXY"] {
        command.env_remove(name);
    }
    command.arg("page.md").current_dir(directory).envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn a_comment_is_added_once_and_edited_after_that() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "page.md", "<!-- redisops diff -->\n### new\n");
    write(dir.path(), "event.json", "{\"pull_request\": {\"number\": 7}}");
    let other = json!({"id": 1, "body": "<!-- other -->\nx"});
    let old = json!({"id": 2, "body": "<!-- redisops diff -->\nold"});
    let same = json!({"id": 3, "body": "<!-- redisops diff -->\n### new\n"});
    for (comments, expected) in [
        (json!([other]), Some("POST /repos/o/r/issues/7/comments <!-- redisops diff -->\\n### new\\n")),
        (json!([other, old]), Some("PATCH /repos/o/r/issues/comments/2 <!-- redisops diff -->\\n### new\\n")),
        (json!([same]), None),
    ] {
        let server = Server::new(comments);
        let output = comment(
            dir.path(),
            &[
                ("GITHUB_EVENT_PATH", "event.json"),
                ("GITHUB_TOKEN", "t"),
                ("GITHUB_API_URL", &server.url),
                ("GITHUB_REPOSITORY", "o/r"),
            ],
        );
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        assert_eq!(server.asked(), expected.into_iter().collect::<Vec<_>>());
    }
    let server = Server::new(json!([old]));
    let variables = |token| {
        [
            ("GITLAB_CI", "true"),
            ("CI_API_V4_URL", server.url.as_str()),
            ("CI_PROJECT_ID", "5"),
            ("CI_MERGE_REQUEST_IID", "9"),
            ("REDISOPS_GITLAB_TOKEN", token),
        ]
    };
    assert_eq!(comment(dir.path(), &variables("t")).status.code(), Some(0));
    assert_eq!(server.asked(), ["PUT /projects/5/merge_requests/9/notes/2 <!-- redisops diff -->\\n### new\\n"]);
    let refused = comment(dir.path(), &variables("wrong"));
    assert!(refused.status.code() == Some(2) && told(&refused).contains("403"), "{}", told(&refused));
    assert_eq!(comment(dir.path(), &variables("")).status.code(), Some(0), "without a token there is no comment");
    assert_eq!(comment(dir.path(), &[]).status.code(), Some(0));
}

/// A YAML file by the parser of the build, as JSON.
fn yaml(path: &str) -> Value {
    let sources = redisops::diagnostics::Sources::new();
    let text = fs::read_to_string(project(path)).unwrap();
    let source = sources.add(path, text, redisops::diagnostics::SourceKind::Config).unwrap();
    let node = redisops::yaml::parse_first(&source).unwrap().unwrap();
    let mut json = String::new();
    redisops::yaml::to_json(&node, &mut json).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// Whether bash takes a script.
fn assert_is_bash(script: &str) {
    let output = Command::new("bash").args(["-n", "-c", script]).output().unwrap();
    assert!(output.status.success(), "{script}\n{}", told(&output));
}

#[test]
fn the_action_uses_what_there_is() {
    let action = yaml("action.yml");
    let text = fs::read_to_string(project("action.yml")).unwrap();
    let inputs = action["inputs"].as_object().unwrap();
    for (name, input) in inputs {
        assert!(text.contains(&format!("inputs.{name}")), "{name} is used");
        assert!(input["description"].is_string() && input.get("default").is_some(), "{name}");
    }
    for part in text.split("inputs.").skip(1) {
        let name = part.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
        assert!(inputs.contains_key(name), "{name} is declared");
    }
    let steps = action["runs"]["steps"].as_array().unwrap();
    for step in steps.iter().filter(|step| step.get("run").is_some()) {
        assert_eq!(step["shell"], "bash");
        let run = step["run"].as_str().unwrap();
        assert!(!run.contains("${{"), "what a stranger wrote must not become part of a script: {run}");
        assert_is_bash(run);
    }
    for script in ["ci/hook", "ci/pull-request", "ci/comment"] {
        assert!(text.contains(script) && project(script).is_file(), "{script}");
    }
}

/// The step of the action that does the work, as the runner runs it.
#[test]
fn the_step_of_the_action_reports() {
    let (dir, base) = repository();
    let top = dir.path();
    write(top, "base/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndatta:\n  k: v\n");
    let action = yaml("action.yml");
    let step = action["runs"]["steps"].as_array().unwrap().iter().find(|step| step["id"] == "check").unwrap();
    let run = |paths: &str| {
        fs::write(top.join("output"), "").unwrap();
        fs::write(top.join("summary"), "").unwrap();
        let output = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"].as_str().unwrap()])
            .current_dir(top)
            .envs([("FROM", base.as_str()), ("PATHS", paths), ("STRICT", "false"), ("DIFF", "false")])
            .envs([("GITHUB_OUTPUT", "output"), ("GITHUB_STEP_SUMMARY", "summary"), ("REPORTS", "redisops-report")])
            .env("REDISOPS", env!("CARGO_BIN_EXE_redisops"))
            .env("ACTION", env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        fs::read_to_string(top.join("output")).unwrap()
    };
    assert_eq!(run("\noverlays/dev\n\noverlays/prod\n"), "reports=redisops-report\nvalid=false\n");
    assert!(fs::read_to_string(top.join("summary")).unwrap().contains("overlays/prod"));
    git(top, &["checkout", "-q", "base"]);
    assert_eq!(run(""), "reports=redisops-report\nvalid=true\n");
}

#[test]
fn the_job_of_gitlab_reports() {
    let job = &yaml("ci/gitlab.yml")["redisops"];
    let script: Vec<&str> = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let script = script.join("\n");
    assert_is_bash(&script);
    let (dir, base) = repository();
    let top = dir.path();
    // The clone of the scripts is there already.
    std::os::unix::fs::symlink(env!("CARGO_MANIFEST_DIR"), top.join(".redisops")).unwrap();
    write(top, "overlays/dev/kustomization.yaml", "namePrefix: other-\nresources: [../../base]\n");
    let output = Command::new("bash")
        .args(["-eo", "pipefail", "-c", &script])
        .current_dir(top)
        .envs([("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.as_str()), ("GITLAB_CI", "true")])
        .env("REDISOPS", env!("CARGO_BIN_EXE_redisops"))
        .env_remove("GITHUB_EVENT_PATH")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    for report_of in ["codequality", "junit"] {
        let path = job["artifacts"]["reports"][report_of].as_str().unwrap();
        assert!(top.join(path).is_file(), "{path}");
    }
}
