//! Volumes of shards that go: nobody deletes their claims unless they are named, and a node that comes back with an old one does no harm.

use std::time::Duration;

use serde_json::Value;

use crate::support::TestCluster;

use super::guard::Space;
use super::interrupted::is_full;
use super::shards::{Shards, Unguard, pod};

/// The volumes stand in no namespace.
struct Volumes<'c>(&'c Space);

impl Volumes<'_> {
    /// A class, and a volume for each of so many pods.
    fn make(space: &Space, count: usize) -> Volumes<'_> {
        let name = &space.name;
        let volumes: String = (0..count)
            .map(|number| {
                format!(
                    "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: {name}-{number}, labels: {{test: {name}}}}}\nspec:\n  storageClassName: {name}\n  \
                     capacity: {{storage: 1Gi}}\n  accessModes: [ReadWriteOnce]\n  persistentVolumeReclaimPolicy: Retain\n  \
                     csi: {{driver: test.example.com, volumeHandle: {name}-{number}}}\n"
                )
            })
            .collect();
        let class = format!(
            "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: {name}}}\nprovisioner: test.example.com\n"
        );
        space.create(&format!("{class}{volumes}"));
        Volumes(space)
    }
}

impl Drop for Volumes<'_> {
    fn drop(&mut self) {
        let _ = self.0.run(&["delete", "pv", "-l", &format!("test={}", self.0.name), "--wait=false"]);
        let _ = self.0.run(&["delete", "storageclass", &self.0.name]);
    }
}

/// The claims, by their names, with their identities.
fn claims(space: &Space) -> Vec<(String, String)> {
    let told = space.run(&["get", "pvc", "-o", "json"]).expect("claims");
    let list: Value = serde_json::from_str(&told).expect("a list");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let metadata = list["items"].as_array().expect("items").iter().map(|one| &one["metadata"]);
    metadata.map(|metadata| (text(&metadata["name"]), text(&metadata["uid"]))).collect()
}

fn of_shard(all: &[(String, String)], shard: usize) -> Vec<(String, String)> {
    let start = format!("data-cache-shard-{shard}-");
    all.iter().filter(|(name, _)| name.starts_with(&start)).cloned().collect()
}

