//! The way to a cluster: kubeconfig, context, certificates, credentials.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::config::{InClusterError, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};

use crate::diagnostics::{Diagnostic, did_you_mean};

/// Longest time to reach a server.
const CONNECT: Duration = Duration::from_secs(5);

/// A server that can be asked.
pub(super) struct Way {
    pub(super) client: Client,
    /// Its URL.
    pub(super) server: String,
    /// The namespace of the context.
    pub(super) namespace: String,
    /// The context, where a kubeconfig has one.
    pub(super) context: Option<String>,
}

/// Reads the kubeconfig: the named one, those of `KUBECONFIG`, or the usual one; inside of a cluster without any, what a pod is given.
pub(super) async fn way(file: Option<&Path>, context: Option<&str>) -> Result<Way, Diagnostic> {
    let (mut config, context) = match kubeconfig(file)? {
        Some((kubeconfig, shown)) => from_file(kubeconfig, &shown, context).await?,
        None => (Config::incluster().map_err(|error| no_pod(&error))?, None),
    };
    config.connect_timeout = Some(CONNECT);
    // Requests are tried again by those who know whether that is of use.
    config.default_retry = false;
    let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
    let namespace = config.default_namespace.clone();
    let client = Client::try_from(config).map_err(|error| cannot(&server, &error))?;
    Ok(Way { client, server, namespace, context })
}

/// A client that cannot be made: wrong certificates or keys, a program for credentials that fails.
fn cannot(server: &str, error: &kube::Error) -> Diagnostic {
    let message = format!("the API server `{server}` cannot be asked: {}", chain(error));
    Diagnostic::error("redisops::kubernetes::kubeconfig", message)
        .help("see what the kubeconfig says of its cluster and its user")
}

fn wrong(file: &str, why: &str) -> Diagnostic {
    Diagnostic::error("redisops::kubernetes::kubeconfig", format!("`{file}` cannot be used: {why}")).in_file(file)
}

/// The kubeconfig and how to name it; none where there is none and this is a pod.
fn kubeconfig(file: Option<&Path>) -> Result<Option<(Kubeconfig, String)>, Diagnostic> {
    if let Some(file) = file {
        return Ok(Some((read(file)?, file.display().to_string())));
    }
    let listed = std::env::var_os("KUBECONFIG").filter(|it| !it.is_empty());
    let files: Vec<PathBuf> = match &listed {
        Some(list) => std::env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect(),
        None => vec![std::env::home_dir().unwrap_or_default().join(".kube/config")],
    };
    // As kubectl: of several files those count that are there.
    let present: Vec<&PathBuf> = files.iter().filter(|path| path.exists()).collect();
    let Some(first) = present.first() else {
        if listed.is_none() && std::env::var_os("KUBERNETES_SERVICE_HOST").is_some() {
            return Ok(None);
        }
        let names: Vec<String> = files.iter().map(|path| format!("`{}`", path.display())).collect();
        let message = format!("there is no kubeconfig: {} cannot be read: no such file", names.join(", "));
        return Err(Diagnostic::error("redisops::kubernetes::kubeconfig", message)
            .help("name a kubeconfig with `--kubeconfig`, or in `KUBECONFIG`"));
    };
    let shown = first.display().to_string();
    let mut merged = Kubeconfig::default();
    for path in present {
        let next = read(path)?;
        merged = merged.merge(next).map_err(|error| wrong(&path.display().to_string(), &error.to_string()))?;
    }
    Ok(Some((merged, shown)))
}

fn read(file: &Path) -> Result<Kubeconfig, Diagnostic> {
    let shown = file.display().to_string();
    let read = Kubeconfig::read_from(file).map_err(|error| match error {
        KubeconfigError::ReadConfig(error, _) => {
            Diagnostic::error("redisops::kubernetes::kubeconfig", format!("`{shown}` cannot be read: {error}"))
                .help("name a kubeconfig with `--kubeconfig`, or in `KUBECONFIG`")
        }
        KubeconfigError::Parse(error) => {
            wrong(&shown, &format!("it is no kubeconfig: {}", error.to_string().lines().next().unwrap_or("")))
        }
        other => wrong(&shown, &other.to_string()),
    })?;
    match read.clusters.is_empty() && read.contexts.is_empty() {
        true => Err(wrong(&shown, "it has no clusters and no contexts")),
        false => Ok(read),
    }
}

