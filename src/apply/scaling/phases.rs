//! The kinds of steps, each by the library that moves slots and changes members.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::{Instant, sleep};

use crate::apply::slots::failover::fail_over;
use crate::apply::slots::join::join;
use crate::apply::slots::leave::leave;
use crate::apply::slots::lock::{Lock, lock_name};
use crate::apply::slots::replicas::replicate;
use crate::apply::slots::{
    Check, Event, Members, MigrationReport, Options, Outcome, Progress, Step as Told, Steps, Stop,
};
use crate::apply::slots::{migrate_as, run_name};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::live::redis::Access;
use crate::plan::scaling::{ScalingPlan, Step};
use crate::slots::{ClusterState, Join, Leave, NodeId, ReplicaChange, SlotPlan, state_digest};

use super::left;
use super::look::{Order, Seen};
use super::report::ScalingReport;

/// How long a step may take to show everywhere.
const STEP: Duration = Duration::from_secs(60);
/// How long nodes may take to find that the cluster is whole.
const REST: Duration = Duration::from_secs(30);
/// How often to look.
const LOOK: Duration = Duration::from_millis(100);

/// Who works, and what was done.
pub(super) struct Crew<'a> {
    options: &'a Options,
    progress: &'a dyn Progress,
    stop: &'a Stop,
    /// All locks of a run have one name, so that it does not stand in its own way.
    name: String,
    pub report: ScalingReport,
}

