//! The StatefulSets of a cluster, as they are and as they are wanted: one with all nodes, or one for each master and its replicas.

use serde_json::Value;

use crate::plan::scaling::{CLUSTER_LABEL, CLUSTER_REPLICAS, LAYOUT, PER_SHARD, REDIS, SCALING, Wanted};

/// One of them.
#[derive(Clone, PartialEq, Debug)]
pub struct Set {
    /// As it is; nothing where it is new.
    pub live: Option<Value>,
    /// As Git has it; nothing where it goes.
    pub wanted: Option<Value>,
}

/// All of a cluster, in the order of their shards.
#[derive(Clone, PartialEq, Debug)]
pub struct Resize {
    /// The StatefulSets.
    pub sets: Vec<Set>,
}

/// The pods of a StatefulSet that are there, and those that are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Size {
    pub have: u16,
    pub want: u16,
}

impl Size {
    pub fn shrinks(self) -> bool {
        self.want < self.have
    }

    pub fn grows(self) -> bool {
        self.want > self.have
    }
}

impl Set {
    /// What is known of it.
    fn objects(&self) -> impl Iterator<Item = &Value> {
        self.live.iter().chain(&self.wanted)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.objects().find_map(|object| object["metadata"]["name"].as_str()).unwrap_or_default()
    }

    fn annotation(&self, key: &str) -> Option<&str> {
        self.wanted.iter().chain(&self.live).find_map(|object| object["metadata"]["annotations"][key].as_str())
    }

    /// Whether it says itself that its pods are of a cluster.
    pub fn is_labelled(&self) -> bool {
        self.objects().any(|object| object["metadata"]["labels"][CLUSTER_LABEL].is_string())
    }

    /// The Redis of which it holds one shard; nothing where it holds all or none.
    pub fn redis_of_shard(&self) -> Option<&str> {
        self.annotation(REDIS).filter(|_| self.is_labelled() && self.annotation(LAYOUT) == Some(PER_SHARD))
    }

    /// How many pods there are, those that an earlier change has not removed yet included, and how many are wanted; nothing where Git leaves that open.
    pub(super) fn size(&self) -> Option<Size> {
        let have = self.live.as_ref().map_or(0, |live| {
            let said = count(&live["spec"]["replicas"]).unwrap_or(1);
            said.max(count(&live["status"]["replicas"]).unwrap_or(0))
        });
        let want = match &self.wanted {
            Some(wanted) => count(&wanted["spec"]["replicas"])?,
            None => 0,
        };
        Some(Size { have, want })
    }

    /// The pods that there are, those that an earlier change has not removed yet included.
    pub fn pods(&self) -> Vec<String> {
        let count = self.size().map_or(0, |size| size.have);
        (0..count).map(|ordinal| format!("{}-{ordinal}", self.name())).collect()
    }

    /// Whether pods of it go.
    pub fn shrinks(&self) -> bool {
        self.size().is_some_and(Size::shrinks)
    }

    /// Claims of volumes that stay when pods go.
    pub(super) fn kept_claims(&self) -> Vec<String> {
        let (Some(live), Some(size)) = (&self.live, self.size()) else { return Vec::new() };
        let policy = if self.wanted.is_some() { "whenScaled" } else { "whenDeleted" };
        if live["spec"]["persistentVolumeClaimRetentionPolicy"][policy] == "Delete" {
            return Vec::new();
        }
        let templates = live["spec"]["volumeClaimTemplates"].as_array().map_or(&[][..], Vec::as_slice);
        let names = templates.iter().filter_map(|template| template["metadata"]["name"].as_str());
        let claims = |name: &str| -> Vec<String> {
            (size.want..size.have).map(|ordinal| format!("{name}-{}-{ordinal}", self.name())).collect()
        };
        names.flat_map(claims).collect()
    }

    /// The number behind its name: shards have one.
    fn number(&self) -> Option<u32> {
        self.name().rsplit_once('-')?.1.parse().ok()
    }
}

impl Resize {
    /// Of one StatefulSet.
    pub fn one(live: &Value, wanted: &Value) -> Resize {
        Resize { sets: vec![Set { live: Some(live.clone()), wanted: Some(wanted.clone()) }] }
    }

    /// Of the StatefulSets of one Redis, each with a shard.
    pub fn of_shards(mut sets: Vec<Set>) -> Resize {
        sets.sort_by(|one, other| (one.number(), one.name()).cmp(&(other.number(), other.name())));
        Resize { sets }
    }

    /// Whether each master has a StatefulSet of its own.
    pub(super) fn is_sharded(&self) -> bool {
        self.sets.iter().any(|set| set.redis_of_shard().is_some())
    }

    /// What messages call it.
    pub(super) fn name(&self) -> String {
        let names: Vec<&str> = self.sets.iter().map(Set::name).collect();
        match self.sets.iter().find_map(Set::redis_of_shard) {
            Some(redis) => format!("{redis}` (`{}", names.join("`, `")),
            None => names.join("`, `"),
        }
    }

    /// The sizes, in the order of the sets; nothing where Git leaves one open.
    pub(super) fn sizes(&self) -> Option<Vec<Size>> {
        self.sets.iter().map(Set::size).collect()
    }

