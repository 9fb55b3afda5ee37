//! Steps of scaling among those of a plan.

use crate::plan::{Action, Carries, Cause, Plan, Risk, SlotStep, Step as PlanStep};
use crate::slots::{ClusterState, Rates, SlotStats, state_digest};

use super::types::{ScalingPlan, Step};

/// The resize of the StatefulSets of a cluster.
pub struct Resized<'a> {
    /// What reports call the cluster.
    pub redis: &'a str,
    /// The names of the StatefulSets.
    pub sets: &'a [&'a str],
    /// Their namespace.
    pub namespace: Option<&'a str>,
    /// Whether pods of a StatefulSet that stays become fewer: then nodes come before it, else after all that come and before all that go.
    pub shrinks: bool,
    /// What is done on the nodes.
    pub plan: &'a ScalingPlan,
}

impl Plan {
    /// Puts what is done on nodes beside the steps of their StatefulSets.
    #[must_use]
    pub fn with_scaling(mut self, resized: &Resized<'_>) -> Plan {
        let is_set = |step: &PlanStep| {
            step.resource.as_ref().is_some_and(|resource| {
                resource.kind == "StatefulSet"
                    && resized.sets.contains(&resource.name.as_str())
                    && resource.namespace.as_deref() == resized.namespace
            })
        };
        let goes = |step: &PlanStep| step.action == Action::Delete;
        let first = self.steps.iter().position(|step| is_set(step) && !goes(step));
        let last = self.steps.iter().rposition(|step| is_set(step) && !goes(step));
        let going = self.steps.iter().position(|step| is_set(step) && goes(step));
        let at = if resized.shrinks { first } else { last };
        let (wave, group) = match at.or(going).map(|at| &self.steps[at]) {
            Some(step) => (step.wave, step.group),
            None => self.steps.last().map_or((0, 0), |step| (step.wave, step.group)),
        };
        let cause = at.and_then(|at| of_set(&self.steps[at])).or_else(|| self.of_layout(resized));
        let mut steps: Vec<PlanStep> =
            resized.plan.steps.iter().map(|step| planned(step, resized.redis, wave, group, cause.clone())).collect();
        // All moves are one picture: it stands with the first of them.
        let mut moves = steps.iter_mut().filter(|step| step.action == Action::Move);
        if let Some(first) = moves.next().filter(|_| resized.plan.moved_slots > 0) {
            first.slots = Some(Box::new(picture(resized.plan)));
        }
        let before = match at {
            Some(at) if resized.shrinks => at,
            Some(at) => at + 1,
            None => going.unwrap_or(self.steps.len()),
        };
        self.steps.splice(before..before, steps);
        self.sealed()
    }

    /// The line that says how many shards there are: that of the list of nodes, which changes with them.
    fn of_layout(&self, resized: &Resized<'_>) -> Option<Cause> {
        let is_layout = |step: &&PlanStep| {
            step.resource.as_ref().is_some_and(|resource| {
                resource.kind == "ConfigMap"
                    && resource.namespace.as_deref() == resized.namespace
                    && resource.name.strip_suffix("-layout").is_some_and(|redis| {
                        let of_redis = |set: &&str| set.strip_prefix(redis).is_some_and(|rest| rest.starts_with('-'));
                        resized.sets.iter().any(of_redis)
                    })
            })
        };
        self.steps.iter().find(is_layout)?.fields.iter().find_map(|field| field.cause.clone())
    }
}

/// The line that says how many pods a StatefulSet has.
fn of_set(step: &PlanStep) -> Option<Cause> {
    let replicas = step.fields.iter().find(|field| field.path == "spec.replicas");
    replicas.and_then(|field| field.cause.clone()).or_else(|| step.cause.clone())
}

/// What moves, and the cluster without what is another number each time that one looks; what is in slots is for the picture only.
fn picture(plan: &ScalingPlan) -> SlotStep {
    let mut state = ClusterState { slot_stats: SlotStats::default(), ..plan.state.clone() };
    state.nodes.iter_mut().for_each(|node| node.used_memory = None);
    let mut slots = plan.slots.clone();
    slots.state_digest = state_digest(&state);
    state.slot_stats = plan.state.slot_stats.clone();
    SlotStep { plan: slots, state }
}

fn planned(step: &Step, redis: &str, wave: i64, group: usize, cause: Option<Cause>) -> PlanStep {
    let (action, key, consequence, risk) = match step {
        Step::Finish { slots } => {
            (Action::Move, "open".to_owned(), format!("{} slots that are open are handed over", slots.len()), Risk::Low)
        }
        Step::Forget { node } => (
            Action::Forget,
            node.as_str().to_owned(),
            format!("{}, which is dead and in no pod, is forgotten", node.short()),
            Risk::None,
        ),
        Step::Meet { pod } => (Action::Meet, pod.clone(), format!("{pod} joins the cluster"), Risk::None),
        Step::Copy { pod, master } => (
            Action::Replicate,
            format!("{pod}/{master}"),
            format!("{pod} copies {master} from scratch, to take its place"),
            Risk::Low,
        ),
        Step::Failover { pod, master } => (
            Action::Failover,
            format!("{master}/{pod}"),
            format!("{master} hands over to {pod}: its clients wait for a moment, nothing is lost"),
            Risk::Low,
        ),
        Step::Renew { pod } => (
            Action::Forget,
            format!("{pod}/renew"),
            format!("{pod} forgets its copy and joins again as a master"),
            Risk::Low,
        ),
        Step::Move { from, to, slots, .. } => {
            let from = from.as_deref().unwrap_or("nobody");
            let text = format!("{} slots move from {from} to {to}: {slots}", slots.len());
            (Action::Move, format!("{from}/{to}"), text, Risk::Medium)
        }
        Step::Replicate { pod, master } => {
            (Action::Replicate, pod.clone(), format!("{pod} copies {master} from scratch"), Risk::Low)
        }
        Step::Leave { pod } => {
            (Action::Forget, pod.clone(), format!("{pod} leaves the cluster and is emptied"), Risk::Low)
        }
    };
    PlanStep {
        id: format!("redis/{redis}/{}/{key}", action.name()),
        resource: None,
        redis: Some(redis.to_owned()),
        action,
        wave,
        group,
        cause,
        consequence: Some(consequence),
        risk,
        fields: Vec::new(),
        slots: None,
        carries: None,
    }
    .carrying(carries(step))
}

/// What moves with a step, where that is known.
fn carries(step: &Step) -> Option<Carries> {
    let Step::Move { slots, keys: Some(keys), bytes, .. } = step else { return None };
    let seconds = Rates::default().seconds(slots.len(), *keys, *bytes);
    Some(Carries { keys: *keys, bytes: *bytes, seconds })
}
