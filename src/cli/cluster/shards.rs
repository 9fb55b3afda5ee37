//! Pods of a cluster in their order, and which of them stay. `kind: Redis` with a StatefulSet for each shard calls its pods `NAME-shard-N-M`.

use std::collections::BTreeSet;

use crate::apply::scaling::Place;
use crate::plan::scaling::Wanted;
use crate::slots::Address;

/// A pod of a shard.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Member {
    /// The Redis.
    redis: String,
    /// The number of its shard.
    shard: u32,
    /// Its number in it.
    ordinal: u32,
}

impl Member {
    fn of(pod: &str) -> Option<Member> {
        let (set, ordinal) = parts(pod)?;
        let (redis, shard) = set.rsplit_once("-shard-")?;
        Some(Member { redis: redis.to_owned(), shard: shard.parse().ok()?, ordinal })
    }
}

/// The StatefulSet of a pod, and the number of the pod in it.
fn parts(pod: &str) -> Option<(String, u32)> {
    let (base, ordinal) = pod.rsplit_once('-')?;
    Some((base.to_owned(), ordinal.parse::<u32>().ok()?))
}

/// The members of one Redis with several shards; nothing where pods are anything else.
fn members<'p>(pods: impl Iterator<Item = &'p str>) -> Option<Vec<Member>> {
    let members: Vec<Member> = pods.map(Member::of).collect::<Option<_>>()?;
    let names: BTreeSet<&str> = members.iter().map(|member| member.redis.as_str()).collect();
    let shards: BTreeSet<u32> = members.iter().map(|member| member.shard).collect();
    (names.len() == 1 && shards.len() > 1).then_some(members)
}

/// By shard and ordinal, or by ordinal where all names differ in that only; else as they were given.
pub fn sort(pods: &mut [(String, Address)]) {
    if members(pods.iter().map(|(name, _)| name.as_str())).is_some() {
        pods.sort_by_key(|(name, _)| Member::of(name));
        return;
    }
    let bases: Option<Vec<String>> = pods.iter().map(|(name, _)| parts(name).map(|(base, _)| base)).collect();
    if bases.is_some_and(|bases| bases.windows(2).all(|two| two[0] == two[1])) {
        pods.sort_by_key(|(name, _)| parts(name).map(|(_, ordinal)| ordinal));
    }
}

/// Tells each pod the StatefulSet of its shard, where each shard has one. Whether that is so.
pub fn divide(places: &mut [Place]) -> bool {
    if members(places.iter().map(|place| place.pod.as_str())).is_none() {
        return false;
    }
    for place in places {
        place.shard = parts(&place.pod).map(|(set, _)| set);
    }
    true
}

/// Who stays of pods that are divided: the first shards, and of each the first pods, as their StatefulSets will have it.
pub fn keep(places: &mut [Place], wanted: Wanted) {
    for place in places {
        place.stays = Member::of(&place.pod).is_some_and(|member| {
            member.shard < u32::from(wanted.masters) && member.ordinal <= u32::from(wanted.replicas)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut pods: Vec<(String, Address)> =
            names.iter().map(|name| ((*name).to_owned(), Address::new("h", 1))).collect();
        sort(&mut pods);
        pods.into_iter().map(|(name, _)| name).collect()
    }

    fn places(names: &[&str]) -> Vec<Place> {
        let place = |name: &&str| Place {
            pod: (*name).to_owned(),
            stays: true,
            at: Address::new("h", 1),
            announced: None,
            zone: None,
            shard: None,
        };
        names.iter().map(place).collect()
    }

    #[test]
    fn pods_of_one_workload_go_by_their_numbers() {
        assert_eq!(sorted(&["c-10", "c-2", "c-0"]), ["c-0", "c-2", "c-10"]);
        assert_eq!(sorted(&["b-1", "a-1", "a-0"]), ["b-1", "a-1", "a-0"], "as given");
        assert_eq!(
            sorted(&["c-shard-10-0", "c-shard-2-1", "c-shard-2-0"]),
            ["c-shard-2-0", "c-shard-2-1", "c-shard-10-0"]
        );
        assert_eq!(sorted(&["d-shard-1-0", "c-shard-0-0"]), ["d-shard-1-0", "c-shard-0-0"], "of two");
    }

    #[test]
    fn the_first_shards_stay_and_of_each_the_first_pods() {
        let names = ["c-shard-0-0", "c-shard-0-1", "c-shard-0-2", "c-shard-1-0", "c-shard-1-1", "c-shard-2-0"];
        let mut places = places(&names);
        assert!(divide(&mut places));
        keep(&mut places, Wanted { masters: 2, replicas: 1 });
        let stay: Vec<&str> = places.iter().filter(|place| place.stays).map(|place| place.pod.as_str()).collect();
        assert_eq!(stay, ["c-shard-0-0", "c-shard-0-1", "c-shard-1-0", "c-shard-1-1"]);
        assert_eq!(places[5].shard.as_deref(), Some("c-shard-2"));
    }

    #[test]
    fn one_workload_is_no_shard_whatever_it_is_called() {
        for names in
            [&["c-0", "c-1"][..], &["c-shard-0-0", "c-shard-0-1"], &["c-shard-0-0", "c-node-0"], &["c-shard-x-0"]]
        {
            let mut places = places(names);
            assert!(!divide(&mut places), "{names:?}");
            assert!(places.iter().all(|place| place.shard.is_none()));
        }
    }
}
