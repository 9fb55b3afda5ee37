//! Pods, the nodes in them, and the cluster that these form.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::redis::{Access, Cluster, Connection, NodeError, Trouble};
use crate::plan::scaling::{Pod, Wanted};
use crate::redis::{NodeLine, parse_nodes};
use crate::slots::{Address, ClusterState, NodeId};

/// How often to ask pods that do not answer yet.
const LOOK: Duration = Duration::from_millis(500);

/// A pod, and where its node is reached from here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The pod.
    pub pod: String,
    /// Whether it is there in the end.
    pub stays: bool,
    /// Where its node is reached.
    pub at: Address,
    /// The address at which other nodes reach it, where it does not announce one itself.
    pub announced: Option<Address>,
    /// Where it runs.
    pub zone: Option<String>,
    /// Its StatefulSet, where each master and its replicas have one of their own.
    pub shard: Option<String>,
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// The pods that there are, in the order of their ordinals: those that stay and those that the controller will delete.
    pub places: Vec<Place>,
    /// What the cluster is to be.
    pub wanted: Wanted,
    /// How long pods that stay may take to answer.
    pub patience: Duration,
}

impl Order {
    /// Fills in where pods run, where nobody has said so.
    pub fn know_zones(&mut self, zones: &BTreeMap<String, String>) {
        for place in self.places.iter_mut().filter(|place| place.zone.is_none()) {
            place.zone = zones.get(&place.pod).cloned();
        }
    }
}

/// What was seen.
pub(in crate::apply) struct Seen {
    pub cluster: Cluster,
    pub state: ClusterState,
    pub pods: Vec<Pod>,
    /// Why pods do not answer.
    pub silent: Vec<(String, NodeError)>,
}

impl Seen {
    /// The identity of a pod's node.
    pub fn id(&self, pod: &str) -> Result<NodeId, Diagnostic> {
        self.pods.iter().find(|one| one.name == pod).and_then(|pod| pod.node.clone()).ok_or_else(|| {
            Diagnostic::error("redisops::scaling::silent", format!("the node of pod `{pod}` does not answer"))
                .help("see that the pod is up, then run the same command again")
        })
    }

    /// The address that a pod's node announces.
    pub fn address(&self, pod: &str) -> Result<Address, Diagnostic> {
        let id = self.id(pod)?;
        let known = self.state.node(&id).map(|node| node.address.clone());
        let told = || self.pods.iter().find(|one| one.name == pod).and_then(|pod| pod.address.clone());
        known.or_else(told).ok_or_else(|| {
            Diagnostic::error("redisops::scaling::address", format!("the node of pod `{pod}` announces no address"))
                .help("set `cluster-announce-ip` of its server")
        })
    }
}

/// What a node says of itself.
struct Answer {
    own: NodeLine,
    /// Slots that it knows an owner of.
    known: u32,
}

/// Looks at all pods and at the cluster. Pods that stay get some time to come up.
pub(in crate::apply) async fn look(access: &Access, order: &Order) -> Result<Seen, Diagnostics> {
    let end = Instant::now() + order.patience;
    let answers = loop {
        let answers = join_all(order.places.iter().map(|place| ask(access, place))).await;
        let waiting = order.places.iter().zip(&answers).any(|(place, answer)| place.stays && answer.is_err());
        if !waiting || Instant::now() >= end {
            break answers;
        }
        sleep(LOOK).await;
    };
    let mut access = access.clone();
    for (place, answer) in order.places.iter().zip(&answers) {
        let own = answer.as_ref().ok().map(|answer| &answer.own);
        let named = own.and_then(|own| own.hostname.clone().zip(own.port));
        let named = named.map(|(host, port)| Address::new(host, port));
        let announced = own.and_then(|own| own.address.clone());
        for address in [announced, named, place.announced.clone()].into_iter().flatten() {
            access.map.learn(&address, &place.at);
        }
    }
    let mut seeds: Vec<(u32, &Place)> = order
        .places
        .iter()
        .zip(&answers)
        .filter_map(|(place, answer)| Some((answer.as_ref().ok()?.known, place)))
        .collect();
    seeds.sort_by_key(|(known, place)| (Reverse(*known), !place.stays));
    if seeds.first().is_none_or(|(known, _)| *known == 0) {
        return Err(no_cluster(order, &answers).into());
    }
    // Those that know of no slots are not in the cluster yet.
    let seeds: Vec<Address> =
        seeds.into_iter().filter(|(known, _)| *known > 0).map(|(_, place)| place.at.clone()).collect();
    let cluster = Cluster::connect(&access, &seeds).await?;
    let state = cluster.state().await;
    let pods = order.places.iter().zip(&answers).map(|(place, answer)| pod(place, answer.as_ref().ok())).collect();
    let silent =
        order.places.iter().zip(answers).filter_map(|(place, answer)| Some((place.pod.clone(), answer.err()?)));
    Ok(Seen { cluster, state, pods, silent: silent.collect() })
}

async fn ask(access: &Access, place: &Place) -> Result<Answer, NodeError> {
    let connection = access.connect(&place.at).await?;
    let lines = nodes(&connection).await?;
    let known = lines.iter().map(|line| u32::from(line.slots.len())).sum();
    let own = lines
        .into_iter()
        .find(|line| line.myself)
        .ok_or_else(|| NodeError::new(connection.address(), Trouble::NotRedis("it does not list itself".to_owned())))?;
    Ok(Answer { own, known })
}

/// `CLUSTER NODES` of a node.
pub(super) async fn nodes(connection: &Connection) -> Result<Vec<NodeLine>, NodeError> {
    let text: String = connection.query(::redis::cmd("CLUSTER").arg("NODES")).await?;
    parse_nodes(&text).map_err(|error| NodeError::new(connection.address(), Trouble::NotRedis(error.to_string())))
}

fn pod(place: &Place, answer: Option<&Answer>) -> Pod {
    let announced = answer.and_then(|answer| answer.own.address.clone());
    Pod {
        name: place.pod.clone(),
        stays: place.stays,
        node: answer.map(|answer| answer.own.id.clone()),
        address: announced.or_else(|| place.announced.clone()).or_else(|| Some(place.at.clone())),
        zone: place.zone.clone(),
        shard: place.shard.clone(),
    }
}

fn no_cluster(order: &Order, answers: &[Result<Answer, NodeError>]) -> Diagnostic {
    let mut found =
        Diagnostic::error("redisops::scaling::no-cluster", "none of the pods is in a cluster that has slots");
    for (place, answer) in order.places.iter().zip(answers) {
        if let Err(error) = answer {
            found = found.note(format!("`{}`: {error}", place.pod));
        }
    }
    found.help("see that the pods are up and have formed a cluster: `redisops slots show` on one of them tells")
}
