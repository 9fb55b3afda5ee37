//! Passwords that running pods were given: whoever changes them has to come in with them once more.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1;
use kube::Api;
use tokio::sync::OnceCell;

use crate::live::redis::{Former, FormerPassword};
use crate::secrets::Secret;
use crate::topology::PREVIOUS;

use super::connect::way;

const TIMEOUT: Duration = Duration::from_secs(20);

/// The values of Secrets that the pods of a StatefulSet get as variables, as they were when they were first asked for.
pub struct PodPasswords {
    kubeconfig: Option<PathBuf>,
    context: Option<String>,
    namespace: String,
    set: String,
    known: OnceCell<Vec<FormerPassword>>,
}

impl fmt::Debug for PodPasswords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PodPasswords").field("set", &self.set).finish_non_exhaustive()
    }
}

impl PodPasswords {
    /// Of a StatefulSet of the cluster of a kubeconfig and a context.
    pub fn new(kubeconfig: Option<&Path>, context: Option<&str>, namespace: &str, set: &str) -> PodPasswords {
        PodPasswords {
            kubeconfig: kubeconfig.map(Path::to_owned),
            context: context.map(str::to_owned),
            namespace: namespace.to_owned(),
            set: set.to_owned(),
            known: OnceCell::new(),
        }
    }

    /// Nothing where they cannot be read: then the node that asks for another password says what is wrong.
    async fn read(&self) -> Option<Vec<FormerPassword>> {
        let way = way(self.kubeconfig.as_deref(), self.context.as_deref()).await.ok()?;
        let namespace = if self.namespace.is_empty() { way.namespace.clone() } else { self.namespace.clone() };
        let sets: Api<StatefulSet> = Api::namespaced(way.client.clone(), &namespace);
        let secrets: Api<v1::Secret> = Api::namespaced(way.client, &namespace);
        let pod = sets.get(&self.set).await.ok()?.spec.template.spec?;
        let variables = pod.containers.into_iter().flat_map(|container| container.env.unwrap_or_default());
        let keys = variables.filter_map(|variable| variable.value_from?.secret_key_ref);
        let mut found: Vec<FormerPassword> = Vec::new();
        for reference in keys.filter(|reference| !reference.key.ends_with(PREVIOUS)) {
            let Ok(secret) = secrets.get(&reference.name).await else { continue };
            let data = secret.data.unwrap_or_default();
            for key in [reference.key.clone(), format!("{}{PREVIOUS}", reference.key)] {
                let text = data.get(&key).and_then(|bytes| String::from_utf8(bytes.0.clone()).ok());
                let is_new = |text: &String| found.iter().all(|known| known.value.expose() != text);
                let known = |text: String| {
                    let secret = reference.name.clone();
                    FormerPassword { secret, key: key.clone(), value: Secret::new(text) }
                };
                found.extend(text.filter(is_new).map(known));
            }
        }
        Some(found)
    }
}

impl Former for PodPasswords {
    fn passwords(&self) -> BoxFuture<'_, Vec<FormerPassword>> {
        let read = async {
            let read = tokio::time::timeout(TIMEOUT, self.read()).await;
            read.ok().flatten().unwrap_or_default()
        };
        async { self.known.get_or_init(|| read).await.clone() }.boxed()
    }
}
