//! What a lab is to be.

use std::path::PathBuf;
use std::time::Duration;

use crate::diagnostics::Diagnostic;
use crate::secrets::Secret;
use crate::slots::{SLOTS, Slot, SlotRange};

use super::announce::Network;
use super::config::bus_port;
use super::load::Load;
use super::server::ServerProgram;

/// How many nodes, and what they do. Nodes count from 1: masters first, then their replicas in the same order (a second replica of each after the
/// first of all), then spares: masters without slots.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    nodes: u16,
    masters: u16,
    replicas: u16,
}

/// What a node of a layout does at first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// Owns those slots.
    Master(SlotRange),
    /// Copies the node of that number.
    Replica(u16),
    /// A master without slots.
    Spare,
}

impl Layout {
    /// That many nodes, of which so many are masters with slots, each with so many replicas. The rest are spares.
    ///
    /// # Errors
    /// When there is no master, or there are too few nodes, or more masters than slots.
    pub fn new(nodes: u16, masters: u16, replicas: u16) -> Result<Layout, Diagnostic> {
        let wrong = |message: String| Diagnostic::error("redisops::lab::layout", message);
        if masters == 0 || masters > SLOTS {
            return Err(wrong(format!("a cluster has 1 to {SLOTS} masters, not {masters}")));
        }
        let needed = u32::from(masters) * (1 + u32::from(replicas));
        if u32::from(nodes) < needed {
            let message = format!(
                "{} with {} each are {needed} nodes, but there are to be {nodes}",
                count(masters, "master"),
                count(replicas, "replica")
            );
            return Err(wrong(message).help(format!("add `--nodes {needed}`, or fewer masters or replicas")));
        }
        Ok(Layout { nodes, masters, replicas })
    }

    /// All nodes, spares included.
    pub fn nodes(self) -> u16 {
        self.nodes
    }

    /// What the node of that number, from 1, does.
    pub fn position(self, number: u16) -> Position {
        let index = number - 1;
        if index < self.masters {
            let bound = |i: u16| {
                // Rounded as redis-cli does, so that three masters end at 5460, 10922 and 16383.
                let (i, masters, slots) = (u32::from(i), u32::from(self.masters), u32::from(SLOTS));
                ((2 * i * slots + masters) / (2 * masters)) as u16
            };
            let slot = |n: u16| Slot::new(n).expect("a bound is a slot");
            let range = SlotRange::new(slot(bound(index)), slot(bound(index + 1) - 1));
            Position::Master(range.expect("there are no more masters than slots"))
        } else if index < self.masters * (1 + self.replicas) {
            Position::Replica(index % self.masters + 1)
        } else {
            Position::Spare
        }
    }
}

fn count(number: u16, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Certificates of a lab whose servers speak TLS only, to clients and to each other. Absolute paths.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsFiles {
    /// The authority that all certificates are of.
    pub ca: PathBuf,
    /// The certificate of the servers.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// What servers announce, and how they are reached from here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reach {
    /// They announce the address on which they listen.
    Direct,
    /// They announce addresses of a network that only they have; this machine's ports lead to their sockets.
    Namespace {
        /// Whose addresses they announce, .11 and on.
        network: Network,
        /// The program whose `lab forward` leads in: this one.
        redisops: PathBuf,
    },
    /// They announce host names that nobody knows, as clients are to prefer them.
    Names,
}

/// What a lab is to be, and how its servers are started.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The folder of its state and data; made when it is not there.
    pub dir: PathBuf,
    /// How many nodes, and what they do.
    pub layout: Layout,
    /// The port of each node, in their order. The port of the cluster bus is 10,000 higher, or lower where there is no such port.
    pub ports: Vec<u16>,
    /// The address on which servers listen and which they announce: `127.0.0.1` or `::1`.
    pub host: String,
    /// What they announce, and how they are reached from here.
    pub reach: Reach,
    /// The program.
    pub server: ServerProgram,
    /// How long a node may be silent before it is taken for dead.
    pub node_timeout: Duration,
    /// The password of the default user, and of replicas at their masters.
    pub password: Option<Secret>,
    /// TLS, and with which certificates.
    pub tls: Option<TlsFiles>,
    /// Further lines of each server's configuration: names and values. They win over those that the lab writes.
    pub config: Vec<(String, String)>,
    /// Keys to write when the cluster is up.
    pub load: Option<Load>,
    /// A program in front of each server that ends in becoming it, as `setpriv` and `nsenter` do.
    pub launcher: Vec<String>,
    /// Whether servers are to outlive the group of the process that starts them.
    pub detached: bool,
}