    /// Whether pods come or go, but not all of them: a cluster that is new forms by itself, and one that is stopped stays in its volumes.
    pub(super) fn changes(&self) -> bool {
        let Some(sizes) = self.sizes() else { return false };
        let is_new = self.sets.iter().all(|set| set.live.is_none());
        let is_stopped = sizes.iter().all(|size| size.want == 0);
        !is_new && !is_stopped && sizes.iter().any(|size| size.have != size.want)
    }

    /// Whether pods go of a StatefulSet that stays.
    pub fn shrinks(&self) -> bool {
        self.sets.iter().any(|set| set.wanted.is_some() && set.shrinks())
    }

    /// Whether there is something to do, or something was begun.
    pub fn is_under_way(&self) -> bool {
        let is_stopped = self.sizes().is_none_or(|sizes| sizes.iter().all(|size| size.want == 0));
        self.changes() || self.scaling().is_some() && !is_stopped
    }

    /// How many replicas each master is to have, where that is said.
    pub(super) fn replicas(&self) -> Option<u16> {
        let wanted = self.sets.iter().filter_map(|set| set.wanted.as_ref());
        wanted.filter_map(|wanted| wanted["metadata"]["annotations"][CLUSTER_REPLICAS].as_str()?.parse().ok()).next()
    }

    /// How many replicas each master is to have, where a change of the size has begun and is not done.
    pub(super) fn scaling(&self) -> Option<u16> {
        let live = self.sets.iter().filter_map(|set| set.live.as_ref());
        live.filter_map(|live| live["metadata"]["annotations"][SCALING].as_str()?.parse().ok()).next()
    }

    /// What the cluster is to be in the pods that stay: so many nodes of each set. Nothing where these are no masters with so many replicas each.
    pub(super) fn wanted(&self, staying: &[u16], replicas: u16) -> Option<Wanted> {
        let (nodes, shard) = (staying.iter().sum::<u16>(), replicas.checked_add(1)?);
        let masters = match self.is_sharded() {
            true => u16::try_from(staying.iter().filter(|count| **count > 0).count()).ok()?,
            false => nodes / shard,
        };
        (nodes == masters.checked_mul(shard)?).then_some(Wanted { masters, replicas })
    }
}

fn count(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|count| u16::try_from(count).ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(name: &str, replicas: u16, layout: &str) -> Value {
        json!({
            "metadata": {
                "name": name, "labels": {CLUSTER_LABEL: "cache"},
                "annotations": {REDIS: "cache", LAYOUT: layout, CLUSTER_REPLICAS: "1"},
            },
            "spec": {"replicas": replicas},
        })
    }

    #[test]
    fn shards_stand_in_the_order_of_their_numbers() {
        let shard = |number: usize, live: bool, wanted: bool| {
            let object = set(&format!("cache-shard-{number}"), 2, PER_SHARD);
            Set { live: live.then(|| object.clone()), wanted: wanted.then_some(object) }
        };
        let resize = Resize::of_shards(vec![shard(10, true, false), shard(9, false, true), shard(2, true, true)]);
        let names: Vec<&str> = resize.sets.iter().map(Set::name).collect();
        assert_eq!(names, ["cache-shard-2", "cache-shard-9", "cache-shard-10"]);
        let size = |have, want| Size { have, want };
        assert_eq!(resize.sizes(), Some(vec![size(2, 2), size(0, 2), size(2, 0)]));
        assert_eq!(resize.wanted(&[2, 2, 0], 1), Some(Wanted { masters: 2, replicas: 1 }));
        // A StatefulSet that somebody has made larger than the others holds no whole shard.
        assert_eq!(resize.wanted(&[2, 3, 0], 1), None);
        assert!(resize.is_sharded() && resize.replicas() == Some(1) && resize.scaling().is_none());
        assert!(resize.changes() && resize.is_under_way() && !resize.shrinks());
    }

    #[test]
    fn volumes_of_pods_that_go_are_named() {
        let mut live = set("cache-shard-2", 2, PER_SHARD);
        live["spec"]["volumeClaimTemplates"] = json!([{"metadata": {"name": "data"}}]);
        let goes = |live: &Value| Set { live: Some(live.clone()), wanted: None };
        assert_eq!(goes(&live).kept_claims(), ["data-cache-shard-2-0", "data-cache-shard-2-1"]);
        let smaller = Set { live: Some(live.clone()), wanted: Some(set("cache-shard-2", 1, PER_SHARD)) };
        assert_eq!(smaller.kept_claims(), ["data-cache-shard-2-1"]);
        live["spec"]["persistentVolumeClaimRetentionPolicy"] = json!({"whenDeleted": "Delete"});
        assert!(goes(&live).kept_claims().is_empty());
    }

    #[test]
    fn one_set_has_all_masters() {
        let resize = Resize::one(&set("cache-node", 6, "single"), &set("cache-node", 12, "single"));
        assert!(!resize.is_sharded() && resize.sets[0].is_labelled());
        assert_eq!(resize.wanted(&[12], 1), Some(Wanted { masters: 6, replicas: 1 }));
        assert_eq!(resize.wanted(&[11], 1), None);
        let open = json!({"metadata": {"name": "cache-node"}, "spec": {}});
        assert_eq!(Resize::one(&set("cache-node", 6, "single"), &open).sizes(), None);
    }
}
