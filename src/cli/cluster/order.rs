//! Which pods there are, where they are reached, and what is wanted of them.

use std::path::Path;

use crate::apply::scaling::{Place, Workload};
use crate::cli::args::ResizeArgs;
use crate::cli::slots::{Context, access_of, live};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::environment::Guards;
use crate::live::kubernetes::Cluster;
use crate::live::redis::Access;
use crate::slots::Address;

/// The pods of a cluster and how they are reached.
pub struct Fleet {
    /// How nodes are reached.
    pub access: Access,
    /// The pods, in the order of their ordinals.
    pub places: Vec<Place>,
    /// The StatefulSet, where one is named.
    pub workload: Option<Workload>,
    /// What the environment asks for before something is changed.
    pub guards: Option<Guards>,
}

/// Reads what the arguments name.
///
/// # Errors
/// When they name no pods, or it is wrong; when the API server cannot be asked.
pub async fn fleet(arguments: &ResizeArgs, cx: &Context<'_>) -> Result<Fleet, Diagnostics> {
    let (access, mut pods, guards) = match &arguments.environment {
        Some(word) => {
            let live = live(word, &arguments.access, cx)?;
            (live.access, live.pods, live.guards)
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
        // As `kind: Redis` calls StatefulSets of one shard.
        shard: parts(&pod).map(|(set, _)| set).filter(|set| set.rsplit_once("-shard-").is_some()),
        zone: zones.iter().find(|(name, _)| *name == pod).map(|(_, zone)| zone.clone()),
        announced: None,
        pod,
        at,
    };
    Ok(Fleet { access, places: pods.into_iter().enumerate().map(place).collect(), workload, guards })
}

async fn workload(name: &str, arguments: &ResizeArgs) -> Result<Option<Workload>, Diagnostics> {
    let cluster =
        Cluster::connect(arguments.kubeconfig.as_deref().map(Path::new), arguments.context.as_deref()).await?;
    let (namespace, name) = match name.split_once('/') {
        Some((namespace, name)) => (namespace.to_owned(), name),
        None => (cluster.namespace().to_owned(), name),
    };
    Ok(Workload::read(cluster, &namespace, name).await?)
}

/// By ordinal, where all names differ in that only; else as they were given.
fn sort(pods: &mut [(String, Address)]) {
    let bases: Option<Vec<String>> = pods.iter().map(|(name, _)| parts(name).map(|(base, _)| base)).collect();
    if bases.is_some_and(|bases| bases.windows(2).all(|two| two[0] == two[1])) {
        pods.sort_by_key(|(name, _)| parts(name).map(|(_, ordinal)| ordinal));
    }
}

/// The StatefulSet of a pod, and the number of the pod in it.
fn parts(name: &str) -> Option<(String, u32)> {
    let (base, ordinal) = name.rsplit_once('-')?;
    Some((base.to_owned(), ordinal.parse::<u32>().ok()?))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_of_one_workload_go_by_their_numbers() {
        let pods = |names: &[&str]| -> Vec<(String, Address)> {
            names.iter().map(|name| ((*name).to_owned(), Address::new("h", 1))).collect()
        };
        let sorted = |names: &[&str]| {
            let mut pods = pods(names);
            sort(&mut pods);
            pods.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(sorted(&["c-10", "c-2", "c-0"]), ["c-0", "c-2", "c-10"]);
        assert_eq!(sorted(&["b-1", "a-1", "a-0"]), ["b-1", "a-1", "a-0"], "as given");
    }
}
