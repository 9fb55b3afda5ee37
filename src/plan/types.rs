//! A plan as data: the document of `plan`, and the file that `apply` takes.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::k8s::ResourceRef;
use crate::slots::{ClusterState, SlotPlan, SlotStats, render};

use super::seal::Seal;

/// Steps in their order, and what they were made from.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Fingerprint of everything below; the same inputs give the same one.
    pub digest: String,
    /// What was rendered: the PATH as given.
    #[serde(default)]
    pub target: String,
    /// The cluster that it was made for.
    #[serde(default)]
    pub cluster: Option<ClusterRef>,
    /// The set that the objects belong to.
    #[serde(default)]
    pub apply_set: Option<ApplySetRef>,
    /// What is to be done, in order.
    pub steps: Vec<Step>,
    /// Objects that are as they should be.
    #[serde(default)]
    pub unchanged: usize,
}

/// A cluster, known by what does not change while it lives.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterRef {
    /// Where its API server is; may change.
    pub server: String,
    /// Identity of its namespace `kube-system`.
    pub uid: Option<String>,
}

/// The object that stands for a set.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplySetRef {
    /// Name of the Secret.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
}

/// One step.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Name of the step: the same in every plan that does the same to the same thing.
    pub id: String,
    /// The object.
    pub resource: Option<ResourceRef>,
    /// The Redis database.
    pub redis: Option<String>,
    /// What is done to it.
    pub action: Action,
    /// The wave that its object asks for.
    #[serde(default)]
    pub wave: i64,
    /// Steps of one group are done at the same time; a group begins when all of the one before is ready.
    #[serde(default)]
    pub group: usize,
    /// The line that asks for it.
    pub cause: Option<Cause>,
    /// What it does to what runs.
    pub consequence: Option<String>,
    /// How bad it can get.
    pub risk: Risk,
    /// The fields that it changes, with the values that it relies on.
    #[serde(default)]
    pub fields: Vec<PlannedField>,
    /// The slots that it moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<Box<SlotStep>>,
    /// What is in them, where that is known. The end of the consequence says it, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carries: Option<Carries>,
}

/// What moves with slots: figures of a moment, over which no digest goes.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Carries {
    /// Keys.
    pub keys: u64,
    /// Bytes of keys and values, as the server counts them or as a sample of them says.
    pub bytes: Option<u64>,
    /// How long they take when nothing else moves.
    pub seconds: f64,
}

impl fmt::Display for Carries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes.map_or(String::new(), |bytes| format!(", {}", render::bytes(bytes)));
        write!(f, "; {} keys{bytes}, about {}", render::count(self.keys), render::duration(self.seconds))
    }
}

impl Step {
    /// Says at the end of the consequence what moves.
    #[must_use]
    pub fn carrying(mut self, carries: Option<Carries>) -> Step {
        if let (Some(carries), Some(consequence)) = (carries, &mut self.consequence) {
            consequence.push_str(&carries.to_string());
        }
        self.carries = carries;
        self
    }

    /// Without figures of a moment.
    pub(super) fn bare(mut self) -> Step {
        let carries = self.carries.take();
        if let (Some(carries), Some(consequence)) = (carries, &mut self.consequence)
            && let Some(rest) = consequence.strip_suffix(&carries.to_string())
        {
            consequence.truncate(rest.len());
        }
        if let Some(slots) = &mut self.slots {
            slots.plan.estimate.seconds = None;
            slots.plan.moves.iter_mut().for_each(|one| (one.keys, one.bytes) = (None, None));
        }
        self
    }
}

/// Slots that move, and the cluster as it was when that was planned.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotStep {
    /// What moves.
    pub plan: SlotPlan,
    /// The cluster before.
    #[serde(serialize_with = "without_tables")]
    pub state: ClusterState,
}

/// What is in each slot is for pictures: tables of 16,384 numbers would be most of a plan.
fn without_tables<S: Serializer>(state: &ClusterState, to: S) -> Result<S::Ok, S::Error> {
    let nodes = ClusterState { slot_stats: SlotStats::default(), ..state.clone() };
    nodes.serialize(to)
}

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// The object is new.
    Create,
    /// The object changes.
    Update,
    /// The object goes.
    Delete,
    /// Settings of running nodes change.
    Configure,
    /// Nodes are restarted.
    Restart,
    /// Nodes join a cluster.
    Meet,
    /// Slots move.
    Move,
    /// Replicas get another master.
    Replicate,
    /// Nodes leave a cluster.
    Forget,
    /// A replica takes over from its master.
    Failover,
    /// What was done is looked at.
    Verify,
}

impl Action {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Configure => "configure",
            Action::Restart => "restart",
            Action::Meet => "meet",
            Action::Move => "move",
            Action::Replicate => "replicate",
            Action::Forget => "forget",
            Action::Failover => "failover",
            Action::Verify => "verify",
        }
    }
}

/// How bad it can get.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Risk {
    /// Nothing that runs notices.
    None,
    /// Something starts or changes beside what runs.
    Low,
    /// Something that runs is restarted or loses company.
    Medium,
    /// Data can be lost, or the step will be refused.
    High,
}

impl Risk {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Risk::None => "none",
            Risk::Low => "low",
            Risk::Medium => "medium",
            Risk::High => "high",
        }
    }
}

/// A line that asks for something.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// Path from the root of the repository.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A field that a step changes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedField {
    /// Its path.
    pub path: String,
    /// What was live when the plan was made; null where there was nothing. Masked in secrets.
    pub before: Value,
    /// What it is to be; null where it goes. Masked in secrets.
    pub after: Value,
    /// The line that asks for it.
    pub cause: Option<Cause>,
    /// Digests of the values, where they are masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Seal>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many steps do that.
    pub fn count(&self, action: Action) -> usize {
        self.steps.iter().filter(|step| step.action == action).count()
    }

    /// `2 to create, 1 to change, …`
    pub fn headline(&self) -> String {
        let mut parts = vec![
            format!("{} to create", self.count(Action::Create)),
            format!("{} to change", self.count(Action::Update)),
            format!("{} to delete", self.count(Action::Delete)),
        ];
        let redis = self.steps.iter().filter(|step| step.redis.is_some()).count();
        if redis > 0 {
            parts.push(format!("{redis} {} on Redis nodes", if redis == 1 { "step" } else { "steps" }));
        }
        parts.push(format!("{} unchanged", self.unchanged));
        parts.join(", ")
    }
}

impl Step {
    /// What it is done to.
    pub fn subject(&self) -> String {
        match (&self.resource, &self.redis) {
            (Some(resource), _) => resource.to_string(),
            (None, Some(redis)) => format!("redis {redis}"),
            (None, None) => String::new(),
        }
    }
}
