//! Secrets of a cluster as a secret store, and settings in a Secret.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::runtime::Runtime;

use crate::diagnostics::Diagnostic;
use crate::secrets::{Fetched, Fields, NO_CREDENTIALS, Request, STORE_DOWN, Store, StoreError, Value, Variables, Why};

use super::{Cluster, ServerError};

/// Where Argo CD lives, and with it the Secrets of paths that name no namespace.
const ARGOCD: &str = "argocd";
/// The server does not know who asks.
const UNAUTHORIZED: &str = "redisops::kubernetes::unauthorized";
const TIMEOUT: Duration = Duration::from_secs(20);

/// The Secrets of a cluster: a path is `NAMESPACE:NAME`, or `NAME` in the namespace of the store.
pub struct ClusterSecrets {
    runtime: Runtime,
    cluster: Cluster,
    namespace: String,
}

impl fmt::Debug for ClusterSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterSecrets").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

impl ClusterSecrets {
    /// The cluster of the kubeconfig or the one that this runs in.
    ///
    /// # Errors
    /// When there is no way to it.
    pub fn open(variables: &Variables) -> Result<ClusterSecrets, Diagnostic> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| {
                let message = format!("the system gives no means to wait for sockets: {error}");
                Diagnostic::error("redisops::cli::runtime", message)
            })?;
        let kubeconfig = variables.word("REDISOPS_SECRETS_KUBECONFIG").map(Path::new);
        let context = variables.word("REDISOPS_SECRETS_CONTEXT");
        let cluster = runtime
            .block_on(Cluster::connect(kubeconfig, context))
            // Whatever it is, it is not the fault of the manifests.
            .map_err(|found| {
                let code = if found.code == UNAUTHORIZED { NO_CREDENTIALS } else { STORE_DOWN };
                Diagnostic { code, ..found }
            })?;
        let namespace = variables.word("REDISOPS_SECRETS_NAMESPACE").unwrap_or(ARGOCD).to_owned();
        Ok(ClusterSecrets { runtime, cluster, namespace })
    }
}

impl Store for ClusterSecrets {
    fn name(&self) -> String {
        "the Secrets of the cluster".to_owned()
    }

    fn fetch(&self, request: &Request) -> Result<Fetched, StoreError> {
        let path = &request.path;
        let (namespace, name) = match path.split(':').collect::<Vec<_>>().as_slice() {
            [namespace, name] => ((*namespace).to_owned(), (*name).to_owned()),
            parts => (self.namespace.clone(), parts[0].to_owned()),
        };
        let shown = format!("{namespace}/{name}");
        let answer = self.runtime.block_on(async {
            let kind = self.cluster.kind_of("v1", "Secret")?;
            Ok(tokio::time::timeout(TIMEOUT, self.cluster.get(kind, Some(&namespace), &name)).await)
        });
        let found = match answer {
            Err(error) | Ok(Ok(Err(error))) => return Err(refused(&shown, &error)),
            Ok(Err(_)) => return Err(StoreError::new(Why::Down, "the API server does not answer in time")),
            Ok(Ok(Ok(None))) => {
                return Err(StoreError::new(Why::NoPath, format!("the cluster has no Secret {shown}"))
                    .help("a path is NAMESPACE:NAME, or NAME in the namespace argocd or that of the environment"));
            }
            Ok(Ok(Ok(Some(found)))) => found,
        };
        let fields = fields(&found)
            .ok_or_else(|| StoreError::new(Why::Unreadable, format!("the data of Secret {shown} is not base64")))?;
        let text = |name: &str| found["metadata"][name].as_str().map(str::to_owned);
        Ok(Fetched { fields, version: text("resourceVersion"), created: text("creationTimestamp") })
    }
}

fn fields(object: &serde_json::Value) -> Option<Fields> {
    let data = object.get("data").and_then(serde_json::Value::as_object);
    let one = |(key, value): (&String, &serde_json::Value)| {
        let bytes = STANDARD.decode(value.as_str()?).ok()?;
        Some((key.clone(), Value::Text(bytes)))
    };
    data.into_iter().flatten().map(one).collect()
}

fn refused(shown: &str, error: &ServerError) -> StoreError {
    let found = match error.status {
        401 => StoreError::new(Why::NoCredentials, "the API server does not know us"),
        403 => StoreError::new(Why::Denied, format!("the API server does not let us read Secret {shown}"))
            .help("bind a Role with the verb `get` on `secrets`"),
        _ => StoreError::new(Why::Down, "the API server cannot answer"),
    };
    found.note(error.message.clone())
}

/// The settings in a Secret: `NAME` in the namespace argocd, or `NAMESPACE:NAME`.
///
/// # Errors
/// When there is no way to it, or it is not there.
pub fn settings(name: &str) -> Result<Vec<(String, String)>, Diagnostic> {
    let store = ClusterSecrets::open(&Variables::default())?;
    let request = Request { path: name.to_owned(), version: String::new(), engine: None };
    let fetched = store.fetch(&request)?;
    let text = |(name, value): (String, Value)| Some((name, String::from_utf8(value.into_text()?).ok()?));
    Ok(fetched.fields.into_iter().filter_map(text).collect())
}
