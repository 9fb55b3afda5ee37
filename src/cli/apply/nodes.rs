//! The nodes of an environment, as plans and applies need them.

use std::collections::BTreeSet;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use serde_json::Value;

use crate::apply::nodes::{Database, Look, window};
use crate::apply::objects::Survey;
use crate::apply::scaling::Fleet;
use crate::cli::nodes::{self, Databases, Said, examine};
use crate::cli::printer::Printer;
use crate::cli::slots::complete;
use crate::drift::NodeField;
use crate::drift::nodes::{Compared, Mode};
use crate::live::kubernetes::Cluster;
use crate::plan::Step;
use crate::plan::nodes::{NodeSteps, Roll, node_steps};

/// The databases of an environment.
pub struct Nodes {
    databases: Option<Databases>,
    /// The server that is about to be changed.
    server: Cluster,
}

/// What a plan does on nodes.
#[derive(Default)]
pub struct Planned {
    /// The steps of each database.
    pub steps: Vec<NodeSteps>,
    /// What replaces the pods of a StatefulSet: its name, and the step.
    pub rolls: Vec<(String, Step)>,
    /// Nodes that could be asked: their databases and names.
    pub answering: BTreeSet<(String, String)>,
}

impl Look for Nodes {
    fn look(&self) -> BoxFuture<'_, Vec<Database>> {
        async move {
            loop {
                let outages = self.server.outages();
                let found = self.seen(|_| true).await;
                let is_silent = found.iter().flat_map(|one| &one.changes).any(|change| change.error.is_some());
                // Nodes that are not heard because the way to them is away are no nodes that do not answer.
                if !is_silent || !self.are_forwarded() || !self.server.was_away_since(outages).await {
                    return found;
                }
            }
        }
        .boxed()
    }
}

impl Nodes {
    /// Of these; none where an environment has none.
    pub fn new(databases: Option<Databases>, server: &Cluster) -> Nodes {
        Nodes { databases, server: server.clone() }
    }

    /// Whether there are any.
    pub fn is_any(&self) -> bool {
        self.databases.is_some()
    }

    /// Whether the server leads to some of them.
    fn are_forwarded(&self) -> bool {
        let mut all = self.databases.iter().flat_map(|databases| &databases.list);
        all.any(|one| one.reached.forwarded.is_some())
    }

    /// Completes how the nodes of clusters are reached by what their objects say: the StatefulSet as it is rendered, and, where the API server leads to the pods, what
    /// these use to log in, and their port.
    pub fn complete(&self, fleets: &mut [Fleet]) {
        let all = self.databases.iter().flat_map(|databases| &databases.list);
        for one in all.filter(|one| one.wanted.mode == Mode::Cluster) {
            let named = |fleet: &&mut Fleet| fleet.name == one.wanted.name;
            let (Some(fleet), Some(first)) = (fleets.iter_mut().find(named), one.wanted.nodes.first()) else {
                continue;
            };
            fleet.is_cluster = true;
            if let Some((set, _)) = first.pod.rsplit_once('-') {
                fleet.set = set.to_owned();
            }
            if let (Ok(reach), Some(_)) = (&mut fleet.reach, &one.reached.forwarded) {
                complete(&mut reach.access, &one.reached);
                let ways = one.reached.nodes.first().and_then(|spot| spot.ways.as_ref().ok());
                reach.port = ways.and_then(|ways| ways.first()).map(|way| way.port).or(reach.port);
            }
        }
    }

    /// Those whose pods pass.
    async fn seen(&self, may_run: impl Fn(&str) -> bool + Send) -> Vec<Database> {
        let Some(databases) = &self.databases else { return Vec::new() };
        let there = databases
            .list
            .iter()
            .filter(|one| one.wanted.nodes.is_empty() || one.wanted.nodes.iter().any(|node| may_run(&node.pod)));
        let there: Vec<_> = there.collect();
        let found = join_all(there.iter().map(|one| examine(&one.wanted, &one.reached))).await;
        let database = |(one, (compared, said)): (_, (Compared, Said))| -> Database {
            let one: &&nodes::Database = one;
            let users = said
                .nodes
                .iter()
                .filter_map(|answer| Some((answer.node.clone(), answer.said.as_ref().ok()?.users.clone()?)));
            Database {
                wanted: one.wanted.clone(),
                access: one.reached.access.clone(),
                changes: compared.nodes,
                users: users.collect(),
                masters: said
                    .nodes
                    .iter()
                    .filter(|answer| answer.said.as_ref().is_ok_and(|live| live.is_master()))
                    .map(|answer| answer.node.clone())
                    .collect(),
                sentinels: said.sentinels.iter().map(|answer| answer.address.clone()).collect(),
            }
        };
        there.iter().zip(found).map(database).collect()
    }

