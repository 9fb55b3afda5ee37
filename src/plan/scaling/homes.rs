//! StatefulSets that each have one master and its replicas: which of them have their master already.

use super::types::Pod;

/// The homes of pods; none where all pods are in one StatefulSet.
#[derive(Clone)]
pub(super) struct Homes {
    /// The home of each pod, as a number.
    of: Vec<Option<usize>>,
    /// Whether a home wants a master still. One that goes wants none.
    room: Vec<bool>,
}

impl Homes {
    /// Those of pods.
    pub fn new(pods: &[Pod]) -> Homes {
        let mut names: Vec<&str> = Vec::new();
        let mut room = Vec::new();
        let mut of = Vec::with_capacity(pods.len());
        for pod in pods {
            let home = pod.shard.as_deref().map(|name| {
                names.iter().position(|known| *known == name).unwrap_or_else(|| {
                    names.push(name);
                    room.push(false);
                    names.len() - 1
                })
            });
            if let Some(home) = home.filter(|_| pod.stays) {
                room[home] = true;
            }
            of.push(home);
        }
        Homes { of, room }
    }

    /// Whether there are any.
    pub fn are_known(&self) -> bool {
        !self.room.is_empty()
    }

    /// Whether one wants a master.
    pub fn any_room(&self) -> bool {
        self.room.contains(&true)
    }

    /// Whether the home of a pod wants a master. A pod without a home stands in nobody's way.
    pub fn has_room(&self, pod: usize) -> bool {
        self.of[pod].is_none_or(|home| self.room[home])
    }

    /// Whether a pod is at that home.
    pub fn is_at(&self, pod: usize, home: usize) -> bool {
        self.of[pod] == Some(home)
    }

    /// The home of a pod has its master.
    pub fn take(&mut self, pod: usize) {
        if let Some(home) = self.of[pod] {
            self.room[home] = false;
        }
    }

    /// Finds homes that want a master for as many shards as possible, each another one, where one of their replicas is at home.
    pub fn matched(&self, offers: &[&[usize]]) -> Vec<Option<usize>> {
        let homes = |offer: &[usize]| -> Vec<usize> {
            let mut homes: Vec<usize> = offer.iter().filter_map(|&pod| self.of[pod]).collect();
            homes.retain(|&home| self.room[home]);
            homes.sort_unstable();
            homes.dedup();
            homes
        };
        let ways: Vec<Vec<usize>> = offers.iter().map(|offer| homes(offer)).collect();
        let mut holder: Vec<Option<usize>> = vec![None; self.room.len()];
        for one in 0..ways.len() {
            settle(one, &ways, &mut holder, &mut vec![false; self.room.len()]);
        }
        (0..ways.len()).map(|one| holder.iter().position(|held| *held == Some(one))).collect()
    }
}

/// Gives one a home; who has it looks for another one. Whether that works.
fn settle(one: usize, ways: &[Vec<usize>], holder: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    for &home in &ways[one] {
        if std::mem::replace(&mut seen[home], true) {
            continue;
        }
        if holder[home].is_none_or(|other| settle(other, ways, holder, seen)) {
            holder[home] = Some(one);
            return true;
        }
    }
    false
}
