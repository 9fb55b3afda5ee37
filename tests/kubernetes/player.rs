//! What nobody is there to do on the control plane of the tests: the operator of Redis Enterprise, a load balancer, and whoever makes volumes.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use serde_json::Value;

use crate::support::Bench;

/// Kinds of operators whose own definitions are not in this repository: group, version, kind.
const OTHERS: [(&str, &str, &str); 9] = [
    ("cert-manager.io", "v1", "Certificate"),
    ("external-secrets.io", "v1", "ExternalSecret"),
    ("external-secrets.io", "v1", "SecretStore"),
    ("grafana.integreatly.org", "v1beta1", "GrafanaDashboard"),
    ("monitoring.coreos.com", "v1", "PrometheusRule"),
    ("monitoring.coreos.com", "v1", "ServiceMonitor"),
    ("monitoring.coreos.com", "v1beta1", "AlertmanagerConfig"),
    ("operators.coreos.com", "v1", "OperatorGroup"),
    ("operators.coreos.com", "v1alpha1", "Subscription"),
];

/// Defines the kinds of operators that systems have.
pub fn definitions(bench: &Bench) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join("ci/schemas/redis-enterprise.yaml");
    let rendered = bench.redisops(&["build", own.to_str().unwrap(), "--no-validate"]);
    assert_eq!(rendered.code, 0, "{rendered:?}");
    // They say what is served, and not which version is kept, nor that states are written apart.
    let served = "    served: true\n";
    let of_one = |text: &str| {
        let kept = text.replacen(served, "    served: yes\n    storage: true\n    subresources: {status: {}}\n", 1);
        kept.replace(served, "    served: true\n    storage: false\n    subresources: {status: {}}\n")
            .replace("served: yes", "served: true")
    };
    let mut all: Vec<String> = rendered.stdout.split("---\n").map(of_one).collect();
    for (group, version, kind) in OTHERS {
        let plural = format!("{}s", kind.to_lowercase());
        all.push(format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: {plural}.{group}}}\nspec:\n  group: {group}\n  scope: Namespaced\n\
             \x20 names: {{kind: {kind}, plural: {plural}}}\n  versions:\n  - {{name: {version}, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}}}\n"
        ));
    }
    let text = all.join("---\n");
    let done = bench.kubectl_with(&["apply", "--server-side", "--force-conflicts", "-f", "-"], &text);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let done = bench.kubectl_with(&["wait", "--for=condition=Established", "-f", "-"], &text);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Gives what is created in some namespaces the states that their operators would give them, one after the other, while it lives.
pub struct Player {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Player {
    pub fn start(bench: &Bench, namespaces: &[&str]) -> Player {
        let over = Arc::new(AtomicBool::new(false));
        let kubectl = Kubectl { program: bench.programs.join("kubectl"), kubeconfig: bench.kubeconfig.clone() };
        let namespaces: Vec<String> = namespaces.iter().map(|it| (*it).to_owned()).collect();
        let ended = Arc::clone(&over);
        let thread = spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                namespaces.iter().for_each(|namespace| kubectl.turn(namespace));
                sleep(Duration::from_millis(300));
            }
        });
        Player { over, thread: Some(thread) }
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Kubectl {
    program: std::path::PathBuf,
    kubeconfig: std::path::PathBuf,
}

impl Kubectl {
    fn run(&self, arguments: &[&str]) -> Option<String> {
        let mut command = Command::new(&self.program);
        command.arg("--kubeconfig").arg(&self.kubeconfig).args(arguments).stdin(Stdio::null());
        let done = command.output().unwrap();
        done.status.success().then(|| String::from_utf8(done.stdout).unwrap())
    }

    /// One step on for each object.
    fn turn(&self, namespace: &str) {
        for kinds in ["services", "redisenterpriseclusters,redisenterprisedatabases"] {
            let Some(text) = self.run(&["-n", namespace, "get", kinds, "-o", "json"]) else { continue };
            let list: Value = serde_json::from_str(&text).unwrap();
            for object in list["items"].as_array().unwrap() {
                let (kind, name) = (object["kind"].as_str().unwrap(), object["metadata"]["name"].as_str().unwrap());
                let Some(status) = next(object) else { continue };
                let patch = format!("{{\"status\":{status}}}");
                let subresource = ["--subresource", "status", "--type", "merge", "-p", &patch];
                self.run(&[&["-n", namespace, "patch", kind, name][..], &subresource].concat());
            }
        }
    }
}

/// The next status of an object.
fn next(object: &Value) -> Option<&'static str> {
    let status = &object["status"];
    match object["kind"].as_str()? {
        "RedisEnterpriseCluster" => match status["state"].as_str() {
            None => Some(r#"{"state":"Initializing"}"#),
            Some("Initializing") => Some(r#"{"state":"Running","specStatus":"Valid"}"#),
            Some(_) => None,
        },
        "RedisEnterpriseDatabase" => match status["status"].as_str() {
            None => Some(r#"{"status":"pending"}"#),
            Some("pending") => Some(r#"{"status":"active","specStatus":"Valid"}"#),
            Some(_) => None,
        },
        "Service" if object["spec"]["type"] == "LoadBalancer" && status["loadBalancer"]["ingress"].is_null() => {
            Some(r#"{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}"#)
        }
        _ => None,
    }
}