#[test]
fn claims_of_shards_that_go_stay_and_are_found_again() {
    let Some(space) = Space::named("claims") else { return };
    let _unguard = Unguard(&space);
    let _volumes = Volumes::make(&space, 8);
    let cluster = TestCluster::start(3, 1, 6);
    cluster.fill(300);
    let before = cluster.digest();
    let mut shards = Shards::shuffled(&space, &cluster);
    // The servers of this test keep nothing on disk beside what they know of the cluster; only the pods have volumes.
    shards.more = format!(
        "  patches:\n  - target: {{kind: StatefulSet}}\n    patch: |\n      - {{op: add, path: /spec/volumeClaimTemplates, value: [{{metadata: {{name: data}}, spec: {{accessModes: [ReadWriteOnce], \
         storageClassName: {}, resources: {{requests: {{storage: 1Gi}}}}}}}}]}}\n",
        space.name
    );
    shards.create();
    assert_eq!(claims(&space).len(), 6);

    // A master, then a replica of the last shard dies before it goes, and comes back with what it knew.
    let roles: &[&str] = if is_full() { &["master", "slave"] } else { &["master"] };
    for &role in roles {
        shards.apply(8, 1);
        let made = claims(&space);
        assert_eq!(made.len(), 8, "{made:?}");
        let own = (0..2).map(|ordinal| pod(3, ordinal));
        let dead = own
            .into_iter()
            .find(|pod| shards.node(pod).info("replication").get("role") == Some(role))
            .expect("one of two");
        shards.node(&dead).kill9();
        wait_for_death(&shards, &dead);

        shards.write(6, 1);
        let told = shards.redisops(&["plan", "prod", "-o", "json"]);
        assert_eq!(told.code, Some(0), "{}", told.stderr);
        let plan: Value = serde_json::from_str(&told.stdout).expect("a plan");
        let steps = plan["steps"].as_array().expect("steps");
        let deleted: Vec<&Value> = steps.iter().filter(|step| step["action"] == "delete").collect();
        let set = deleted.iter().find(|step| step["resource"]["kind"] == "StatefulSet").expect("its StatefulSet goes");
        assert_eq!(set["consequence"], "stops 2 pods; their volumes stay");
        assert!(deleted.iter().all(|step| step["resource"]["kind"] != "PersistentVolumeClaim"), "{deleted:#?}");
        let told = shards.redisops(&["apply", "prod", "--yes", "--prune"]);
        assert_eq!(told.code, Some(0), "{}\n{}", told.stdout, told.stderr);
        let kept = "the volumes of pods that go stay, under the claims data-cache-shard-3-0, data-cache-shard-3-1";
        assert!(told.stderr.contains(kept), "{}", told.stderr);
        assert_eq!(claims(&space), made, "nobody has named them");

        // Back with the view of the cluster that it had: nobody there knows it.
        shards.node(&dead).restart();
        let members: String = shards.node(&pod(0, 0)).command(&["CLUSTER", "NODES"]);
        assert_eq!(members.lines().count(), 6, "{members}");
        let id = shards.node(&dead).id();
        shards.apply(8, 1);
        assert_ne!(shards.node(&dead).id(), id, "it has begun anew");
        assert_eq!(claims(&space), made, "its pods have found their claims");
    }

    // One that pods use is not deleted, whoever names it; one that is left is, by its name.
    shards.write(6, 1);
    let named = |shard: usize| format!("PersistentVolumeClaim/data-cache-shard-{shard}-1");
    let refused = |arguments: &[&str], message: &str| {
        let told = shards.redisops(arguments);
        assert_eq!(told.code, Some(2), "{}\n{}", told.stdout, told.stderr);
        assert!(told.stderr.contains(message), "{}", told.stderr);
    };
    refused(
        &["apply", "prod", "--yes", "--prune", "--delete", &named(2)],
        "names the claim of pod `cache-shard-2-1`, which stays",
    );
    refused(
        &["apply", "prod", "--yes", "--delete", &named(3)],
        "names the claim of pod `cache-shard-3-1`, which stays",
    );
    assert_eq!(claims(&space).len(), 8);
    let told = shards.redisops(&["apply", "prod", "--yes", "--prune", "--delete", &named(3)]);
    assert_eq!(told.code, Some(0), "{}\n{}", told.stdout, told.stderr);
    assert!(told.stderr.contains("pruned PersistentVolumeClaim/"), "{}", told.stderr);
    assert_eq!(of_shard(&claims(&space), 3).len(), 1, "the other one was not named");
    let told = shards.redisops(&["apply", "prod", "--yes", "--delete", "PersistentVolumeClaim/data-cache-shard-3-0"]);
    assert_eq!(told.code, Some(0), "{}\n{}", told.stdout, told.stderr);
    assert_eq!(claims(&space).len(), 6);
    shards.assert_shape(6, 1);
    assert_eq!(cluster.digest().differences(&before), Vec::<String>::new());
}

/// Until the others say that it has failed; a master has a successor then.
fn wait_for_death(shards: &Shards<'_>, dead: &str) {
    let address = shards.node(dead).address().to_string();
    for _ in 0..600 {
        let lines: String = shards.node(&pod(0, 0)).command(&["CLUSTER", "NODES"]);
        let has_failed =
            lines.lines().any(|line| line.contains(&address) && line.contains("fail") && !line.contains("fail?"));
        let own = lines.lines().find(|line| line.contains(&address)).expect("it is a member");
        if has_failed && own.split(' ').nth(8).is_none() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{dead} is not missed");
}
