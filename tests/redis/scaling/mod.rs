//! Clusters in pods that become more and fewer.

mod claims;
mod cluster;
mod forward;
mod guard;
mod interrupted;
mod roll;
mod shapes;
mod shards;
mod writer;

use std::process::{Child, Command, Stdio};

use redisops::apply::slots::failover::fail_over;
use redisops::apply::slots::leave::leave;
use redisops::redis::{NodeLine, parse_nodes};
use redisops::slots::{Leave, Role};

use crate::membership::{block_on, members, with_steps};
use crate::support::{Ran, TestCluster, TestNode, binary};

pub use guard::Space;
pub use roll::Kubelet;

/// Full runs write down what was counted: where `REDISOPS_SCALING_REPORT` names a folder, into a file there.
pub fn report(name: &str, counted: &str) {
    if let Some(folder) = std::env::var_os("REDISOPS_SCALING_REPORT") {
        std::fs::write(std::path::Path::new(&folder).join(name), format!("{counted}\n")).expect("a file");
    }
}

/// Nodes of a cluster as pods `cache-0` and on.
pub struct Fleet<'c> {
    cluster: &'c TestCluster,
    /// The number of the node in each pod.
    nodes: Vec<u16>,
    zones: bool,
}

impl<'c> Fleet<'c> {
    pub fn new(cluster: &'c TestCluster, nodes: &[u16], zones: bool) -> Fleet<'c> {
        Fleet { cluster, nodes: nodes.to_vec(), zones }
    }

    pub fn node(&self, pod: usize) -> TestNode<'c> {
        self.cluster.node(self.nodes[pod])
    }

    /// How many pods there are.
    pub fn pods(&self) -> usize {
        self.nodes.len()
    }

    fn arguments(&self, command: &str, pods: usize, nodes: usize, more: &[&str]) -> Vec<String> {
        let mut all = vec!["cluster".to_owned(), command.to_owned(), "--nodes".to_owned(), nodes.to_string()];
        all.extend(more.iter().map(|&one| one.to_owned()));
        for pod in 0..pods {
            all.extend(["--pod".to_owned(), format!("cache-{pod}={}", self.node(pod).address())]);
            if self.zones {
                all.extend(["--zone".to_owned(), format!("cache-{pod}={}", ["a", "b", "c"][pod % 3])]);
            }
        }
        all
    }

    /// Runs a command about the first so many pods.
    pub fn run(&self, command: &str, pods: usize, nodes: usize, more: &[&str]) -> Ran {
        let all = self.arguments(command, pods, nodes, more);
        self.cluster.redisops(&all.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Begins one, to be killed; what it tells is read from its stderr.
    pub fn begin(&self, command: &str, pods: usize, nodes: usize, more: &[&str]) -> Child {
        let all = self.arguments(command, pods, nodes, more);
        Command::new(binary())
            .args(all)
            .args(self.cluster.flags())
            .current_dir(self.cluster.dir())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts")
    }

    /// What a pod's node says about all nodes.
    pub fn view(&self, pod: usize) -> Vec<NodeLine> {
        parse_nodes(&self.node(pod).command::<String>(&["CLUSTER", "NODES"])).expect("lines")
    }

    /// Whether a pod's node is a master that owns slots.
    pub fn owns(&self, pod: usize) -> bool {
        self.view(pod).iter().any(|line| line.myself && !line.slots.is_empty())
    }

    /// Makes the first replica of each of these pods' masters take over.
    pub fn hand_over(&self, pods: &[usize]) {
        for &pod in pods.iter().filter(|&&pod| self.owns(pod)) {
            let master = self.node(pod).id();
            let (over, _) = with_steps(&[], |steps| {
                block_on(async { fail_over(&members(self.cluster).await, &master, None, steps).await })
            });
            over.expect("a replica takes over");
        }
    }

    /// Makes the nodes of these pods as fresh as in pods that were just made.
    pub fn expel(&self, pods: impl Iterator<Item = usize>) {
        let leaves: Vec<Leave> =
            pods.map(|pod| Leave { id: self.node(pod).id(), address: self.node(pod).address() }).collect();
        let (left, _) =
            with_steps(&[], |steps| block_on(async { leave(&mut members(self.cluster).await, &leaves, steps).await }));
        left.expect("they leave");
    }

    /// The first pods form exactly that cluster: so many masters with even shares, each with so many replicas, none in its master's zone.
    #[track_caller]
    pub fn assert_shape(&self, pods: usize, masters: usize, replicas: usize) {
        let lines = self.view(0);
        assert_eq!(lines.len(), pods, "members: {lines:#?}");
        let pod_of = |id: &redisops::slots::NodeId| (0..pods).find(|&pod| self.node(pod).id() == *id);
        let mut owners = 0;
        for line in &lines {
            let pod = pod_of(&line.id).expect("every member is in a pod that stays");
            if line.role == Some(Role::Master) {
                owners += 1;
                let share = 16384 / masters;
                assert!((share..=share + 1).contains(&usize::from(line.slots.len())), "{} slots", line.slots.len());
                let copies: Vec<&NodeLine> =
                    lines.iter().filter(|other| other.master.as_ref() == Some(&line.id)).collect();
                assert_eq!(copies.len(), replicas, "replicas of cache-{pod}");
                let same = copies.iter().filter(|copy| pod_of(&copy.id).map(|other| other % 3) == Some(pod % 3));
                assert!(!self.zones || same.count() == 0, "a replica of cache-{pod} is in its zone");
            }
        }
        assert_eq!(owners, masters);
        self.cluster.assert_redis_cli_check();
    }

    /// These pods can be deleted.
    #[track_caller]
    pub fn assert_left(&self, pods: impl Iterator<Item = usize>) {
        for pod in pods {
            let lines = self.view(pod);
            assert!(lines.len() == 1 && lines[0].slots.is_empty(), "cache-{pod}: {lines:#?}");
            assert_eq!(self.node(pod).command::<u64>(&["DBSIZE"]), 0, "cache-{pod}");
        }
    }
}
