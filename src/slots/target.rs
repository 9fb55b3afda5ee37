//! What a cluster is to become.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::address::Address;
use super::slot::SlotRange;
use super::state::{ClusterState, Node, NodeId};

/// A node as somebody names it: its id, a beginning of it that only one has, its address or its host name with the port.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeRef(pub String);

/// A name that stands for no node, or for several.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoNode {
    /// No node has it.
    #[error("no node is called `{0}`")]
    Unknown(String),
    /// More than one has it.
    #[error("`{0}` is the beginning of several ids")]
    Ambiguous(String),
}

impl NodeRef {
    /// The node.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn find<'s>(&self, state: &'s ClusterState) -> Result<&'s Node, NoNode> {
        let text = self.0.as_str();
        if let Some(node) = state.nodes.iter().find(|node| node.id.as_str() == text) {
            return Ok(node);
        }
        if let Ok(address) = text.parse::<Address>() {
            let named = |node: &&Node| {
                node.address == address
                    || node.address.port == address.port && node.hostname.as_ref() == Some(&address.host)
            };
            return state.nodes.iter().find(named).ok_or_else(|| NoNode::Unknown(text.to_owned()));
        }
        let mut found = state.nodes.iter().filter(|node| !text.is_empty() && node.id.as_str().starts_with(text));
        match (found.next(), found.next()) {
            (Some(node), None) => Ok(node),
            (None, _) => Err(NoNode::Unknown(text.to_owned())),
            _ => Err(NoNode::Ambiguous(text.to_owned())),
        }
    }
}

impl From<&NodeId> for NodeRef {
    fn from(id: &NodeId) -> NodeRef {
        NodeRef(id.as_str().to_owned())
    }
}

impl fmt::Display for NodeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is shared out evenly.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Balance {
    /// The number of slots.
    #[default]
    Slots,
    /// Keys.
    Keys,
    /// Bytes.
    Memory,
    /// Commands a second.
    Ops,
}

impl Balance {
    /// As plans name it.
    pub const fn metric(self) -> &'static str {
        match self {
            Balance::Slots => "slots",
            Balance::Keys => "keys",
            Balance::Memory => "bytes",
            Balance::Ops => "ops",
        }
    }
}

/// A share in proportion to others: finite, not negative. Kept in millionths, so that shares are computed exactly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Weight(u64);

impl Weight {
    /// One.
    pub const ONE: Weight = Weight(1_000_000);
    /// A master without a slot.
    pub const ZERO: Weight = Weight(0);

    /// In millionths.
    pub const fn millionths(self) -> u64 {
        self.0
    }
}

/// A text that is no weight.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no weight: write a number from 0 to 1000000, as in 1.5")]
pub struct NoWeight(pub String);

impl FromStr for Weight {
    type Err = NoWeight;

    fn from_str(text: &str) -> Result<Weight, NoWeight> {
        let number =
            text.parse::<f64>().ok().filter(|n| (0.0..=1e6).contains(n)).ok_or_else(|| NoWeight(text.to_owned()))?;
        let millionths = (number * 1e6).round() as u64;
        if millionths == 0 && number > 0.0 { Err(NoWeight(text.to_owned())) } else { Ok(Weight(millionths)) }
    }
}

/// How far above its share a master may end, as a part of the share.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub struct Tolerance(f64);

impl Tolerance {
    /// As a part of one: 0.02 for 2 %.
    pub const fn fraction(self) -> f64 {
        self.0
    }
}

/// 2 %.
impl Default for Tolerance {
    fn default() -> Tolerance {
        Tolerance(0.02)
    }
}

/// A text that is no tolerance.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is no tolerance: write a percentage, as in 2%")]
pub struct NoTolerance(pub String);

/// `2%`; a number without the sign is a percentage, too.
impl FromStr for Tolerance {
    type Err = NoTolerance;

    fn from_str(text: &str) -> Result<Tolerance, NoTolerance> {
        let number = text.strip_suffix('%').unwrap_or(text).trim().parse::<f64>().ok();
        number
            .filter(|n| (0.0..=100.0).contains(n))
            .map(|n| Tolerance(n / 100.0))
            .ok_or_else(|| NoTolerance(text.to_owned()))
    }
}

/// What a cluster is to become. The default keeps the masters that have slots and evens them out.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Target {
    /// How many masters have slots.
    pub masters: Option<u16>,
    /// Nodes that join, or spares that take part.
    pub add: Vec<NodeRef>,
    /// Nodes that leave the cluster.
    pub remove: Vec<NodeRef>,
    /// Shares of masters; one where nothing is said.
    pub weights: Vec<(NodeRef, Weight)>,
    /// Replicas that each master with slots has in the end; untouched where nothing is said.
    pub replicas: Option<u16>,
    /// What is shared out evenly.
    pub balance: Balance,
    /// How far from even is even enough, for everything but slots.
    pub tolerance: Tolerance,
    /// Slots that end at a certain master.
    pub pins: Vec<(SlotRange, NodeRef)>,
    /// Where nodes are at home. Replicas get a master of their home, as far as zones allow it; all masters are alike where nothing is said.
    pub homes: BTreeMap<NodeId, String>,
}
