//! StatefulSets whose pods form a Redis Cluster: drained before they shrink or go, taken in after they have grown.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::apply::scaling::{Resize, ScalingReport, Set, Workload};
use crate::diagnostics::Diagnostics;
use crate::k8s::ResourceRef;
use crate::live::kubernetes::Cluster;
use crate::provenance::json;

use super::members;
use super::report::Failure;
use super::run::{Halt, Run};
use super::survey::Survey;

/// The StatefulSets of one cluster.
pub struct OfCluster {
    /// As they are and as they are wanted.
    pub resize: Resize,
    /// Their namespace.
    pub namespace: Option<String>,
    /// The positions of those that are wanted.
    pub at: Vec<usize>,
}

/// The StatefulSets of one Redis, and the positions of those that are wanted.
#[derive(Default)]
struct Shards {
    sets: Vec<Set>,
    at: Vec<usize>,
}

fn is_set(resource: &ResourceRef) -> bool {
    resource.kind == "StatefulSet" && resource.api_version == "apps/v1"
}

/// All StatefulSets that may be of clusters, shards of one Redis together. `goes` are objects that the files do not have and that are deleted: others stay as
/// they are.
pub fn resizes(survey: &Survey, goes: &dyn Fn(&ResourceRef) -> bool) -> Vec<OfCluster> {
    let live = survey.known.iter().map(|known| known.live.clone()).collect::<Vec<_>>();
    of_clusters(survey, &live, &survey.live.gone, goes, &|_| true)
}

/// The same with what was seen last. What is not `asked` for stays as it is.
fn of_clusters(
    survey: &Survey,
    latest: &[Option<Value>],
    gone: &[Value],
    goes: &dyn Fn(&ResourceRef) -> bool,
    asked: &dyn Fn(usize) -> bool,
) -> Vec<OfCluster> {
    let mut all = Vec::new();
    let mut shards: BTreeMap<(Option<String>, String), Shards> = BTreeMap::new();
    for (at, one) in survey.wanted.iter().enumerate().filter(|(_, one)| is_set(&one.resource)) {
        let live = latest[at].clone();
        let wanted = if asked(at) { Some(json(&one.node)) } else { live.clone() };
        let Some(wanted) = wanted else { continue };
        let set = Set { live, wanted: Some(wanted) };
        let namespace = one.resource.namespace.clone();
        match set.redis_of_shard().map(str::to_owned) {
            Some(redis) => {
                let of = shards.entry((namespace, redis)).or_default();
                of.sets.push(set);
                of.at.push(at);
            }
            None if set.live.is_some() => {
                all.push(OfCluster { resize: Resize { sets: vec![set] }, namespace, at: vec![at] });
            }
            None => {}
        }
    }
    for object in gone {
        let resource = members::resource(object);
        let wanted = (!goes(&resource)).then(|| object.clone());
        let set = Set { live: Some(object.clone()), wanted };
        let redis = set.redis_of_shard().filter(|_| is_set(&resource)).map(str::to_owned);
        // Of a Redis that goes as a whole nothing has to be saved.
        if let Some(of) = redis.and_then(|redis| shards.get_mut(&(resource.namespace, redis))) {
            of.sets.push(set);
        }
    }
    all.extend(shards.into_iter().map(|((namespace, _), Shards { sets, at })| OfCluster {
        resize: Resize::of_shards(sets),
        namespace,
        at,
    }));
    all
}

/// Reads the live objects of sets again: what is noted on them is not in what was seen before.
async fn read_again(cluster: &Cluster, resize: &mut Resize, namespace: Option<&str>) {
    let Ok(kind) = cluster.kind_of("apps/v1", "StatefulSet") else { return };
    for set in &mut resize.sets {
        let name = set.name().to_owned();
        if let Ok(live) = cluster.get(kind, namespace, &name).await {
            set.live = live;
        }
    }
}

