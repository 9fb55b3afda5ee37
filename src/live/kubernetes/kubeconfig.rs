//! Who to ask, and as whom: a kubeconfig.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::diagnostics::{Diagnostic, Diagnostics, SourceKind, Sources, did_you_mean};
use crate::yaml::{Node, parse_first};

/// How to reach an API server.
#[derive(Clone, Default)]
pub struct Access {
    /// URL of the server.
    pub server: String,
    /// Certificates that the server's is checked against, as PEM; those of the system when there are none.
    pub authority: Option<Vec<u8>>,
    /// Do not check the server's certificate.
    pub insecure: bool,
    /// Certificate and key of the user, as PEM.
    pub certificate: Option<(Vec<u8>, Vec<u8>)>,
    /// Token of the user.
    pub token: Option<String>,
}

/// Finds the access of a context in a kubeconfig; the current one when none is named.
///
/// # Errors
/// When the file cannot be read, or says not enough.
pub fn access(file: Option<&Path>, context: Option<&str>, sources: &Sources) -> Result<Access, Diagnostics> {
    let path = file.map_or_else(usual_file, Path::to_owned);
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Diagnostic::error("redisops::kubernetes::kubeconfig", format!("`{shown}` cannot be read: {error}"))
            .help("name a kubeconfig with `--kubeconfig`, or in `KUBECONFIG`")
    })?;
    let source = sources.add(shown.clone(), text, SourceKind::Config)?;
    let config = parse_first(&source)?.ok_or_else(|| wrong(&shown, "it is empty"))?;
    let current = config.text_at(&["current-context"]);
    let context =
        context.or(current).ok_or_else(|| wrong(&shown, "it has no current context; name one with `--context`"))?;
    let chosen = named(&config, "contexts", context, &shown)?;
    let part = |key: &str| chosen.text_at(&["context", key]).unwrap_or("");
    let cluster = named(&config, "clusters", part("cluster"), &shown)?;
    let cluster = cluster.get("cluster").unwrap_or(cluster);
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut access = Access {
        server: cluster.text_at(&["server"]).unwrap_or("").trim_end_matches('/').to_owned(),
        authority: material(cluster, "certificate-authority", directory, &shown)?,
        insecure: cluster.text_at(&["insecure-skip-tls-verify"]) == Some("true"),
        ..Access::default()
    };
    if access.server.is_empty() {
        return Err(wrong(&shown, "the cluster has no `server`").into());
    }
    if !part("user").is_empty() {
        let user = named(&config, "users", part("user"), &shown)?;
        identify(user.get("user").unwrap_or(user), directory, &shown, &mut access)?;
    }
    Ok(access)
}

fn usual_file() -> PathBuf {
    let listed = std::env::var_os("KUBECONFIG").filter(|it| !it.is_empty());
    let first = listed.and_then(|list| std::env::split_paths(&list).find(|path| path.exists()));
    first.unwrap_or_else(|| std::env::home_dir().unwrap_or_default().join(".kube/config"))
}

fn wrong(file: &str, why: &str) -> Diagnostic {
    Diagnostic::error("redisops::kubernetes::kubeconfig", format!("`{file}` cannot be used: {why}")).in_file(file)
}

/// The entry of a name in one of the lists of a kubeconfig.
fn named<'n>(config: &'n Node, list: &str, name: &str, file: &str) -> Result<&'n Node, Diagnostic> {
    let entries = config.get(list).and_then(Node::as_seq).unwrap_or(&[]);
    entries.iter().find(|entry| entry.text_at(&["name"]) == Some(name)).ok_or_else(|| {
        let names = entries.iter().filter_map(|entry| entry.text_at(&["name"]));
        let near = did_you_mean(name, names).map(|near| format!("did you mean `{near}`?"));
        wrong(file, &format!("`{list}` has no `{name}`")).help_if(near)
    })
}

/// A certificate or key: in the file itself, or in one that it names.
fn material(node: &Node, key: &str, directory: &Path, file: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
    if let Some(data) = node.text_at(&[&format!("{key}-data")]) {
        let bytes = STANDARD.decode(data.trim());
        return bytes.map(Some).map_err(|_| wrong(file, &format!("`{key}-data` is not base64")));
    }
    let Some(path) = node.text_at(&[key]) else { return Ok(None) };
    let bytes = std::fs::read(directory.join(path));
    bytes.map(Some).map_err(|error| wrong(file, &format!("`{path}` cannot be read: {error}")))
}

fn identify(user: &Node, directory: &Path, file: &str, access: &mut Access) -> Result<(), Diagnostic> {
    let certificate = material(user, "client-certificate", directory, file)?;
    let key = material(user, "client-key", directory, file)?;
    access.certificate = certificate.zip(key);
    access.token = user.text_at(&["token"]).map(str::to_owned);
    if let Some(path) = user.text_at(&["tokenFile"]) {
        let token = std::fs::read_to_string(directory.join(path));
        let token = token.map_err(|error| wrong(file, &format!("`{path}` cannot be read: {error}")))?;
        access.token = Some(token.trim().to_owned());
    }
    if let Some(program) = user.get("exec") {
        run(program, file, access)?;
    }
    Ok(())
}

/// Asks a program for credentials, as kubectl does.
fn run(program: &Node, file: &str, access: &mut Access) -> Result<(), Diagnostic> {
    let name = program.text_at(&["command"]).unwrap_or("");
    let arguments = program.get("args").and_then(Node::as_seq).unwrap_or(&[]).iter().filter_map(Node::text);
    let mut command = Command::new(name);
    command.args(arguments).stdin(std::process::Stdio::null());
    for variable in program.get("env").and_then(Node::as_seq).unwrap_or(&[]) {
        if let (Some(name), Some(value)) = (variable.text_at(&["name"]), variable.text_at(&["value"])) {
            command.env(name, value);
        }
    }
    let api_version = program.text_at(&["apiVersion"]).unwrap_or("client.authentication.k8s.io/v1");
    let asked =
        serde_json::json!({"apiVersion": api_version, "kind": "ExecCredential", "spec": {"interactive": false}});
    command.env("KUBERNETES_EXEC_INFO", asked.to_string());
    let failed = |why: &str| wrong(file, &format!("the program `{name}` gives no credentials: {why}"));
    let output = command.output().map_err(|error| failed(&error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("it failed")));
    }
    let answer: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|_| failed("its answer is not JSON"))?;
    let text = |key: &str| answer["status"][key].as_str().map(str::to_owned);
    access.token = text("token").or(access.token.take());
    let pair = text("clientCertificateData").zip(text("clientKeyData"));
    access.certificate = pair.map(|(a, b)| (a.into_bytes(), b.into_bytes())).or(access.certificate.take());
    Ok(())
}
