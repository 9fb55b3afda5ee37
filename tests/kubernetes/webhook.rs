//! A webhook that denies: a server of its own, which the API server asks.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::Value;

use crate::applying::{applied, apply, edit, live, result, step, system};
use crate::support::Bench;

/// Answers each question with a refusal, which quotes passwords; its first line is the port that it has.
const SERVER: &str = r#"
import base64, http.server, json, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        packed = (asked["request"]["object"].get("data") or {}).get("password", "")
        quoted = "the password %s (%s) is too short" % (base64.b64decode(packed).decode(), packed)
        is_secret = asked["request"]["kind"]["kind"] == "Secret"
        message = quoted if is_secret else "images are signed on Fridays only"
        answer = {"uid": asked["request"]["uid"], "allowed": is_secret and not packed, "status": {"code": 403, "message": message}}
        text = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": answer}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
"#;

struct Webhook {
    child: Child,
    name: String,
    port: u16,
    authority: String,
}

impl Webhook {
    fn start(bench: &Bench) -> Webhook {
        use std::io::{BufRead, BufReader};
        let (key, certificate) = bench.authority("hook", &["-addext", "subjectAltName=IP:127.0.0.1"]);
        let mut child = Command::new("python3")
            .args(["-c", SERVER])
            .args([&certificate, &key])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let authority = base64::engine::general_purpose::STANDARD.encode(std::fs::read(&certificate).unwrap());
        Webhook { child, name: bench.namespace.clone(), port: line.trim().parse().unwrap(), authority }
    }

    fn configuration(&self, group: &str, resources: &str) -> String {
        let Webhook { name, port, authority, .. } = self;
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata: {{name: {name}}}\nwebhooks:\n- name: signed.example.com\n  \
             clientConfig: {{url: \"https://127.0.0.1:{port}/\", caBundle: {authority}}}\n  rules: [{{apiGroups: ['{group}'], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [{resources}]}}]\n  \
             namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {name}}}}}\n  admissionReviewVersions: [v1]\n  sideEffects: None\n  timeoutSeconds: 2\n"
        )
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_webhook_that_denies_has_its_words_told_and_one_that_is_gone_too() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    let mut webhook = Webhook::start(&bench);
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &webhook.configuration("apps", "statefulsets")).status.success());
    edit(&bench, "redis:7", "redis:8");
    edit(&bench, "a: \"1\"", "a: \"2\"");
    // A webhook takes a moment to be known.
    let deadline = Instant::now() + Duration::from_secs(20);
    let annotate = ["-n", &bench.namespace, "annotate", "--overwrite", "statefulset/cache", "x=y"];
    while bench.kubectl_with(&annotate, "").status.success() {
        assert!(Instant::now() < deadline, "nobody denies");
        std::thread::sleep(Duration::from_millis(100));
    }
    let plan = bench.redisops(&["plan", "prod"]);
    assert!(plan.code == 2 && plan.stderr.contains("images are signed on Fridays only"), "{plan:?}");
    let run = apply(&bench, &[]);
    let error = step(&run, "StatefulSet", "cache")["error"].clone();
    assert_eq!((run.code, &error["code"]), (2, &Value::from("denied")), "{run:?}");
    for words in ["images are signed on Fridays only", "signed.example.com", "prod/all.yaml"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    assert_eq!(result(&run, "ConfigMap", "settings"), "changed", "what came before it is done");
    assert_eq!(live(&bench, "statefulset/cache", "{.spec.template.spec.containers[0].image}"), "redis:7");
    assert_eq!(live(&bench, "lease", "{.items}"), "[]");
    webhook.child.kill().unwrap();
    webhook.child.wait().unwrap();
    let run = apply(&bench, &[]);
    assert!(run.code == 2 && run.stderr.contains("failed calling webhook"), "{run:?}");
    bench.kubectl(&["delete", "validatingwebhookconfiguration", &bench.namespace]);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !bench.kubectl_with(&annotate, "").status.success() {
        assert!(Instant::now() < deadline, "it is still asked");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(result(&applied(&bench, &[]), "StatefulSet", "cache"), "changed");
}

#[test]
fn what_a_webhook_quotes_of_a_secret_is_shown_nowhere() {
    let Some(bench) = system() else { return };
    applied(&bench, &[]);
    let webhook = Webhook::start(&bench);
    assert!(bench.kubectl_with(&["apply", "-f", "-"], &webhook.configuration("", "secrets")).status.success());
    let deadline = Instant::now() + Duration::from_secs(20);
    let annotate = ["-n", &bench.namespace, "annotate", "--overwrite", "secret/auth", "x=y"];
    while bench.kubectl_with(&annotate, "").status.success() {
        assert!(Instant::now() < deadline, "nobody denies");
        std::thread::sleep(Duration::from_millis(100));
    }
    edit(&bench, "password: hunter2", "password: swordfish");
    let packed = base64::engine::general_purpose::STANDARD.encode("swordfish");
    let commands: [(&[&str], i32); 3] =
        [(&["plan", "prod"], 2), (&["apply", "prod", "--yes", "-o", "json"], 2), (&["diff", "prod", "--exact"], 1)];
    for (command, code) in commands {
        let run = bench.redisops(command);
        let all = format!("{}{}", run.stdout, run.stderr);
        assert!(run.code == code && all.contains("is too short"), "{command:?}: {run:?}");
        assert!(all.contains("the password •••• (••••) is too short"), "{command:?}: {run:?}");
        assert!(!all.contains("swordfish") && !all.contains(&packed), "{command:?}: {run:?}");
    }
    bench.kubectl(&["delete", "validatingwebhookconfiguration", &bench.namespace]);
}
