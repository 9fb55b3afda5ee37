//! From pods and a state to steps.

use crate::slots::{ClusterState, Named, NodeId, NodeRef, SlotPlan, Target, Weight, plan as plan_slots};

use super::choice::{Choice, choose};
use super::error::ScalingError;
use super::sketch::Sketch;
use super::types::{Pod, ScalingPlan, Step, Wanted};

/// Plans how the cluster gets to the wanted size in the pods that stay. Pods stand in the order of their ordinals; the order of the state's nodes has no
/// influence.
///
/// # Errors
/// When pods or nodes are missing, or the cluster must be repaired first.
pub fn plan(state: &ClusterState, pods: &[Pod], wanted: Wanted) -> Result<ScalingPlan, ScalingError> {
    check(pods, wanted)?;
    let mut sketch = Sketch::new(state);
    zones(&mut sketch, pods);
    let mut steps = Vec::new();
    let finished = sketch.finish();
    if !finished.is_empty() {
        steps.push(Step::Finish { slots: finished });
    }
    forget(&mut sketch, pods, &mut steps)?;
    meet(&mut sketch, pods, &mut steps);
    let choice = choose(pods, &sketch, wanted);
    prepare(&mut sketch, pods, &choice, &mut steps);
    let slots = plan_slots(&sketch.state, &target(&sketch, pods, &choice, wanted))?;
    let moved_slots = slots.moved_slots();
    steps.extend(later(&slots, pods));
    let masters = choice.masters.iter().map(|&pod| pods[pod].name.clone()).collect();
    let drained_to = pods.iter().filter(|pod| pod.stays).count();
    Ok(ScalingPlan { steps, masters, moved_slots, drained_to, slots, state: sketch.state })
}

fn check(pods: &[Pod], wanted: Wanted) -> Result<(), ScalingError> {
    let Wanted { masters, replicas } = wanted;
    if masters == 0 {
        return Err(ScalingError::NoMasters);
    }
    let needed = usize::from(masters) * (usize::from(replicas) + 1);
    let available = pods.iter().filter(|pod| pod.stays).count();
    if available < needed {
        return Err(ScalingError::TooFewPods { masters, replicas, needed, available });
    }
    if let Some(silent) = pods.iter().find(|pod| pod.stays && pod.node.is_none()) {
        return Err(ScalingError::Silent { pod: silent.name.clone() });
    }
    for (index, first) in pods.iter().enumerate().filter(|(_, pod)| pod.node.is_some()) {
        if let Some(second) = pods[index + 1..].iter().find(|pod| pod.node == first.node) {
            return Err(ScalingError::SameNode { first: first.name.clone(), second: second.name.clone() });
        }
    }
    Ok(())
}

/// What is known of the pods counts for the nodes.
fn zones(sketch: &mut Sketch, pods: &[Pod]) {
    for node in &mut sketch.state.nodes {
        if let Some(zone) = pod_of(pods, &node.id).and_then(|pod| pod.zone.clone()) {
            node.zone = Some(zone);
        }
    }
}

fn pod_of<'p>(pods: &'p [Pod], id: &NodeId) -> Option<&'p Pod> {
    pods.iter().find(|pod| pod.node.as_ref() == Some(id))
}

/// Drops members that are in no pod: dead ones that own nothing, as a pod leaves behind that lost its volume, and former names of nodes that were reset:
/// somebody who was not told passes them on.
fn forget(sketch: &mut Sketch, pods: &[Pod], steps: &mut Vec<Step>) -> Result<(), ScalingError> {
    if let Some(dead) = sketch.state.masters().find(|node| node.is_failed() && !node.slots.is_empty()) {
        return Err(ScalingError::Dead { node: dead.into(), slots: dead.slots.clone() });
    }
    let mut ghosts = Vec::new();
    for node in sketch.state.nodes.iter().filter(|node| pod_of(pods, &node.id).is_none()) {
        // A handshake that nobody answers ends by itself.
        let has_another_name = pods.iter().any(|pod| pod.node.is_some() && pod.address.as_ref() == Some(&node.address));
        if node.is_failed() || has_another_name && node.slots.is_empty() {
            ghosts.push(node.id.clone());
        } else if !node.flags.iter().any(|flag| flag == "handshake") {
            return Err(ScalingError::Stranger { node: Named::from(node) });
        }
    }
    ghosts.sort();
    for ghost in ghosts {
        sketch.forget(&ghost);
        steps.push(Step::Forget { node: ghost });
    }
    Ok(())
}

