//! What goes in and what comes out.

use serde::Serialize;

use crate::slots::{Address, ClusterState, NodeId, PerSlot, Rates, SlotPlan, SlotSet, SlotStats};

/// The annotation of a StatefulSet that says to how many pods it may shrink: the others hold nothing that is needed.
pub const DRAINED_TO: &str = "redisops.dev/drained-to";

/// The label of StatefulSets whose pods form a cluster.
pub const CLUSTER_LABEL: &str = "redisops.dev/cluster";
/// The annotation of such a StatefulSet that says how many replicas each master has.
pub const CLUSTER_REPLICAS: &str = "redisops.dev/replicas";
/// The annotation of such a StatefulSet that names its Redis.
pub const REDIS: &str = "redisops.dev/redis";
/// The annotation of such a StatefulSet that says how the nodes are divided.
pub const LAYOUT: &str = "redisops.dev/layout";
/// Each master and its replicas are in a StatefulSet of their own.
pub const PER_SHARD: &str = "perShard";
/// The annotation that is there while a cluster is brought to another size; it says how many replicas each master is to have.
pub const SCALING: &str = "redisops.dev/scaling";

/// A pod of the workload and the node in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// Whether it is there in the end. Those that do not stay are the ones that the controller deletes: the highest ordinals.
    pub stays: bool,
    /// The identity of its node; nothing where it does not answer.
    pub node: Option<NodeId>,
    /// The address that its node announces, for others to meet it.
    pub address: Option<Address>,
    /// Where it runs.
    pub zone: Option<String>,
    /// The StatefulSet, where each master and its replicas have one of their own; nothing where all pods are in one.
    pub shard: Option<String>,
}

/// What the cluster is to be in the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Nodes that own slots.
    pub masters: u16,
    /// Replicas of each.
    pub replicas: u16,
}

/// One thing to do; pods by their names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "action", rename_all = "camelCase")]
pub enum Step {
    /// Hand-overs of slots that somebody began are brought to their end.
    Finish {
        /// Which slots.
        slots: SlotSet,
    },
    /// A node that is dead and in no pod is taken from the books.
    Forget {
        /// The node.
        node: NodeId,
    },
    /// A node becomes a member.
    Meet {
        /// The pod.
        pod: String,
    },
    /// A node copies a master that leaves, to take its place.
    Copy {
        /// The pod.
        pod: String,
        /// The pod of the master.
        master: String,
    },
    /// A replica becomes the master of its shard, with the consent of the old one.
    Failover {
        /// The pod of the replica.
        pod: String,
        /// The pod of the master that leaves.
        master: String,
    },
    /// A replica forgets its data and joins again as a master without slots.
    Renew {
        /// The pod.
        pod: String,
    },
    /// Slots go from one master to another.
    Move {
        /// The pod that gives; nothing where the slots belong to nobody.
        from: Option<String>,
        /// The pod that takes.
        to: String,
        /// Which slots.
        slots: SlotSet,
        /// Keys in them, where known.
        keys: Option<u64>,
        /// Bytes in them, where known.
        bytes: Option<u64>,
    },
    /// A node copies a master.
    Replicate {
        /// The pod.
        pod: String,
        /// The pod of the master.
        master: String,
    },
    /// A node is forgotten by all others and emptied.
    Leave {
        /// The pod.
        pod: String,
    },
}

/// What to do, in order.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ScalingPlan {
    /// The steps; none where the cluster is as wanted.
    pub steps: Vec<Step>,
    /// Pods of the nodes that own slots in the end, in the order of the pods.
    pub masters: Vec<String>,
    /// How many slots go from one node to another.
    pub moved_slots: u32,
    /// How many pods the workload may have once all steps are done.
    pub drained_to: usize,
    /// The steps from the moves on as the slot planner has them; for the cluster as it is once the steps before are done.
    #[serde(skip)]
    pub slots: SlotPlan,
    /// That cluster.
    #[serde(skip)]
    pub state: ClusterState,
}

impl ScalingPlan {
    /// The same with what is in the slots that move.
    #[must_use]
    pub fn with_stats(mut self, stats: SlotStats) -> ScalingPlan {
        let within = |table: &PerSlot, slots: &SlotSet| {
            table.as_ref().map(|table| slots.iter().map(|slot| table[usize::from(slot.number())]).sum::<u64>())
        };
        for step in &mut self.steps {
            if let Step::Move { slots, keys, bytes, .. } = step {
                (*keys, *bytes) = (within(&stats.keys, slots), within(&stats.bytes, slots));
            }
        }
        for one in &mut self.slots.moves {
            (one.keys, one.bytes) = (within(&stats.keys, &one.slots), within(&stats.bytes, &one.slots));
        }
        self.slots.estimate = Rates::default().estimate(&self.slots.moves);
        self.state.slot_stats = stats;
        self
    }
}
