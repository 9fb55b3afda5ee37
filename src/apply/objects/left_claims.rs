//! Claims that StatefulSets have left behind: they are in no set, as a controller has made them, and go only where somebody names them.

use serde_json::Value;

use crate::diagnostics::Diagnostic;
use crate::k8s::ResourceRef;
use crate::live::kubernetes::{Cluster, ServerError};
use crate::plan::scaling::REDIS;
use crate::plan::{ApplySetRef, Named};
use crate::provenance::json;

use super::members;
use super::survey::Survey;
use super::wanted::Wanted;

const KIND: &str = "PersistentVolumeClaim";
const SET: &str = "StatefulSet";

/// The claims of pods of these objects that are named to be deleted and are in no set, as they are now.
///
/// # Errors
/// When one cannot be looked at.
pub(super) async fn named(
    cluster: &Cluster,
    set: &ApplySetRef,
    wanted: &[Wanted],
    gone: &[Value],
    delete: &[Named],
) -> Result<Vec<Value>, Diagnostic> {
    let mut found = Vec::new();
    let claims: Vec<&Named> = delete.iter().filter(|named| named.kind.eq_ignore_ascii_case(KIND)).collect();
    if claims.is_empty() {
        return Ok(found);
    }
    let wanted_sets = wanted.iter().filter(|one| one.resource.kind == SET).map(|one| json(&one.node));
    let gone_sets = gone.iter().filter(|object| object["kind"] == SET).cloned();
    let sets: Vec<Value> = wanted_sets.chain(gone_sets).collect();
    for named in claims {
        let is_known = wanted.iter().any(|one| named.is(&one.resource))
            || gone.iter().any(|object| named.is(&members::resource(object)));
        if is_known || !sets.iter().any(|set| is_of(&named.name, set)) {
            continue;
        }
        let cannot = |error: ServerError| {
            Diagnostic::error(
                "redisops::apply::delete",
                format!("`--delete {named}` cannot be done: {}", error.message),
            )
            .help("it takes the rights to get and delete persistentvolumeclaims there")
        };
        let kind = cluster.kind_of("v1", KIND).map_err(cannot)?;
        let namespace = named.namespace.as_deref().unwrap_or(&set.namespace);
        found.extend(cluster.get(kind, Some(namespace), &named.name).await.map_err(cannot)?);
    }
    Ok(found)
}

/// Whether a claim is, or was, of a pod of that StatefulSet, or of another shard of its Redis.
fn is_of(claim: &str, set: &Value) -> bool {
    let Some((rest, _)) = numbered(claim) else { return false };
    let is_before =
        |name: &str| rest.strip_suffix(name).is_some_and(|volume| volume.len() > 1 && volume.ends_with('-'));
    let metadata = &set["metadata"];
    if metadata["name"].as_str().is_some_and(is_before) {
        return true;
    }
    let of_shard = numbered(rest).and_then(|(shards, _)| shards.strip_suffix("-shard"));
    let redis = metadata["annotations"][REDIS].as_str();
    let is_redis = |(rest, redis): (&str, &str)| {
        rest.strip_suffix(redis).is_some_and(|volume| volume.len() > 1 && volume.ends_with('-'))
    };
    of_shard.zip(redis).is_some_and(is_redis)
}

/// A name and the number behind it.
fn numbered(name: &str) -> Option<(&str, u64)> {
    let (rest, number) = name.rsplit_once('-')?;
    Some((rest, number.parse().ok().filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()))?))
}

impl Survey {
    /// The pod that keeps a claim in use: of a StatefulSet that the files have, or of one that they do not have and that stays all the same.
    pub fn user_of(&self, claim: &Named, stays: &dyn Fn(&ResourceRef) -> bool) -> Option<String> {
        if !claim.kind.eq_ignore_ascii_case(KIND) {
            return None;
        }
        let wanted = self.wanted.iter().filter(|one| one.resource.kind == SET).map(|one| json(&one.node));
        let gone = self.live.gone.iter().filter(|object| object["kind"] == SET);
        let left = gone.filter(|object| stays(&members::resource(object))).cloned();
        wanted.chain(left).find_map(|set| pod_of(&claim.name, &set))
    }
}

/// The pod of a StatefulSet that uses a claim.
fn pod_of(claim: &str, set: &Value) -> Option<String> {
    let count = set["spec"]["replicas"].as_u64().unwrap_or(1);
    let name = set["metadata"]["name"].as_str()?;
    let (rest, ordinal) = numbered(claim)?;
    let templates = set["spec"]["volumeClaimTemplates"].as_array()?;
    let is_own = templates
        .iter()
        .filter_map(|template| template["metadata"]["name"].as_str())
        .any(|volume| rest == format!("{volume}-{name}"));
    (is_own && ordinal < count).then(|| format!("{name}-{ordinal}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_of_a_target_are_those_of_its_pods_and_of_shards_that_it_had() {
        let shard = json!({"metadata": {"name": "cache-shard-0", "annotations": {"redisops.dev/redis": "cache"}}});
        for claim in
            ["data-cache-shard-0-0", "data-cache-shard-0-17", "my-data-cache-shard-0-1", "data-cache-shard-5-1"]
        {
            assert!(is_of(claim, &shard), "{claim}");
        }
        for claim in [
            "data-cache-shard-0",
            "cache-shard-0-0",
            "data-session-shard-0-0",
            "data-cache-shard-x-0",
            "data-cache-shard-5-+1",
        ] {
            assert!(!is_of(claim, &shard), "{claim}");
        }
        let other = json!({"metadata": {"name": "cache"}});
        assert!(is_of("data-cache-3", &other) && !is_of("data-my-cache-shard-0-0", &other));
    }

    #[test]
    fn claims_are_in_use_up_to_the_number_of_pods() {
        let set = json!({
            "metadata": {"name": "cache"},
            "spec": {"replicas": 2, "volumeClaimTemplates": [{"metadata": {"name": "data"}}]},
        });
        assert_eq!(pod_of("data-cache-1", &set).as_deref(), Some("cache-1"));
        assert_eq!(pod_of("data-cache-2", &set), None);
        assert_eq!(pod_of("logs-cache-0", &set), None);
    }
}
