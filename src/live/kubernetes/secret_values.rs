//! Values of single Secrets of a cluster, for those who are about to connect to something else with them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use k8s_openapi::api::core::v1;
use kube::Api;

use crate::secrets::Secret;

use super::connect::way;
use super::error::{ServerError, Subject};
use super::forward::read;

const TIMEOUT: Duration = Duration::from_secs(20);

type Values = BTreeMap<String, Secret>;

/// The Secrets of a cluster. Connects when the first is asked for; each is asked for once.
pub struct SecretValues {
    kubeconfig: Option<PathBuf>,
    context: Option<String>,
    known: RefCell<BTreeMap<(String, String), Result<Values, ServerError>>>,
}

impl fmt::Debug for SecretValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretValues").field("context", &self.context).finish_non_exhaustive()
    }
}

impl SecretValues {
    /// Those of the cluster of a kubeconfig and a context.
    pub fn new(kubeconfig: Option<&Path>, context: Option<&str>) -> SecretValues {
        SecretValues {
            kubeconfig: kubeconfig.map(Path::to_owned),
            context: context.map(str::to_owned),
            known: RefCell::default(),
        }
    }

    /// The value of a key, where it is text; in the namespace of the context where none is named.
    ///
    /// # Errors
    /// When the cluster is not reached, or refuses, or has no such Secret.
    pub fn value(&self, namespace: &str, name: &str, key: &str) -> Result<Option<Secret>, ServerError> {
        let at = (namespace.to_owned(), name.to_owned());
        let mut known = self.known.borrow_mut();
        let found = known.entry(at).or_insert_with(|| self.ask(namespace, name));
        found.as_ref().map(|values| values.get(key).cloned()).map_err(Clone::clone)
    }

    fn ask(&self, namespace: &str, name: &str) -> Result<Values, ServerError> {
        let named = Some(namespace.to_owned()).filter(|it| !it.is_empty());
        let subject = Subject { verb: "get", resource: "secrets".to_owned(), namespace: named };
        let (kubeconfig, context) = (self.kubeconfig.as_deref(), self.context.as_deref());
        // On a thread of its own: whoever asks may be waiting for sockets already, and one thread waits once.
        let asked = std::thread::scope(|scope| {
            let ask = || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let runtime = runtime.map_err(|error| subject.unreachable(error.to_string()))?;
                runtime.block_on(fetch(kubeconfig, context, namespace, name, &subject))
            };
            scope.spawn(ask).join()
        });
        asked.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

async fn fetch(
    kubeconfig: Option<&Path>,
    context: Option<&str>,
    namespace: &str,
    name: &str,
    subject: &Subject,
) -> Result<Values, ServerError> {
    let way = way(kubeconfig, context).await;
    let way = way.map_err(|found| subject.unreachable(found.message))?;
    let namespace = if namespace.is_empty() { &way.namespace } else { namespace };
    let api: Api<v1::Secret> = Api::namespaced(way.client, namespace);
    let answer = tokio::time::timeout(TIMEOUT, api.get(name)).await;
    let secret = match answer {
        Err(_) => return Err(subject.timed_out(TIMEOUT.as_secs())),
        Ok(Err(error)) => return Err(read(subject, &error)),
        Ok(Ok(secret)) => secret,
    };
    let text =
        |(key, bytes): (String, k8s_openapi::ByteString)| Some((key, Secret::new(String::from_utf8(bytes.0).ok()?)));
    Ok(secret.data.unwrap_or_default().into_iter().filter_map(text).collect())
}
