//! The config management plugin, run as Argo CD's side-car server runs it: a copy of the repository without its history in a temporary folder, the
//! commands of `plugin.yaml` in the directory of the Application, the variables that the server sets and no others, a time-out, and only stdout read.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redisops::diagnostics::{SourceKind, Sources};
use redisops::yaml::{Node, parse_documents, parse_first, to_json};
use serde_json::Value;
use tempfile::TempDir;

use crate::secrets::support::{data, vault};

/// What Argo CD gives a command before it ends it.
const TIMEOUT: Duration = Duration::from_secs(90);

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// The server with a tree that it was sent.
struct Server {
    tree: TempDir,
    plugin: Node,
}

struct Answer {
    ok: bool,
    stdout: String,
    stderr: String,
}

impl Server {
    fn new() -> Server {
        let tree = tempfile::tempdir().unwrap();
        for folder in ["base", "components", "overlays", "environments"] {
            copy(&repository().join(folder), &tree.path().join(folder));
        }
        let text = fs::read_to_string(repository().join("argocd/plugin.yaml")).unwrap();
        let source = Sources::new().add("plugin.yaml", text, SourceKind::Config).unwrap();
        Server { tree, plugin: parse_first(&source).unwrap().unwrap() }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.tree.path().join(path)
    }

    fn command(&self, which: &[&str]) -> Vec<String> {
        let node = self.plugin.lookup(&[&["spec"], which, &["command"]].concat()).unwrap();
        node.as_seq().unwrap().iter().map(|word| word.text().unwrap().to_owned()).collect()
    }

    fn run(&self, which: &[&str], application: &str, variables: &[(&str, &str)]) -> Answer {
        let command = self.command(which);
        let folder = Path::new(env!("CARGO_BIN_EXE_redisops")).parent().unwrap();
        let mut child = Command::new(&command[0])
            .args(&command[1..])
            .current_dir(self.path(application))
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
            .env("HOME", self.tree.path())
            .envs([
                ("ARGOCD_APP_NAME", "orders-redis-prod"),
                ("ARGOCD_APP_NAMESPACE", "orders-redis-prod"),
                ("ARGOCD_APP_PROJECT_NAME", "orders-redis"),
                ("ARGOCD_APP_REVISION", "0123456789012345678901234567890123456789"),
                ("ARGOCD_APP_SOURCE_PATH", application),
                ("ARGOCD_APP_SOURCE_REPO_URL", "https://git.example.com/orders/orders-redis.git"),
                ("ARGOCD_APP_SOURCE_TARGET_REVISION", "main"),
                ("KUBE_VERSION", "v1.33.2"),
                ("KUBE_API_VERSIONS", "v1,apps/v1,app.redislabs.com/v1"),
            ])
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            out.read_to_string(&mut text).map(|_| text)
        });
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let started = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > TIMEOUT {
                child.kill().unwrap();
                panic!("the server would have ended it");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        Answer { ok: status.success(), stdout: reader.join().unwrap().unwrap(), stderr }
    }
}

fn golden(name: &str) -> String {
    fs::read_to_string(repository().join(format!("tests/fixtures/orders-redis/{name}.yaml"))).unwrap()
}

#[test]
fn an_application_is_rendered_in_its_directory() {
    let answer = Server::new().run(&["generate"], "overlays/prod", &[]);
    assert!(answer.ok, "{}", answer.stderr);
    assert_eq!(answer.stdout, golden("prod"));
}

#[test]
fn a_parameter_names_the_environment() {
    let server = Server::new();
    let list = r#"[{"name":"environment","string":"dev"},{"name":"secrets","string":"false"}]"#;
    for variables in [
        vec![("ARGOCD_APP_PARAMETERS", list), ("PARAM_ENVIRONMENT", "dev"), ("PARAM_SECRETS", "false")],
        vec![("ARGOCD_ENV_REDISOPS_ENVIRONMENT", "dev")],
    ] {
        let answer = server.run(&["generate"], ".", &variables);
        assert!(answer.ok, "{}", answer.stderr);
        assert_eq!(answer.stdout, golden("dev"));
    }
}

