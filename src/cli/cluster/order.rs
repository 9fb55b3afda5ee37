//! Which pods there are, where they are reached, and what is wanted of them.

use std::path::Path;

use crate::apply::scaling::{Place, Workload};
use crate::cli::args::ResizeArgs;
use crate::cli::slots::{Context, access_of, live};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::environment::Guards;
use crate::live::kubernetes::Cluster;
use crate::live::redis::Access;
use crate::plan::scaling::Wanted;
use crate::slots::Address;

use super::home;
use super::shards::{divide, keep, sort};

/// The pods of a cluster and how they are reached.
pub struct Fleet {
    /// How nodes are reached.
    pub access: Access,
    /// The pods, in the order of their ordinals.
    pub places: Vec<Place>,
    /// Whether each master and its replicas have a StatefulSet of their own: who stays depends on the number of replicas then.
    pub is_sharded: bool,
    /// The StatefulSet, where one is named.
    pub workload: Option<Workload>,
    /// What the environment asks for before something is changed.
    pub guards: Option<Guards>,
}

impl Fleet {
    /// Knows who stays, now that it is known what is wanted.
    pub fn keep(&mut self, wanted: Wanted) {
        if self.is_sharded {
            keep(&mut self.places, wanted);
        }
    }
}

/// Reads what the arguments name.
///
/// # Errors
/// When they name no pods, or it is wrong; when the API server cannot be asked.
pub async fn fleet(arguments: &ResizeArgs, cx: &Context<'_>) -> Result<Fleet, Diagnostics> {
    let (access, mut pods, guards) = match &arguments.environment {
        Some(word) => {
            let live = live(word, &arguments.access, cx)?;
            let pods = match &live.home {
                // Pods that go are not in the files any more.
                Some(home) => home::pods(home, live.pods).await?,
                None => live.pods,
            };
            (live.access, pods, live.guards)
        }
        None => (access_of(&arguments.access, cx.environment)?, Vec::new(), None),
    };
    for text in &arguments.pod {
        let (name, at) = pair(text, "--pod", "NAME=HOST:PORT, as in cache-0=127.0.0.1:7001")?;
        let at: Address = at.parse().map_err(|error: crate::slots::NoAddress| argument(error.to_string()))?;
        pods.retain(|(other, _)| *other != name);
        pods.push((name, at));
    }
    let workload = match &arguments.stateful_set {
        Some(name) => workload(name, arguments).await?,
        None => None,
    };
    if let Some(workload) = &workload {
        for pod in workload.pods(arguments.nodes) {
            if pods.iter().all(|(name, _)| *name != pod) {
                let at = workload.address(&pod, arguments.address.as_deref(), 6379);
                let at = at.parse().map_err(|error: crate::slots::NoAddress| argument(error.to_string()))?;
                pods.push((pod, at));
            }
        }
    }
    sort(&mut pods);
    if pods.is_empty() && arguments.stateful_set.is_none() {
        return Err(argument("no pods are named".to_owned())
            .help("name an environment whose entry in `spec.redis` has `access: {mode: map, map: {POD: \"HOST:PORT\"}}`, or the pods with `--pod`")
            .into());
    }
    let zones: Vec<(String, String)> =
        arguments.zone.iter().map(|text| pair(text, "--zone", "NAME=ZONE")).collect::<Result<_, _>>()?;
    let place = |(index, (pod, at)): (usize, (String, Address))| Place {
        stays: index < usize::from(arguments.nodes),
        shard: None,
        zone: zones.iter().find(|(name, _)| *name == pod).map(|(_, zone)| zone.clone()),
        announced: None,
        pod,
        at,
    };
    let mut places: Vec<Place> = pods.into_iter().enumerate().map(place).collect();
    let is_sharded = divide(&mut places);
    Ok(Fleet { access, places, is_sharded, workload, guards })
}

async fn workload(name: &str, arguments: &ResizeArgs) -> Result<Option<Workload>, Diagnostics> {
    let cluster =
        Cluster::connect(arguments.kubeconfig.as_deref().map(Path::new), arguments.context.as_deref()).await?;
    let (namespace, name) = match name.split_once('/') {
        Some((namespace, name)) => (namespace.to_owned(), name),
        None => (cluster.namespace().to_owned(), name),
    };
    let workload = Workload::read(cluster, &namespace, name).await?;
    match workload.as_ref().and_then(Workload::redis_of_shard) {
        Some(redis) => Err(one_of_several(name, redis).into()),
        None => Ok(workload),
    }
}

fn one_of_several(name: &str, redis: &str) -> Diagnostic {
    let message =
        format!("StatefulSet `{name}` holds one shard of Redis `{redis}`, and its cluster has several of them");
    Diagnostic::error("redisops::scaling::one-shard", message)
        .note("shards come and go as whole StatefulSets: no single one of them can say how large the cluster is")
        .help("run `redisops apply ENV --prune`, which changes StatefulSets and nodes together; or only the nodes with `redisops cluster scale ENV`, where an entry of `spec.redis` says how all pods are reached")
}

fn pair(text: &str, option: &str, form: &str) -> Result<(String, String), Diagnostic> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(argument(format!("`{text}` says nothing to `{option}`")).help(format!("write {form}"))),
    }
}

fn argument(message: String) -> Diagnostic {
    Diagnostic::error("redisops::scaling::argument", message)
}
