//! What was found, as data.

use serde::Serialize;

use crate::slots::{NodeId, SlotSet};

use super::repair::{Phase, Repair};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The cluster is not whole.
    Error,
    /// It is whole, but not for long, or not as it looks.
    Warning,
    /// Worth knowing.
    Note,
}

/// What kind of finding. Programs rely on the names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// A node answers that others do not expect where it is.
    OtherCluster,
    /// A master that the cluster takes for dead.
    FailedMaster,
    /// A node that does not answer here, though the cluster does not take it for dead.
    Unreachable,
    /// More than one node owns a slot.
    TwoOwners,
    /// Nobody owns a slot.
    UnassignedSlot,
    /// A slot in the middle of a hand-over, known to both sides.
    OpenSlot,
    /// A slot in the middle of a hand-over, known to one side only.
    HalfOpenSlot,
    /// A node has keys of a slot that belongs to another, which has keys of it too.
    KeysOnBoth,
    /// A node has keys of a slot that belongs to another.
    OrphanedKeys,
    /// Nodes differ about who owns a slot, or who does what.
    ViewsDisagree,
    /// A node that others have not heard of.
    UnknownNode,
    /// A replica that copies what it should not.
    WrongMaster,
    /// Two masters with the same configuration epoch.
    EpochCollision,
    /// A node that was introduced and has not answered yet.
    Handshake,
    /// A replica that the cluster takes for dead.
    FailedReplica,
    /// A replica that does not hear its master.
    ReplicaLink,
    /// A node that others cannot hear, though it answers here.
    BusLink,
    /// A master without a replica.
    NoReplica,
}

impl Rule {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::OtherCluster => "other-cluster",
            Rule::FailedMaster => "failed-master",
            Rule::Unreachable => "unreachable",
            Rule::TwoOwners => "two-owners",
            Rule::UnassignedSlot => "unassigned-slot",
            Rule::OpenSlot => "open-slot",
            Rule::HalfOpenSlot => "half-open-slot",
            Rule::KeysOnBoth => "keys-on-both",
            Rule::OrphanedKeys => "orphaned-keys",
            Rule::ViewsDisagree => "views-disagree",
            Rule::UnknownNode => "unknown-node",
            Rule::WrongMaster => "wrong-master",
            Rule::EpochCollision => "epoch-collision",
            Rule::Handshake => "handshake",
            Rule::FailedReplica => "failed-replica",
            Rule::ReplicaLink => "replica-link",
            Rule::BusLink => "bus-link",
            Rule::NoReplica => "no-replica",
        }
    }
}

/// One thing that is wrong with a cluster, or worth knowing.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Finding {
    /// Its kind.
    pub rule: Rule,
    /// How bad.
    pub severity: Severity,
    /// What, in plain words.
    pub message: String,
    /// Why, and what to do where a person has to choose.
    pub help: Option<String>,
    /// The nodes that it is about.
    pub nodes: Vec<NodeId>,
    /// The slots that it is about.
    pub slots: SlotSet,
    /// What mends it; empty where there is more than one right answer, or none.
    #[serde(skip)]
    pub repairs: Vec<Repair>,
}

impl Finding {
    pub(super) fn new(rule: Rule, severity: Severity, message: impl Into<String>) -> Finding {
        Finding {
            rule,
            severity,
            message: message.into(),
            help: None,
            nodes: Vec::new(),
            slots: SlotSet::new(),
            repairs: Vec::new(),
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    pub(super) fn nodes<'n>(mut self, nodes: impl IntoIterator<Item = &'n NodeId>) -> Finding {
        self.nodes.extend(nodes.into_iter().cloned());
        self
    }

    pub(super) fn slots(mut self, slots: SlotSet) -> Finding {
        self.slots = slots;
        self
    }

    pub(super) fn repair(mut self, repair: Repair) -> Finding {
        self.repairs.push(repair);
        self
    }
}

/// The judgement.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Health {
    /// Whether every slot is owned once, all views agree, none is open, no master has failed and every key is in its owner.
    pub whole: bool,
    /// What was found: errors first, each kind together.
    pub findings: Vec<Finding>,
}

impl Health {
    pub(super) fn of(mut findings: Vec<Finding>) -> Health {
        findings.sort_by_key(|finding| (finding.severity, finding.rule));
        Health { whole: findings.iter().all(|finding| finding.severity != Severity::Error), findings }
    }

    /// The repairs to run now: those of the first phase that has any, apart from those in vain. What comes after them may look different once they are
    /// done.
    pub fn next_repairs(&self, in_vain: &[Repair]) -> Vec<&Repair> {
        let mut wanted: Vec<&Repair> = Vec::new();
        for repair in self.findings.iter().flat_map(|finding| &finding.repairs) {
            if !in_vain.contains(repair) && !wanted.contains(&repair) {
                wanted.push(repair);
            }
        }
        let phase: Option<Phase> = wanted.iter().map(|repair| repair.phase()).min();
        wanted.retain(|repair| Some(repair.phase()) == phase);
        wanted
    }

    /// Whether something was found that nodes settle among themselves within a second or two, if they hear each other.
    pub fn may_settle(&self) -> bool {
        let settles = |finding: &Finding| {
            matches!(
                finding.rule,
                Rule::TwoOwners | Rule::UnassignedSlot | Rule::ViewsDisagree | Rule::UnknownNode | Rule::EpochCollision
            ) && (finding.severity == Severity::Error || finding.rule == Rule::EpochCollision)
        };
        self.findings.iter().any(settles)
    }
}