impl Spec {
    /// Servers on this machine's loopback address that outlive the caller, at consecutive ports.
    ///
    /// # Errors
    /// When there are not that many ports.
    pub fn local(dir: PathBuf, layout: Layout, base_port: u16, server: ServerProgram) -> Result<Spec, Diagnostic> {
        let last = u32::from(base_port) + u32::from(layout.nodes()) - 1;
        let Ok(last) = u16::try_from(last) else {
            let message =
                format!("{} nodes from port {base_port} on would end at {last}; ports end at 65535", layout.nodes());
            return Err(Diagnostic::error("redisops::lab::ports", message).help("choose a lower `--base-port`"));
        };
        Ok(Spec {
            dir,
            layout,
            ports: (base_port..=last).collect(),
            host: "127.0.0.1".to_owned(),
            reach: Reach::Direct,
            server,
            node_timeout: Duration::from_secs(5),
            password: None,
            tls: None,
            config: Vec::new(),
            load: None,
            launcher: Vec::new(),
            detached: true,
        })
    }

    /// Says what the server cannot do.
    pub(super) fn check(&self) -> Result<(), Diagnostic> {
        let needs = |what: &str| {
            let message =
                format!("{what} needs Redis 7.0 or newer; `{}` is {}", self.server.path.display(), self.server.version);
            Diagnostic::error("redisops::lab::server", message)
        };
        let modern = self.server.at_least(7, 0);
        if let Some(port) = self.ports.iter().find(|&&port| bus_port(port) < port)
            && !modern
        {
            return Err(
                needs(&format!("port {port}, whose bus cannot be 10000 higher,")).help("choose a lower `--base-port`")
            );
        }
        match &self.reach {
            Reach::Names if !modern => Err(needs("to announce a host name")),
            Reach::Namespace { network, .. } => network.fits(self.layout),
            Reach::Names | Reach::Direct => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Product;

    #[test]
    fn eight_nodes_are_three_masters_their_replicas_and_two_spares() {
        let layout = Layout::new(8, 3, 1).unwrap();
        let range = |text: &str| Position::Master(text.parse().unwrap());
        let all: Vec<Position> = (1..=8).map(|n| layout.position(n)).collect();
        assert_eq!(
            all,
            [
                range("0-5460"),
                range("5461-10922"),
                range("10923-16383"),
                Position::Replica(1),
                Position::Replica(2),
                Position::Replica(3),
                Position::Spare,
                Position::Spare,
            ]
        );
    }

    #[test]
    fn every_slot_has_one_master() {
        for masters in [1, 2, 7, 1000, SLOTS] {
            let layout = Layout::new(masters, masters, 0).unwrap();
            let mut next = 0;
            for number in 1..=masters {
                let Position::Master(range) = layout.position(number) else { panic!("{number} is no master") };
                assert_eq!(range.first().number(), next);
                next = range.last().number() + 1;
            }
            assert_eq!(next, SLOTS);
        }
    }

    #[test]
    fn what_a_server_cannot_do_is_said() {
        let server = ServerProgram { path: "/s".into(), product: Product::Redis, version: "6.2.14".to_owned() };
        let mut spec = Spec::local("/lab".into(), Layout::new(1, 1, 0).unwrap(), 60_001, server).unwrap();
        let message = "port 60001, whose bus cannot be 10000 higher, needs Redis 7.0 or newer; `/s` is 6.2.14";
        assert_eq!(spec.check().unwrap_err().message, message);
        (spec.ports, spec.reach) = (vec![7001], Reach::Names);
        assert_eq!(
            spec.check().unwrap_err().message,
            "to announce a host name needs Redis 7.0 or newer; `/s` is 6.2.14"
        );
        spec.server.version = "7.0.15".to_owned();
        assert!(spec.check().is_ok());
        let error = Spec::local("/lab".into(), Layout::new(8, 3, 1).unwrap(), 65_530, spec.server).unwrap_err();
        assert_eq!(error.message, "8 nodes from port 65530 on would end at 65537; ports end at 65535");
    }

    #[test]
    fn second_replicas_come_after_the_first() {
        let layout = Layout::new(9, 3, 2).unwrap();
        assert_eq!((layout.position(4), layout.position(9)), (Position::Replica(1), Position::Replica(3)));
        let error = Layout::new(8, 3, 2).unwrap_err();
        assert_eq!(error.message, "3 masters with 2 replicas each are 9 nodes, but there are to be 8");
        assert_eq!(Layout::new(8, 0, 2).unwrap_err().message, "a cluster has 1 to 16384 masters, not 0");
    }
}