    /// What is done on nodes. Where none of a database can be asked that is told, and left out.
    pub async fn planned(&self, survey: &Survey, printer: &Printer) -> Planned {
        let mut planned = Planned::default();
        let pods = Pods::of(survey);
        for mut database in self.seen(|pod| pods.may_run(pod)).await {
            let redis = database.wanted.name.clone();
            let answering = database.changes.iter().filter(|change| change.error.is_none());
            let answering: BTreeSet<(String, String)> =
                answering.map(|change| (redis.clone(), change.node.clone())).collect();
            let silent = database.changes.iter().find_map(|change| {
                let error = change.error.as_ref().filter(|_| pods.is_running(&change.node))?;
                Some((change.node.clone(), error.message.clone()))
            });
            if let Some((node, why)) = silent {
                printer.note(&format!("what is to be done on node {node} of {redis} is not known: {why}"));
            }
            if database.has_its_master() {
                newcomers(&mut database, &pods);
            } else {
                // Another node is the master now: who is right is not for an apply to say.
                database.changes.iter_mut().for_each(|change| {
                    change.fields.retain(|field| field.path != "replication.master");
                });
            }
            for set in pods.replaced(&answering) {
                let names: Vec<String> =
                    (0..set.count).rev().map(|ordinal| format!("{}-{ordinal}", set.name)).collect();
                let masters: Vec<&String> = names.iter().filter(|pod| database.masters.contains(pod)).collect();
                let hand_over = match database.wanted.mode {
                    Mode::Cluster => true,
                    _ => !database.sentinels.is_empty() && database.wanted.master.is_none(),
                };
                let keeps_data = database.keeps_data();
                let roll =
                    Roll { redis: &redis, set: &set.name, pods: &names, masters: &masters, hand_over, keeps_data };
                planned.rolls.push((set.name.clone(), roll.step()));
            }
            let rolls = |pod: &str| pods.rolls(pod);
            planned.steps.push(node_steps(&redis, &database.changes, &window(&database), &rolls));
            planned.answering.extend(answering);
        }
        planned
    }
}

/// Pods that are not there yet will copy the master.
fn newcomers(database: &mut Database, pods: &Pods) {
    let Some(master) = database.wanted.master.clone().filter(|_| database.wanted.mode == Mode::Replication) else {
        return;
    };
    let new = database.changes.iter_mut().filter(|change| pods.is_new(&change.node) && change.node != master.value);
    for change in new {
        change.error = None;
        change.fields = vec![NodeField {
            path: "replication.master".to_owned(),
            before: Value::Null,
            after: Value::from(master.value.as_str()),
            origin: master.origin.clone(),
            fix: "runtime".to_owned(),
            unsaved: false,
        }];
    }
}

/// A StatefulSet of a plan.
struct Set {
    name: String,
    /// How many pods there are.
    count: u64,
    /// Whether its pods are replaced.
    rolls: bool,
}

/// The StatefulSets of a plan.
struct Pods {
    sets: Vec<Set>,
}

impl Pods {
    fn of(survey: &Survey) -> Pods {
        let all = survey.wanted.iter().zip(&survey.known);
        let sets = all.filter(|(wanted, _)| wanted.resource.kind == "StatefulSet").map(|(wanted, known)| Set {
            name: wanted.resource.name.clone(),
            count: known.live.as_ref().map_or(0, |live| live["spec"]["replicas"].as_u64().unwrap_or(1)),
            rolls: known.is_rolled(),
        });
        Pods { sets: sets.collect() }
    }

    fn of_pod(&self, pod: &str) -> Option<(u64, &Set)> {
        let (name, ordinal) = pod.rsplit_once('-')?;
        let ordinal: u64 = ordinal.parse().ok()?;
        self.sets.iter().find(|set| set.name == name).map(|set| (ordinal, set))
    }

    /// Whether a pod may run: what is no pod of a StatefulSet may.
    fn may_run(&self, pod: &str) -> bool {
        self.of_pod(pod).is_none_or(|(ordinal, set)| ordinal < set.count)
    }

    /// Whether a pod is known to run.
    fn is_running(&self, pod: &str) -> bool {
        self.of_pod(pod).is_some_and(|(ordinal, set)| ordinal < set.count)
    }

    /// Whether a pod comes with this plan.
    fn is_new(&self, pod: &str) -> bool {
        self.of_pod(pod).is_some_and(|(ordinal, set)| ordinal >= set.count)
    }

    fn rolls(&self, pod: &str) -> bool {
        self.of_pod(pod).is_some_and(|(_, set)| set.rolls)
    }

    /// StatefulSets whose pods are replaced, as far as one of their nodes answers.
    fn replaced(&self, answering: &BTreeSet<(String, String)>) -> impl Iterator<Item = &Set> {
        let answers =
            |set: &Set| answering.iter().any(|(_, node)| self.of_pod(node).is_some_and(|(_, of)| of.name == set.name));
        self.sets.iter().filter(move |set| set.rolls && answers(set))
    }
}