impl Run<'_> {
    fn clusters(&self) -> Vec<OfCluster> {
        let goes = |resource: &ResourceRef| self.is_to_go(resource);
        of_clusters(&self.survey, &self.latest, &self.survey.live.gone, &goes, &|at| self.is_asked_for(at))
    }

    /// Before a group is written.
    pub(super) async fn drain(&mut self, group: &[usize]) -> Result<(), Halt> {
        let Some(scaler) = self.tools.scaler else { return Ok(()) };
        for mut one in self.clusters() {
            let Some(&at) = one.at.iter().find(|at| group.contains(at)) else { continue };
            if !one.resize.is_under_way() || !self.scaled.insert(one.at[0]) {
                continue;
            }
            let done = loop {
                let outages = self.cluster.outages();
                let done = scaler.before(&one.resize).await;
                if done.is_ok() || !self.goes_on(outages).await {
                    break done;
                }
                read_again(&self.cluster, &mut one.resize, one.namespace.as_deref()).await;
            };
            self.told(at, done)?;
        }
        Ok(())
    }

    /// After a group is ready.
    pub(super) async fn take_in(&mut self, group: &[usize]) -> Result<(), Halt> {
        let Some(scaler) = self.tools.scaler else { return Ok(()) };
        for mut one in self.clusters() {
            let Some(&at) = one.at.iter().find(|at| group.contains(at)) else { continue };
            // Those of later waves are to come still.
            if !self.scaled.contains(&one.at[0]) || one.at.iter().any(|at| self.latest[*at].is_none()) {
                continue;
            }
            let done = loop {
                let outages = self.cluster.outages();
                read_again(&self.cluster, &mut one.resize, one.namespace.as_deref()).await;
                let done = scaler.after(&one.resize).await;
                if done.is_ok() || !self.goes_on(outages).await {
                    break done;
                }
            };
            self.told(at, done)?;
        }
        Ok(())
    }

    /// Before an object is deleted: where it is a StatefulSet with a shard of a Redis that goes as a whole, nothing of it is drained, and its guard has to
    /// know that this is meant. Whether it holds a shard.
    pub(super) async fn let_go(&self, object: &Value) -> Result<bool, Failure> {
        let set = Set { live: Some(object.clone()), wanted: None };
        let namespace = members::resource(object).namespace;
        let Some(redis) = set.redis_of_shard().filter(|_| is_set(&members::resource(object))) else {
            return Ok(false);
        };
        let has_shard = |one: &OfCluster| {
            one.namespace == namespace && one.resize.sets.iter().any(|set| set.redis_of_shard() == Some(redis))
        };
        if self.clusters().iter().any(has_shard) || self.tools.options.dry_run {
            return Ok(true);
        }
        let said = Workload::of(self.cluster.clone(), object).drained(0).await;
        said.map(|()| true).map_err(|found| Failure {
            code: "scaling".to_owned(),
            message: found.message,
            notes: found.notes,
            ..Failure::default()
        })
    }

    pub(super) fn is_set(&self, at: usize) -> bool {
        is_set(&self.survey.wanted[at].resource)
    }

    /// What a dry run says of clusters that become smaller: their guard refuses that until their nodes are drained, so that the server is asked about all but
    /// that. Gives the positions of those that could not be drained.
    pub(super) fn rehearse_drains(&mut self) -> Vec<usize> {
        let mut refused = Vec::new();
        let Some(scaler) = self.tools.scaler else { return refused };
        for one in self.clusters() {
            let goes: Vec<&Set> = one.resize.sets.iter().filter(|set| set.is_labelled() && set.shrinks()).collect();
            if goes.is_empty() || !one.resize.is_under_way() {
                continue;
            }
            match scaler.may_drain(&one.resize) {
                Ok(()) => self.tools.watcher.note(&format!(
                    "the server was not asked about fewer pods of StatefulSet {}: it refuses them until their nodes are drained, which an apply does first",
                    goes.iter().map(|set| set.name()).collect::<Vec<_>>().join(", ")
                )),
                Err(found) => {
                    let _ = self.told(one.at[0], Err(found));
                    refused.push(one.at[0]);
                }
            }
        }
        refused
    }

    fn told(&mut self, at: usize, done: Result<Option<ScalingReport>, Diagnostics>) -> Result<(), Halt> {
        match done {
            Ok(None) => Ok(()),
            Ok(Some(report)) => {
                let resource = &self.survey.wanted[at].resource;
                self.tools.watcher.tell(&format!(
                    "{resource}: {} steps on its nodes, {} slots moved; masters are {}",
                    report.steps.len(),
                    report.moved_slots,
                    report.masters.join(", ")
                ));
                report.notes.iter().for_each(|note| self.tools.watcher.note(note));
                Ok(())
            }
            Err(found) => {
                let message = found.0.iter().map(|one| one.message.clone()).collect::<Vec<_>>().join("; ");
                let failure = Failure {
                    code: "scaling".to_owned(),
                    message,
                    field: Some("spec.replicas".to_owned()),
                    notes: found.0.iter().flat_map(|one| one.notes.clone()).collect(),
                    help: found.0.iter().find_map(|one| one.help.clone()),
                    ..Failure::default()
                };
                self.failed(at, failure);
                Err(Halt::Reported)
            }
        }
    }
}
