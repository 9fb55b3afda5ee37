//! From a cluster and target arguments to a plan.

use std::time::Duration;

use crate::apply::slots::join::examine;
use crate::apply::slots::{Members, Steps};
use crate::cli::args::TargetArgs;
use crate::diagnostics::{Diagnostic, Diagnostics, arrange};
use crate::live::redis::{Cluster, Survey, SurveyOptions};
use crate::slots::{
    Address, Balance, ClusterState, Join, NoLayout, NoNode, NodeRef, PlanError, ReplicaChange, SlotPlan, Target,
    live_risks, plan,
};

use super::context::Context;
use super::look::look;
use super::target::{target, zones_by_label};

/// Keys from that size are told of: they block both nodes for some milliseconds.
const BIG_KEY: u64 = 1 << 20;

const OPTIONS: SurveyOptions = SurveyOptions { bytes: true, big_keys: Some(BIG_KEY), ops: None };

/// What a plan is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Somebody reads it: sizes and big keys are looked for in all slots.
    Review,
    /// It is carried out at once: the run weighs what it moves as it goes.
    Run,
}

/// A plan and the state that it was made from.
#[derive(Debug)]
pub struct Planned {
    /// What is to happen.
    pub plan: SlotPlan,
    /// The cluster before, nodes that join included.
    pub state: ClusterState,
}

/// Plans for a live cluster. Nodes to add that are no members yet are asked who they are.
///
/// # Errors
/// When an argument is wrong, a node to add may not join, or there is no plan.
pub async fn plan_live(
    cluster: &Cluster,
    arguments: &TargetArgs,
    purpose: Purpose,
    cx: &Context<'_>,
) -> Result<Planned, Diagnostics> {
    let mut target = target(arguments)?;
    if target.balance == Balance::Ops && arguments.sample_ops.is_none() {
        return Err(Diagnostic::error(
            "redisops::slots::no_ops",
            "`--balance ops` needs to know how busy each slot is",
        )
        .note("no server counts commands per slot")
        .help("sample them with `--sample-ops 5s`, or plan from a saved state whose `slotStats` have `ops`")
        .into());
    }
    let options = match purpose {
        Purpose::Review => SurveyOptions { ops: arguments.sample_ops, ..OPTIONS },
        Purpose::Run => {
            SurveyOptions { bytes: target.balance == Balance::Memory, big_keys: None, ops: arguments.sample_ops }
        }
    };
    let (mut state, survey) = look(cluster, options, cx).await;
    add_newcomers(cluster, &mut state, &mut target, cx).await?;
    Ok(with_risks(finish(state, &target, arguments)?, cluster, &survey).await)
}

/// Plans how a live cluster gets the layout of a saved state.
///
/// # Errors
/// As [`plan_to`].
pub async fn plan_live_to(cluster: &Cluster, wanted: &ClusterState, cx: &Context<'_>) -> Result<Planned, Diagnostics> {
    let (state, survey) = look(cluster, OPTIONS, cx).await;
    Ok(with_risks(plan_to(state, wanted)?, cluster, &survey).await)
}

async fn with_risks(mut planned: Planned, cluster: &Cluster, survey: &Survey) -> Planned {
    let facts = cluster.live_facts(survey).await;
    let mut risks = live_risks(&planned.plan, &planned.state, &facts);
    // What the state shows already is not said twice.
    risks.retain(|risk| !planned.plan.risks.iter().any(|known| known.rule == risk.rule && known.node == risk.node));
    planned.plan.risks.extend(risks);
    planned.plan.seed = Some(cluster.seed().to_string());
    planned
}

/// Plans for a saved state.
///
/// # Errors
/// When an argument is wrong, or there is no plan.
pub fn plan_saved(state: ClusterState, arguments: &TargetArgs) -> Result<Planned, Diagnostics> {
    finish(state, &target(arguments)?, arguments)
}

/// Plans how a cluster gets the layout of another state.
///
/// # Errors
/// When that state is no target for the cluster, or there is no plan.
pub fn plan_to(state: ClusterState, wanted: &ClusterState) -> Result<Planned, Diagnostics> {
    let layout = state.layout_of(wanted).map_err(|error| {
        let help = match error {
            NoLayout::UnknownNode(_) => "both states must be of one cluster: its nodes have the same ids or addresses",
            NoLayout::Unowned(_) => "give each slot an owner there",
        };
        Diagnostic::error("redisops::slots::layout", error.to_string()).help(help)
    })?;
    let mut plan = plan(&state, &layout.target).map_err(refused)?;
    let settled = |change: &ReplicaChange| layout.replicas.iter().any(|wanted| wanted.node == change.node);
    plan.replicas.retain(|change| !settled(change));
    plan.replicas.extend(layout.replicas);
    plan.replicas.sort_by(|a, b| a.node.cmp(&b.node));
    Ok(Planned { plan, state })
}

fn finish(mut state: ClusterState, target: &Target, arguments: &TargetArgs) -> Result<Planned, Diagnostics> {
    if let Some(label) = &arguments.zone_label {
        zones_by_label(&mut state, label)?;
    }
    let plan = plan(&state, target).map_err(refused)?;
    Ok(Planned { plan, state })
}

fn refused(error: PlanError) -> Diagnostics {
    error.diagnostic().into()
}

/// Puts nodes to add that are no members yet into the state, as masters without slots, and names them by their ids in the target.
async fn add_newcomers(
    cluster: &Cluster,
    state: &mut ClusterState,
    target: &mut Target,
    cx: &Context<'_>,
) -> Result<(), Diagnostics> {
    let mut found = Diagnostics::new();
    for wanted in &mut target.add {
        let Some(address) = stranger(wanted, state) else { continue };
        let newcomer = match cluster.newcomer(&address).await {
            Ok(newcomer) => newcomer,
            Err(error) => {
                found.extend(error.into());
                continue;
            }
        };
        *wanted = NodeRef::from(&newcomer.node.id);
        if newcomer.member {
            continue;
        }
        let join = Join { id: Some(newcomer.node.id.clone()), address: newcomer.node.address.clone() };
        let steps = Steps { deadline: Duration::from_secs(10), forced: &[], tell: &|_| {} };
        if let Some(warnings) = found.take(examine(&Members::of(cluster), &join, &steps).await) {
            cx.printer.diagnostics(&arrange(warnings, cx.sources), cx.sources);
            state.nodes.push(newcomer.node);
        }
    }
    if found.has_errors() { Err(found) } else { Ok(()) }
}

/// The address of a node that the state does not have.
fn stranger(wanted: &NodeRef, state: &ClusterState) -> Option<Address> {
    match wanted.find(state) {
        Err(NoNode::Unknown(_)) => wanted.0.parse().ok(),
        _ => None,
    }
}