/// The environment and the secrets are switches of the Application; where the store is comes from the side-car or from `plugin.env`.
#[test]
fn secrets_are_filled_where_the_application_says_so() {
    let store = vault(&data(), &[]);
    let server = Server::new();
    let write = |path: &str, text: &str| {
        fs::create_dir_all(server.path(path).parent().unwrap()).unwrap();
        fs::write(server.path(path), text).unwrap();
    };
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: cart}\nstringData:\n  password: <path:secret/data/app#password#2>\n";
    write("overlays/cart/kustomization.yaml", "resources: [secret.yaml]\n");
    write("overlays/cart/secret.yaml", secret);
    let environment = "apiVersion: redisops.dev/v1alpha1\nkind: Environment\nspec: {overlay: overlays/cart, secrets: {store: vault, auth: token}}\n";
    write("environments/cart.yaml", environment);
    let url = store.url();
    let on = |more: &str| format!(r#"[{{"name":"secrets","string":"true"}}{more}]"#);
    let (here, named) = (on(""), on(r#",{"name":"environment","string":"cart"}"#));
    let side_car = [
        ("VAULT_ADDR", url.as_str()),
        ("AVP_TYPE", "vault"),
        ("AVP_AUTH_TYPE", "token"),
        ("VAULT_TOKEN", "root-token"),
    ];
    let of_application = [("ARGOCD_ENV_VAULT_ADDR", url.as_str()), ("ARGOCD_ENV_VAULT_TOKEN", "root-token")];
    let filled =
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: cart\nstringData:\n  password: 'second: planted #2'\n";
    let ways: [(&str, Vec<(&str, &str)>); 3] = [
        ("overlays/cart", [&side_car[..], &[("ARGOCD_APP_PARAMETERS", here.as_str())]].concat()),
        (".", [&of_application[..], &[("ARGOCD_APP_PARAMETERS", named.as_str())]].concat()),
        (".", [&of_application[..], &[("PARAM_SECRETS", "true"), ("PARAM_ENVIRONMENT", "cart")]].concat()),
    ];
    for (application, variables) in &ways {
        let answer = server.run(&["generate"], application, variables);
        assert!(answer.ok, "{}", answer.stderr);
        assert_eq!(answer.stdout.trim_end_matches("---\n"), filled, "{variables:?}");
    }
    let off = server.run(&["generate"], "overlays/cart", &side_car);
    assert!(off.ok && off.stdout.contains("<path:secret/data/app#password#2>"), "{}", off.stderr);
    // A failure prints nothing that Argo CD could apply, and no credentials.
    let nowhere = [("VAULT_ADDR", "http://127.0.0.1:1"), ("VAULT_MAX_RETRIES", "0"), ("PARAM_SECRETS", "true")];
    let down = server.run(&["generate"], "overlays/cart", &[&side_car[1..], &nowhere].concat());
    assert!(!down.ok && down.stdout.is_empty() && down.stderr.contains("store_down"), "{}", down.stderr);
    assert!(!down.stderr.contains("root-token"), "{}", down.stderr);
    let unnamed = server.run(&["generate"], "overlays/cart", &[("PARAM_SECRETS", "true")]);
    assert!(!unnamed.ok && unnamed.stdout.is_empty() && unnamed.stderr.contains("no secret store is named"));
}

/// Argo CD's own server of plugins, with a client that sends it trees as the repo server does.
struct RealServer {
    child: Child,
    dir: TempDir,
    plugin: Server,
}

impl Drop for RealServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl RealServer {
    /// With the plugin of this repository, and the variables of its side-car.
    fn start(variables: &[(&str, &str)]) -> RealServer {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["config", "sockets", "work"] {
            fs::create_dir(dir.path().join(folder)).unwrap();
        }
        fs::copy(repository().join("argocd/plugin.yaml"), dir.path().join("config/plugin.yaml")).unwrap();
        let folder = Path::new(env!("CARGO_BIN_EXE_redisops")).parent().unwrap();
        let child = Command::new("argocd-cmp")
            .args(["server", "--loglevel", "error", "--config-dir-path"])
            .arg(dir.path().join("config"))
            .env_clear()
            .env("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()))
            .env("HOME", dir.path())
            .env("ARGOCD_PLUGINSOCKFILEPATH", dir.path().join("sockets"))
            .env("ARGOCD_CMP_WORKDIR", dir.path().join("work"))
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("argocd-cmp is on PATH; ci/setup builds it, and ci/setup --path says where");
        let server = RealServer { child, dir, plugin: Server::new() };
        let started = Instant::now();
        while !server.socket().exists() {
            assert!(started.elapsed() < TIMEOUT, "argocd-cmp does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("sockets/redisops.sock")
    }

    /// The answer, or what Argo CD shows instead.
    fn ask(&self, what: &str, application: &str, variables: &[&str]) -> Result<Value, String> {
        let tree = self.plugin.path("");
        let output = Command::new("argocd-cmp")
            .arg(what)
            .arg(self.socket())
            .args([&tree, &self.plugin.path(application)])
            .args(variables)
            .output()
            .unwrap();
        match output.status.success() {
            true => Ok(serde_json::from_slice(&output.stdout).unwrap()),
            false => Err(String::from_utf8(output.stderr).unwrap()),
        }
    }

    /// The objects that are rendered, as the server cuts them.
    fn objects(&self, application: &str, variables: &[&str]) -> Vec<Value> {
        let answer = self.ask("generate", application, variables).unwrap();
        let all = answer["manifests"].as_array().unwrap();
        all.iter().map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap()).collect()
    }
}

/// The objects of a golden output.
fn golden_objects(name: &str) -> Vec<Value> {
    let source = Sources::new().add("golden", golden(name), SourceKind::Resource).unwrap();
    let json = |node: &Node| {
        let mut text = String::new();
        to_json(node, &mut text).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    parse_documents(&source).unwrap().iter().map(json).collect()
}

#[test]
fn the_server_of_argo_cd_runs_the_plugin() {
    let store = vault(&data(), &[]);
    let url = store.url();
    let side_car =
        [("AVP_TYPE", "vault"), ("AVP_AUTH_TYPE", "token"), ("VAULT_ADDR", &url), ("VAULT_TOKEN", "root-token")];
    let server = RealServer::start(&side_car);
    let supported = |application: &str| server.ask("match", application, &[]).unwrap()["isSupported"] == true;
    assert!(supported("overlays/prod") && !supported("environments"));
    let announced = server.ask("parameters", "overlays/prod", &[]).unwrap();
    let announced = announced["parameterAnnouncements"].as_array().unwrap();
    for name in ["environment", "secrets", "validate", "helm"] {
        assert!(announced.iter().any(|one| one["name"] == name), "{name}: {announced:?}");
    }
    assert_eq!(server.objects("overlays/prod", &[]), golden_objects("prod"));
    assert_eq!(server.objects("overlays/prod", &["PARAM_ENVIRONMENT=dev"]), golden_objects("dev"));
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: cart}\nstringData: {password: <path:secret/data/app#password#2>}\n";
    for (path, text) in
        [("overlays/cart/kustomization.yaml", "resources: [secret.yaml]\n"), ("overlays/cart/secret.yaml", secret)]
    {
        let path = server.plugin.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let list = r#"ARGOCD_APP_PARAMETERS=[{"name":"secrets","string":"true"}]"#;
    let filled = server.objects("overlays/cart", &[list, "PARAM_SECRETS=true"]);
    assert_eq!(filled[0]["stringData"]["password"], "second: planted #2");
    // What Argo CD shows is what stands on stderr: the error with its place, and no credentials.
    for (variable, part) in [
        ("PARAM_ENVIRONMENT=nowhere", "there is no environment `nowhere`"),
        ("ARGOCD_ENV_VAULT_TOKEN=planted-wrong", "no_credentials"),
    ] {
        let shown = server.ask("generate", "overlays/cart", &[variable, "PARAM_SECRETS=true"]).unwrap_err();
        assert!(shown.contains(part) && !shown.contains("planted"), "{shown}");
    }
}

#[test]
fn what_is_wrong_prints_nothing_that_could_be_applied() {
    let server = Server::new();
    let wrong = [
        ("overlays/prod", vec![("PARAM_ENVIRONMENT", "nowhere")]),
        ("overlays/prod", vec![("ARGOCD_APP_PARAMETERS", r#"[{"name":"enviroment","string":"dev"}]"#)]),
        ("environments", vec![]),
    ];
    for (application, variables) in wrong {
        let answer = server.run(&["generate"], application, &variables);
        assert!(!answer.ok && answer.stdout.is_empty() && answer.stderr.contains("error"), "{application}");
    }
    fs::write(server.path("overlays/prod/kustomization.yaml"), "resources: [nowhere.yaml]\n").unwrap();
    let answer = server.run(&["generate"], "overlays/prod", &[]);
    assert!(!answer.ok && answer.stdout.is_empty() && answer.stderr.contains("kustomization.yaml:1"));
}

#[test]
fn directories_are_discovered() {
    let server = Server::new();
    let found = |application: &str, variables: &[(&str, &str)]| {
        let answer = server.run(&["discover", "find"], application, variables);
        assert!(answer.ok, "{}", answer.stderr);
        answer.stdout
    };
    assert_eq!(found("overlays/prod", &[]), "./kustomization.yaml\n");
    assert_eq!(found("environments", &[]), "");
    assert!(found("environments", &[("PARAM_ENVIRONMENT", "prod")]).ends_with("environments/prod.yaml\n"));
}

#[test]
fn parameters_are_announced() {
    let server = Server::new();
    let answer = server.run(&["parameters", "dynamic"], "overlays/prod", &[]);
    let all: Value = serde_json::from_str(&answer.stdout).unwrap();
    let names: Vec<&str> = all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["environment", "secrets", "validate", "helm"]);
    assert!(all[0]["tooltip"].as_str().unwrap().contains("dev, nonprod, prod"));
    let fixed = server.plugin.lookup(&["spec", "parameters", "static"]).unwrap().as_seq().unwrap();
    assert!(fixed.iter().all(|one| names.contains(&one.text_at(&["name"]).unwrap())));
}

#[test]
fn the_installation_has_the_same_plugin() {
    let read = |path: &str| fs::read_to_string(repository().join(path)).unwrap();
    assert_eq!(read("argocd/plugin.yaml"), read("argocd/install/plugin.yaml"));
}
