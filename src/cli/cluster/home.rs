//! The pods that an API server has of a cluster: of the files, only those that are wanted are known.

use crate::apply::scaling::Set;
use crate::cli::slots::Home;
use crate::diagnostics::Diagnostics;
use crate::live::kubernetes::Cluster;
use crate::slots::Address;

/// The pods of its live StatefulSets, and where they are reached; beside those that are `known`. Whoever may not list StatefulSets knows no more.
///
/// # Errors
/// When the API server is not reached.
pub async fn pods(home: &Home, known: Vec<(String, Address)>) -> Result<Vec<(String, Address)>, Diagnostics> {
    let cluster = Cluster::connect(home.cluster.kubeconfig.as_deref(), home.cluster.context.as_deref()).await?;
    let namespace = if home.namespace.is_empty() { cluster.namespace().to_owned() } else { home.namespace.clone() };
    let Ok(kind) = cluster.kind_of("apps/v1", "StatefulSet") else { return Ok(known) };
    let Ok(list) = cluster.list(kind, Some(&namespace), None).await else { return Ok(known) };
    let sets = list.items.into_iter().map(|object| Set { live: Some(object), wanted: None });
    let is_own = |set: &Set| {
        let is_shard = home.redis.is_some() && set.redis_of_shard() == home.redis.as_deref();
        is_shard || set.name() == home.set
    };
    let live: Vec<String> = sets.filter(is_own).flat_map(|set| set.pods()).collect();
    if live.is_empty() {
        return Ok(known);
    }
    let mut all = known.clone();
    for pod in live {
        if all.iter().all(|(name, _)| *name != pod) {
            let at = beside(&known, &pod).unwrap_or_else(|| Address::new(pod.clone(), home.port));
            all.push((pod, at));
        }
    }
    Ok(all)
}

/// The address of a pod, written as those of others: certificates are made out to whole names.
fn beside(known: &[(String, Address)], pod: &str) -> Option<Address> {
    known.iter().find_map(|(name, at)| {
        let rest = at.host.strip_prefix(name.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('.'))?;
        Some(Address::new(format!("{pod}{rest}"), at.port))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_is_reached_as_the_others_are() {
        let known = |host: &str| vec![("c-shard-0-0".to_owned(), Address::new(host, 6380))];
        let found = |host: &str| beside(&known(host), "c-shard-1-0").map(|at| at.to_string());
        assert_eq!(found("c-shard-0-0").as_deref(), Some("c-shard-1-0:6380"));
        assert_eq!(found("c-shard-0-0.c-headless.shop.svc").as_deref(), Some("c-shard-1-0.c-headless.shop.svc:6380"));
        assert_eq!(found("127.0.0.1"), None);
    }
}
