//! The StatefulSet of the pods.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::diagnostics::Diagnostic;
use crate::live::kubernetes::{Apply, Cluster, ServerError};
use crate::plan::scaling::{DRAINED_TO, SCALING};

use super::resize::Set;

const MANAGER: &str = "redisops";
/// The label that says where a machine stands.
const ZONE: &str = "topology.kubernetes.io/zone";

/// A StatefulSet as it is now.
pub struct Workload {
    cluster: Cluster,
    namespace: String,
    name: String,
    uid: Value,
    replicas: u16,
    service: String,
    drained_to: Option<String>,
    scaling: Option<String>,
    redis_of_shard: Option<String>,
}

impl Workload {
    /// Reads it; none when it is not there.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn read(cluster: Cluster, namespace: &str, name: &str) -> Result<Option<Workload>, Diagnostic> {
        let failed = |error: ServerError| failed(namespace, name, "read", &error);
        let kind = cluster.kind_of("apps/v1", "StatefulSet").map_err(failed)?;
        let Some(object) = cluster.get(kind, Some(namespace), name).await.map_err(failed)? else { return Ok(None) };
        Ok(Some(Workload::of(cluster, &object)))
    }

    /// A live object as one.
    pub fn of(cluster: Cluster, object: &Value) -> Workload {
        let count = |value: &Value| value.as_u64().and_then(|count| u16::try_from(count).ok());
        // Pods that an earlier change has not removed yet count, too.
        let replicas = count(&object["spec"]["replicas"]).unwrap_or(1);
        let running = count(&object["status"]["replicas"]).unwrap_or(0);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let metadata = &object["metadata"];
        let noted = |key: &str| metadata["annotations"][key].as_str().map(str::to_owned);
        let set = Set { live: Some(object.clone()), wanted: None };
        Workload {
            namespace: text(&metadata["namespace"]),
            name: text(&metadata["name"]),
            uid: metadata["uid"].clone(),
            replicas: replicas.max(running),
            service: text(&object["spec"]["serviceName"]),
            drained_to: noted(DRAINED_TO),
            scaling: noted(SCALING),
            redis_of_shard: set.redis_of_shard().map(str::to_owned),
            cluster,
        }
    }

    /// The cluster that it is in.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Its namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Redis of which it holds one shard; nothing where it holds all or none.
    pub fn redis_of_shard(&self) -> Option<&str> {
        self.redis_of_shard.as_deref()
    }

    /// To how many pods a drain lets it go.
    pub fn drained_to(&self) -> Option<usize> {
        self.drained_to.as_ref()?.parse().ok()
    }

    /// How many replicas each master is to have, where a change of its size has begun and is not done.
    pub fn scaling(&self) -> Option<u16> {
        self.scaling.as_ref()?.parse().ok()
    }

    /// The names of the pods that there are, or will be.
    pub fn pods(&self, wanted: u16) -> Vec<String> {
        (0..self.replicas.max(wanted)).map(|ordinal| format!("{}-{ordinal}", self.name)).collect()
    }

    /// Where a pod is reached: by a template, or by its name in the Service.
    pub fn address(&self, pod: &str, template: Option<&str>, port: u16) -> String {
        match template {
            Some(template) => template.replace("{pod}", pod),
            None => format!("{pod}.{}.{}.svc:{port}", self.service, self.namespace),
        }
    }

    /// Where its pods run, as far as that may be read: by a label of their own, else by that of their machine.
    pub async fn zones(&self) -> BTreeMap<String, String> {
        self.zones_of(&[&self.name]).await
    }

    /// The same for all pods of these StatefulSets of its namespace.
    pub async fn zones_of(&self, sets: &[&str]) -> BTreeMap<String, String> {
        let (Ok(pods), Ok(nodes)) = (self.cluster.kind_of("v1", "Pod"), self.cluster.kind_of("v1", "Node")) else {
            return BTreeMap::new();
        };
        let Ok(list) = self.cluster.list(pods, Some(&self.namespace), None).await else { return BTreeMap::new() };
        let zone = |object: &Value| object["metadata"]["labels"][ZONE].as_str().map(str::to_owned);
        let mut machines: BTreeMap<String, Option<String>> = BTreeMap::new();
        let mut zones = BTreeMap::new();
        for pod in &list.items {
            let name = pod["metadata"]["name"].as_str().unwrap_or_default();
            if name.rsplit_once('-').is_none_or(|(set, _)| !sets.contains(&set)) {
                continue;
            }
            let mut found = zone(pod);
            if let (None, Some(machine)) = (&found, pod["spec"]["nodeName"].as_str()) {
                if !machines.contains_key(machine) {
                    let object = self.cluster.get(nodes, None, machine).await.ok().flatten();
                    machines.insert(machine.to_owned(), object.as_ref().and_then(zone));
                }
                found = machines.get(machine).cloned().flatten();
            }
            zones.extend(found.map(|zone| (name.to_owned(), zone)));
        }
        zones
    }

    /// Takes back what an earlier drain has said: more pods are needed again.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn needed(&self, pods: usize) -> Result<(), Diagnostic> {
        let said = self.drained_to.as_ref().map(|said| said.parse::<usize>().unwrap_or(0));
        if said.is_some_and(|said| said < pods) { self.drained(pods).await } else { Ok(()) }
    }

    /// Says on it how many pods are needed. Only after a verified drain: the guard lets it shrink to that number.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn drained(&self, to: usize) -> Result<(), Diagnostic> {
        // What was read of it may be old: it said something else in between.
        self.note(json!({ DRAINED_TO: to.to_string() })).await
    }

    /// Says on it that its size is about to change: that so many pods are in use, and how many replicas each master is to have.
    ///
    /// # Errors
    /// When the server refuses, or is not reached.
    pub async fn begin(&self, pods: u16, replicas: u16) -> Result<(), Diagnostic> {
        self.note(json!({ DRAINED_TO: pods.to_string(), SCALING: replicas.to_string() })).await
    }

    async fn note(&self, annotations: Value) -> Result<(), Diagnostic> {
        let failed = |error: ServerError| failed(&self.namespace, &self.name, "annotated", &error);
        let kind = self.cluster.kind_of("apps/v1", "StatefulSet").map_err(failed)?;
        // Its identity keeps a StatefulSet that has gone meanwhile from being made anew.
        let object = json!({
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": { "name": self.name, "namespace": self.namespace, "uid": self.uid, "annotations": annotations },
        });
        // A manager of its own: what is applied from Git later does not take the annotation away.
        let how = Apply { manager: &format!("{MANAGER}-scaling"), force: true, dry_run: false };
        let applied =
            self.cluster.server_apply(kind, Some(&self.namespace), &self.name, object.to_string().into_bytes(), how);
        match applied.await {
            Ok(_) => Ok(()),
            // Nobody shrinks what is not there.
            Err(error) => match self.is_gone().await {
                true => Ok(()),
                false => Err(failed(error)),
            },
        }
    }

    async fn is_gone(&self) -> bool {
        let Ok(kind) = self.cluster.kind_of("apps/v1", "StatefulSet") else { return false };
        matches!(self.cluster.get(kind, Some(&self.namespace), &self.name).await, Ok(None))
    }
}

fn failed(namespace: &str, name: &str, done: &str, error: &ServerError) -> Diagnostic {
    let found = Diagnostic::error(
        "redisops::scaling::workload",
        format!("StatefulSet `{namespace}/{name}` cannot be {done}: {}", error.message),
    );
    match crate::live::kubernetes::role_for([error]) {
        Some(role) => found.note(format!("this Role would do:\n{role}")),
        None => found,
    }
}