fn meet(sketch: &mut Sketch, pods: &[Pod], steps: &mut Vec<Step>) {
    for pod in pods.iter().filter(|pod| pod.stays) {
        let Some(id) = pod.node.as_ref().filter(|id| sketch.node(id).is_none()) else { continue };
        let address = pod.address.clone().unwrap_or_else(|| crate::slots::Address::new(pod.name.as_str(), 6379));
        sketch.meet(id, address, pod.zone.clone());
        steps.push(Step::Meet { pod: pod.name.clone() });
    }
}

/// Masters that leave hand over, before any slot moves.
fn prepare(sketch: &mut Sketch, pods: &[Pod], choice: &Choice, steps: &mut Vec<Step>) {
    let name = |pod: usize| pods[pod].name.clone();
    let id = |pod: usize| pods[pod].node.as_ref();
    for &(copy, master) in &choice.copies {
        if let (Some(copy), Some(master)) = (id(copy), id(master)) {
            sketch.copy(copy, master);
        }
        steps.push(Step::Copy { pod: name(copy), master: name(master) });
    }
    for &(heir, master) in &choice.failovers {
        if let (Some(heir), Some(master)) = (id(heir), id(master)) {
            sketch.fail_over(heir, master);
        }
        steps.push(Step::Failover { pod: name(heir), master: name(master) });
    }
    for &pod in &choice.renewed {
        if let Some(id) = id(pod) {
            sketch.renew(id);
        }
        steps.push(Step::Renew { pod: name(pod) });
    }
}

/// The same as a target of the slot planner, which cuts the shares and places the replicas.
fn target(sketch: &Sketch, pods: &[Pod], choice: &Choice, wanted: Wanted) -> Target {
    let members = pods.iter().filter_map(|pod| Some((pod, sketch.node(pod.node.as_ref()?)?)));
    Target {
        masters: Some(wanted.masters),
        remove: members.filter(|(pod, _)| !pod.stays).map(|(_, node)| NodeRef::from(&node.id)).collect(),
        weights: choice
            .masters
            .iter()
            .filter_map(|&pod| Some((NodeRef::from(pods[pod].node.as_ref()?), Weight::ONE)))
            .collect(),
        replicas: Some(wanted.replicas),
        homes: pods.iter().filter_map(|pod| Some((pod.node.clone()?, pod.shard.clone()?))).collect(),
        ..Target::default()
    }
}

/// What the slot planner says, by pods.
fn later(plan: &SlotPlan, pods: &[Pod]) -> Vec<Step> {
    let name = |id: &NodeId| pod_of(pods, id).map_or_else(|| id.as_str().to_owned(), |pod| pod.name.clone());
    let moves = plan.moves.iter().map(|one| Step::Move {
        from: one.from.as_ref().map(name),
        to: name(&one.to),
        slots: one.slots.clone(),
        keys: one.keys,
        bytes: one.bytes,
    });
    let replicas = plan.replicas.iter().map(|one| Step::Replicate { pod: name(&one.node), master: name(&one.master) });
    let leaves = plan.leaves.iter().map(|one| Step::Leave { pod: name(&one.id) });
    let ordinal = |step: &Step| {
        let (first, second) = match step {
            Step::Move { from, to, .. } => (from.as_deref(), Some(to.as_str())),
            Step::Replicate { pod, .. } | Step::Leave { pod } => (Some(pod.as_str()), None),
            _ => (None, None),
        };
        let at = |name: Option<&str>| name.and_then(|name| pods.iter().position(|pod| pod.name == name));
        (at(first), at(second))
    };
    let (mut moves, mut replicas, mut leaves): (Vec<Step>, Vec<Step>, Vec<Step>) =
        (moves.collect(), replicas.collect(), leaves.collect());
    for steps in [&mut moves, &mut replicas, &mut leaves] {
        steps.sort_by_key(ordinal);
    }
    moves.into_iter().chain(replicas).chain(leaves).collect()
}