impl<'a> Crew<'a> {
    pub fn new(options: &'a Options, progress: &'a dyn Progress, stop: &'a Stop) -> Crew<'a> {
        Crew { options, progress, stop, name: run_name(), report: ScalingReport::default() }
    }

    /// Does all steps of the first kind.
    pub async fn work(
        &mut self,
        seen: &Seen,
        plan: &ScalingPlan,
        order: &Order,
        access: &Access,
    ) -> Result<(), Diagnostics> {
        let Some(first) = plan.steps.first() else { return Ok(()) };
        let slots = |step: &Step| matches!(step, Step::Move { .. } | Step::Replicate { .. } | Step::Leave { .. });
        if slots(first) {
            self.slots(seen, &plan.slots).await?;
            left::mark(access, order).await;
            self.report.steps.extend(plan.steps.iter().cloned());
            return Ok(());
        }
        let kind = std::mem::discriminant(first);
        let steps: Vec<Step> =
            plan.steps.iter().filter(|step| std::mem::discriminant(*step) == kind).cloned().collect();
        match first {
            // A plan without moves brings what is open to its end.
            Step::Finish { .. } => self.slots(seen, &nothing(&seen.state)).await?,
            _ => self.members(seen, &steps, order, access).await?,
        }
        self.report.steps.extend(steps);
        Ok(())
    }

    async fn slots(&mut self, seen: &Seen, plan: &SlotPlan) -> Result<(), Diagnostics> {
        let (options, progress, stop) = (self.options, self.progress, self.stop);
        at_rest(seen).await;
        let done = migrate_as(seen.cluster.clone(), plan, options, progress, stop, &self.name).await?;
        self.report.moved_slots += done.moved_slots;
        self.report.moved_keys += done.moved_keys;
        self.report.moved_bytes += done.moved_bytes;
        self.report.notes.extend(done.notes.iter().cloned());
        match done.outcome {
            Outcome::Done => Ok(()),
            _ => Err(unfinished(&done).into()),
        }
    }

    /// Changes members, under the lock.
    async fn members(
        &mut self,
        seen: &Seen,
        steps: &[Step],
        order: &Order,
        access: &Access,
    ) -> Result<(), Diagnostics> {
        let name = lock_name(&self.name, &self.options.holder);
        let lock = match self.options.checks(Check::Lock) {
            true => Lock::take(&seen.cluster, &name).await,
            false => Lock::take_regardless(&seen.cluster, &name).await,
        };
        let lock = lock.map_err(|error| error.diagnostic())?;
        let forced: Vec<String> = self.options.force.iter().map(|check| check.name().to_owned()).collect();
        let progress = self.progress;
        let tell = |step: Told| progress.event(Event::Step(step));
        let how = Steps { deadline: STEP, forced: &forced, tell: &tell };
        let mut members = Members::of(&seen.cluster);
        let done = async {
            for step in steps {
                lock.check().await.map_err(|error| error.diagnostic())?;
                self.one(seen, step, &mut members, &how, order, access).await?;
            }
            Ok(())
        };
        let done = done.await;
        lock.release().await;
        done
    }

    async fn one(
        &mut self,
        seen: &Seen,
        step: &Step,
        members: &mut Members,
        how: &Steps<'_>,
        order: &Order,
        access: &Access,
    ) -> Result<(), Diagnostics> {
        match step {
            Step::Forget { node } => {
                self.progress.event(Event::Phase("forgetting dead nodes"));
                let address = seen.state.node(node).map(|node| node.address.clone());
                let Some(address) = address else { return Ok(()) };
                leave(members, &[Leave { id: node.clone(), address }], how).await?;
            }
            Step::Meet { pod } => {
                self.progress.event(Event::Phase("joining"));
                left::reset_returned(access, order, &seen.state, pod).await;
                left::unmark(access, order, pod).await;
                let joined = join(members, &Join { id: None, address: seen.address(pod)? }, how).await?;
                self.report.notes.extend(joined.warnings.into_iter().map(|one| one.message));
            }
            Step::Copy { pod, master } => {
                self.progress.event(Event::Phase("copying masters that leave"));
                replicate(members, &[change(seen.id(pod)?, seen.id(master)?)], how).await?;
            }
            Step::Failover { pod, master } => {
                self.progress.event(Event::Phase("handing masters over"));
                let (heir, old) = (seen.id(pod)?, seen.id(master)?);
                // It copies that master already; this waits until it has everything.
                replicate(members, &[change(heir.clone(), old.clone())], how).await?;
                fail_over(members, &old, Some(&heir), how).await?;
            }
            Step::Renew { pod } => {
                self.progress.event(Event::Phase("making room for masters"));
                leave(members, &[Leave { id: seen.id(pod)?, address: seen.address(pod)? }], how).await?;
            }
            // Those are the slot planner's.
            Step::Finish { .. } | Step::Move { .. } | Step::Replicate { .. } | Step::Leave { .. } => {}
        }
        Ok(())
    }
}

/// Waits until every node takes the cluster for whole: one that has just joined needs a moment for it. What does not come is said by the checks of the move.
async fn at_rest(seen: &Seen) {
    let end = Instant::now() + REST;
    loop {
        let links = seen.cluster.members().iter().filter_map(|member| member.link.as_ref().ok());
        let says = join_all(links.map(|link| async move {
            let told: Result<String, _> = link.query(::redis::cmd("CLUSTER").arg("INFO")).await;
            told.is_ok_and(|text| text.contains("cluster_state:ok"))
        }));
        if says.await.into_iter().all(|whole| whole) || Instant::now() >= end {
            return;
        }
        sleep(LOOK).await;
    }
}

fn change(node: NodeId, master: NodeId) -> ReplicaChange {
    ReplicaChange { node, master }
}

fn nothing(state: &ClusterState) -> SlotPlan {
    SlotPlan {
        seed: None,
        state_digest: state_digest(state),
        moves: Vec::new(),
        joins: Vec::new(),
        leaves: Vec::new(),
        replicas: Vec::new(),
        before: Default::default(),
        after: Default::default(),
        optimality: crate::slots::Optimality { metric: "slots".to_owned(), moved: 0, lower_bound: 0 },
        estimate: crate::slots::Estimate { seconds: None },
        risks: Vec::new(),
    }
}

/// Why slots are not where they should be.
fn unfinished(done: &MigrationReport) -> Diagnostic {
    let left: usize = done.left.iter().map(|left| usize::from(left.slots.len())).sum();
    let message = match done.outcome {
        Outcome::Stopped => format!("stopped with {left} slots left to move"),
        _ if left > 0 => format!("{left} slots could not be moved"),
        _ => "the cluster is not as it should be after the moves".to_owned(),
    };
    let mut found = Diagnostic::error("redisops::scaling::unfinished", message);
    if !done.open.is_empty() {
        found = found.note(format!("slots {} are open", done.open));
    }
    for problem in &done.problems {
        found = found.note(problem.message.clone());
    }
    for lost in &done.unacknowledged {
        found = found.note(format!(
            "{} keys of slot {} were lost with their taker before a replica had them",
            lost.keys.len(),
            lost.slot
        ));
    }
    for skipped in &done.skipped {
        found = found.note(format!("key {} is too big to move within the latency budget", skipped.key));
    }
    if !done.conflicts.is_empty() {
        found = found.note(format!("{} keys differ on both sides", done.conflicts.len()));
    }
    let help = done.problems.iter().find_map(|problem| problem.help.clone());
    found.help(help.unwrap_or_else(|| "run the same command again: it goes on from here".to_owned()))
}
