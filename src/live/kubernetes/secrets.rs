//! Secrets of a cluster as a secret store, and settings in a Secret.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use tokio::runtime::Runtime;

use crate::diagnostics::Diagnostic;
use crate::secrets::{Fetched, Fields, NO_CREDENTIALS, Request, SETTINGS, Store, StoreError, Value, Variables, Why};

/// Where Argo CD lives, and with it the Secrets of paths that name no namespace.
const ARGOCD: &str = "argocd";
const TIMEOUT: Duration = Duration::from_secs(10);

/// The Secrets of a cluster: a path is `NAMESPACE:NAME`, or `NAME` in the namespace of the store.
pub struct ClusterSecrets {
    runtime: Runtime,
    client: Client,
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
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| {
            Diagnostic::error("redisops::cli::runtime", format!("the system gives no means to wait for sockets: {error}"))
        })?;
        // Two providers of cryptography may be linked in; the first one to say so wins, and it is the same one everywhere.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = runtime.block_on(async {
            let mut config = config(variables).await?;
            config.connect_timeout = Some(TIMEOUT);
            config.read_timeout = Some(TIMEOUT);
            Client::try_from(config).map_err(|error| no_way(&error.to_string()))
        })?;
        let namespace = variables.word("REDISOPS_SECRETS_NAMESPACE").unwrap_or(ARGOCD).to_owned();
        Ok(ClusterSecrets { runtime, client, namespace })
    }
}

async fn config(variables: &Variables) -> Result<Config, Diagnostic> {
    let options = KubeConfigOptions {
        context: variables.word("REDISOPS_SECRETS_CONTEXT").map(str::to_owned),
        ..KubeConfigOptions::default()
    };
    if let Some(file) = variables.word("REDISOPS_SECRETS_KUBECONFIG") {
        let kubeconfig = Kubeconfig::read_from(Path::new(file))
            .map_err(|error| Diagnostic::error(SETTINGS, format!("the kubeconfig `{file}` cannot be used: {error}")))?;
        let found = Config::from_custom_kubeconfig(kubeconfig, &options).await;
        return found.map_err(|error| no_way(&error.to_string()));
    }
    if options.context.is_some() {
        return Config::from_kubeconfig(&options).await.map_err(|error| no_way(&error.to_string()));
    }
    Config::infer().await.map_err(|error| no_way(&error.to_string()))
}

fn no_way(why: &str) -> Diagnostic {
    Diagnostic::error(NO_CREDENTIALS, "there is no way to the cluster that has the secrets")
        .note(why.to_owned())
        .help("set KUBECONFIG, or run in the cluster with a service account")
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
        let secret = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "Secret"));
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), &namespace, &secret);
        let answer = self.runtime.block_on(async { tokio::time::timeout(TIMEOUT, api.get(&name)).await });
        let found = match answer {
            Err(_) => return Err(StoreError::new(Why::Down, "the API server does not answer in time")),
            Ok(Err(error)) => return Err(refused(&shown, &error)),
            Ok(Ok(found)) => found,
        };
        let fields = fields(&found.data).ok_or_else(|| {
            StoreError::new(Why::Unreadable, format!("the data of Secret {shown} is not base64"))
        })?;
        let created = found.metadata.creation_timestamp.map(|time| time.0.to_string());
        Ok(Fetched { fields, version: found.metadata.resource_version, created })
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

fn refused(shown: &str, error: &kube::Error) -> StoreError {
    match error {
        kube::Error::Api(status) if status.code == 404 => {
            StoreError::new(Why::NoPath, format!("the cluster has no Secret {shown}")).note(status.message.clone())
        }
        kube::Error::Api(status) if status.code == 401 => {
            StoreError::new(Why::NoCredentials, "the API server does not know us").note(status.message.clone())
        }
        kube::Error::Api(status) if status.code == 403 => {
            StoreError::new(Why::Denied, format!("the API server does not let us read Secret {shown}"))
                .note(status.message.clone())
                .help("bind a Role with the verb `get` on `secrets`")
        }
        kube::Error::Api(status) => {
            StoreError::new(Why::Down, format!("the API server cannot answer (status {})", status.code))
                .note(status.message.clone())
        }
        other => StoreError::new(Why::Down, "the API server cannot be reached").note(other.to_string()),
    }
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