async fn from_file(
    kubeconfig: Kubeconfig,
    shown: &str,
    context: Option<&str>,
) -> Result<(Config, Option<String>), Diagnostic> {
    let names: Vec<String> = kubeconfig.contexts.iter().map(|it| it.name.clone()).collect();
    let name = match context.or(kubeconfig.current_context.as_deref()).filter(|it| !it.is_empty()) {
        Some(name) => name.to_owned(),
        None => {
            return Err(wrong(shown, "it has no current context")
                .note(format!("contexts are {}", names.join(", ")))
                .help("name one with `--context`"));
        }
    };
    let Some(found) = kubeconfig.contexts.iter().find(|it| it.name == name) else {
        let message = format!("`{shown}` has no context `{name}`");
        let near = did_you_mean(&name, names.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
        return Err(Diagnostic::error("redisops::kubernetes::context", message)
            .note(format!("contexts are {}", names.join(", ")))
            .help_if(near));
    };
    let found = found.context.clone().unwrap_or_default();
    let of_cluster = kubeconfig.clusters.iter().find(|it| it.name == found.cluster);
    // The proxy of the machine is for other machines; only one that the kubeconfig names is meant for the API server.
    let has_proxy = of_cluster.and_then(|it| it.cluster.as_ref()).is_some_and(|it| it.proxy_url.is_some());
    if let Some(user) = found.user.as_ref().filter(|it| !it.is_empty())
        && kubeconfig.auth_infos.iter().all(|it| it.name != *user)
    {
        return Err(wrong(shown, &format!("context `{name}` names the user `{user}`, which it does not have")));
    }
    let cluster = found.cluster;
    let options = KubeConfigOptions { context: Some(name.clone()), ..KubeConfigOptions::default() };
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| match error {
        KubeconfigError::LoadClusterOfContext(_) => {
            wrong(shown, &format!("context `{name}` names the cluster `{cluster}`, which it does not have"))
        }
        KubeconfigError::MissingClusterUrl => wrong(shown, &format!("the cluster `{cluster}` has no `server`")),
        other => wrong(shown, &chain(&other)),
    })?;
    if !has_proxy {
        config.proxy_url = None;
    }
    Ok((config, Some(name)))
}

fn no_pod(error: &InClusterError) -> Diagnostic {
    let message = format!("there is no kubeconfig, and this pod has no service account to use: {}", chain(error));
    Diagnostic::error("redisops::kubernetes::kubeconfig", message)
        .help("name a kubeconfig with `--kubeconfig`, or mount the token of a service account")
}

/// An error with its causes, each said once.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    // A page of the manual of a library is of no use to whoever reads this.
    match text.split_once(": peer closed connection without sending TLS close_notify") {
        Some((before, _)) => format!("{before}: it was closed by the other side"),
        None => text,
    }
}

/// What a person needs to know of a server that was not reached.
pub(super) fn unreachable(server: &str, why: &str) -> Diagnostic {
    let cannot = format!("the API server `{server}` cannot be asked: {why}");
    let is = |words: &[&str]| words.iter().any(|word| why.contains(word));
    if is(&["invalid peer certificate", "UnknownIssuer", "certificate"]) {
        return Diagnostic::error("redisops::kubernetes::certificate", cannot)
            .note("its certificate is not one that the kubeconfig trusts")
            .help("set `certificate-authority` of the cluster in the kubeconfig to the authority that has signed it");
    }
    Diagnostic::error("redisops::kubernetes::unreachable", cannot)
        .help("see that the server runs, and that the kubeconfig names the right one")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    fn error(text: &str, context: Option<&str>) -> Diagnostic {
        let file = file(text);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let shown = file.path().display().to_string();
        let mut error = runtime.block_on(way(Some(file.path()), context)).err().expect(text);
        error.message = error.message.replace(&shown, "FILE");
        error
    }

    const CLUSTERS: &str = "clusters: [{name: a, cluster: {server: 'http://127.0.0.1:9'}}, {name: none, cluster: {}}]\n\
        contexts: [{name: prod, context: {cluster: a, user: u}}, {name: stage, context: {cluster: b}}, {name: bare, context: {cluster: none}}]\n";

    #[test]
    fn what_is_wrong_with_a_kubeconfig_is_named() {
        let users = format!("{CLUSTERS}users: [{{name: u, user: {{}}}}]\n");
        let said = |text: &str, context: Option<&str>| error(text, context).message;
        assert_eq!(said(&users, None), "`FILE` cannot be used: it has no current context");
        assert_eq!(said(&users, Some("prdo")), "`FILE` has no context `prdo`");
        assert_eq!(error(&users, Some("prdo")).help.unwrap(), "did you mean `prod`?");
        assert_eq!(
            said(&users, Some("stage")),
            "`FILE` cannot be used: context `stage` names the cluster `b`, which it does not have"
        );
        assert_eq!(said(&users, Some("bare")), "`FILE` cannot be used: the cluster `none` has no `server`");
        assert_eq!(
            said(CLUSTERS, Some("prod")),
            "`FILE` cannot be used: context `prod` names the user `u`, which it does not have"
        );
        assert_eq!(said("", None), "`FILE` cannot be used: it has no clusters and no contexts");
        assert!(said("a: [", None).starts_with("`FILE` cannot be used: it is no kubeconfig: "));
    }
}
