//! A run from beginning to end.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ::redis::pipe;
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use crate::diagnostics::Diagnostics;
use crate::live::redis::Cluster;
use crate::slots::{Address, ClusterState, Join, Move, NodeId, Slot, SlotPlan, SlotSet};

use super::atomic::{self, Ability, AtomicOptions};
use super::commands::{self, PATIENCE};
use super::drive::drive;
use super::lock::{Lock, NoLock, lock_name};
use super::members::{Members, Step, Steps};
use super::options::{Check, Options};
use super::preflight::preflight;
use super::progress::{Event, Pair, PairSize, Progress};
use super::report::{Left, MigrationReport, Outcome, Tally};
use super::run::Run;
use super::stop::{Stop, Urgency};
use super::todo::{Todo, todo};
use super::work::Work;
use super::{epochs, join, leave, recover, replicas, roots, verify, watch};

/// How long a step of a node that joins, leaves or changes its master may take to show everywhere.
const STEP: Duration = Duration::from_secs(60);

/// Carries a plan out: nodes join, open slots are finished, slots move, replicas get their masters, nodes leave, and all views are compared.
///
/// # Errors
/// When the run is refused; no slot was touched then.
pub async fn migrate(
    cluster: Cluster,
    plan: &SlotPlan,
    options: &Options,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<MigrationReport, Diagnostics> {
    migrate_as(cluster, plan, options, progress, stop, &run_name()).await
}

/// The same as part of a longer run, whose locks all have its name.
///
/// # Errors
/// As [`migrate`].
pub(in crate::apply) async fn migrate_as(
    cluster: Cluster,
    plan: &SlotPlan,
    options: &Options,
    progress: &dyn Progress,
    stop: &Stop,
    name: &str,
) -> Result<MigrationReport, Diagnostics> {
    let begun = Instant::now();
    let lock = take_lock(&cluster, &lock_name(name, &options.holder), options).await?;
    progress.event(Event::Phase("checking"));
    let state = cluster.state().await;
    if options.checks(Check::Lock) {
        watch::watch(&cluster, &state).await?;
    }
    todo(plan, &state)?;
    let owners: Vec<Option<NodeId>> = state.owners().iter().map(|owner| owner.cloned()).collect();
    let informed = recover::inform(&cluster, &state.open, |slot| owners[slot.index()].clone()).await;
    informed.map_err(|error| error.diagnostic())?;
    preflight(&cluster, &state, plan, options).await?;
    let databases = cluster.databases().await.map_err(|error| error.diagnostic())?;
    let run = Run::new(options, progress, stop, &cluster, lock, name, u16::try_from(databases).unwrap_or(u16::MAX));
    let nodes: BTreeSet<&NodeId> = plan.moves.iter().flat_map(|one| one.from.iter().chain([&one.to])).collect();
    run.probes.watch(nodes);
    let carried = tokio::select! {
        carried = carry_out(&run, plan, cluster) => carried,
        () = stop.reached(Urgency::Now) => Ok(()),
    };
    run.lock.release().await;
    carried?;
    Ok(report(&run, name, plan, begun.elapsed()))
}

/// Eight digits that no other run has.
pub(in crate::apply) fn run_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:08x}", (now.as_nanos() as u32).rotate_left(16) ^ std::process::id())
}

async fn take_lock(cluster: &Cluster, name: &str, options: &Options) -> Result<Lock, Diagnostics> {
    let taken = match options.checks(Check::Lock) {
        true => Lock::take(cluster, name).await,
        false => Lock::take_regardless(cluster, name).await,
    };
    taken.map_err(|error: NoLock| error.diagnostic().into())
}

/// Looks at the cluster again, by any node that is known.
async fn look(run: &Run<'_>, cluster: &Cluster) -> Result<(Cluster, ClusterState), Diagnostics> {
    let seeds: Vec<Address> = std::iter::once(cluster.seed().clone())
        .chain(cluster.members().iter().map(|member| member.address.clone()))
        .collect();
    let again = Cluster::connect(&run.access, &seeds).await?;
    let state = again.state().await;
    run.follow(&again).await;
    Ok((again, state))
}

async fn carry_out(run: &Run<'_>, plan: &SlotPlan, cluster: Cluster) -> Result<(), Diagnostics> {
    let mut members = Members::of(&cluster);
    let (mut cluster, mut state) = (cluster.clone(), cluster.state().await);
    if !plan.joins.is_empty() {
        join_all(run, &mut members, &plan.joins).await?;
        (cluster, state) = look(run, &cluster).await?;
        // Now those who joined can be asked, too.
        preflight(&cluster, &state, plan, run.options).await?;
    }
    let left = todo(plan, &state)?;
    run.rest.replace(left.clone());
    begin(run, plan, &state, &left);
    close(&cluster, &left).await;
    let open = std::mem::take(&mut run.rest.borrow_mut().open);
    let first = !open.is_empty();
    by_key(run, &cluster, &state, &Todo { open, ..Todo::default() }).await;
    let stuck = open_slots(run);
    // Slots that stay open for now cannot be brought somewhere else.
    run.rest.borrow_mut().moves.values_mut().for_each(|slots| slots.retain(|slot| !stuck.contains(*slot)));
    if first && !run.stopping() {
        (cluster, state) = look(run, &cluster).await?;
    }
    // A server that moves slots atomically does not begin while one of its slots is open.
    if run.options.atomic && stuck.is_empty() && !run.stopping() && !left.moves.is_empty() {
        atomically(run, &members, plan).await;
    }
    assign(run, &cluster, &left).await;
    if !run.stopping() {
        let begun = state.clone();
        let mut moves = std::mem::take(&mut run.rest.borrow_mut().moves);
        let first = roots::first_slots(&cluster, &state, &mut moves).await;
        run.rest.borrow_mut().moves = moves;
        let earlier = run.works.borrow().len();
        if !first.is_empty() {
            by_key(run, &cluster, &state, &Todo { moves: first, ..Todo::default() }).await;
            (cluster, state) = look(run, &cluster).await?;
        }
        let moves = ready(run, earlier);
        by_key(run, &cluster, &state, &Todo { moves, ..Todo::default() }).await;
        reunite(run, plan, &begun, &cluster).await?;
    }
    if run.tally.borrow().problems.is_empty() {
        finish(run, plan, &cluster).await;
    }
    Ok(())
}

/// Who moves how much, for those who watch.
fn begin(run: &Run<'_>, plan: &SlotPlan, state: &ClusterState, left: &Todo) {
    let mut slots: BTreeMap<(NodeId, NodeId), u64> = BTreeMap::new();
    for (pair, list) in left.moves.iter().chain(&left.open) {
        *slots.entry(pair.clone()).or_default() += list.len() as u64;
    }
    let address = |id: &NodeId| state.node(id).map_or_else(|| Address::new(id.short(), 0), |node| node.address.clone());
    let size = |((from, to), slots): ((NodeId, NodeId), u64)| {
        let planned = plan.moves.iter().find(|one| one.from.as_ref() == Some(&from) && one.to == to);
        // A second run moves a part of what was planned.
        let part = |one: &Move| Some(one.keys? * slots / u64::from(one.slots.len()).max(1));
        PairSize {
            from: address(&from),
            to: address(&to),
            slots,
            keys: planned.and_then(part),
            pair: Pair { from, to },
        }
    };
    run.progress.event(Event::Begun(slots.into_iter().map(size).collect()));
}

/// Ends hand-overs that are none.
async fn close(cluster: &Cluster, left: &Todo) {
    for (id, slots) in &left.close {
        let Some(connection) = cluster.member(id).and_then(|member| member.link.as_ref().ok()) else { continue };
        let mut steps = pipe();
        slots.iter().for_each(|slot| commands::stable(&mut steps, *slot));
        // Whether it worked is seen in the end.
        let _ = connection.pipeline(&steps, PATIENCE).await;
    }
}

/// How many nodes give at the same time where nothing is said.
const SIDE_BY_SIDE: usize = 64;

/// What one node gives to another.
#[derive(Default)]
struct Slots {
    closed: Vec<Slot>,
    open: Vec<Slot>,
}

/// How long to wait for the first answers of the probes.
const IDLE: Duration = Duration::from_millis(100);

/// Learns what clients wait before anything moves: that is no reason to move less.
async fn measure_idle(run: &Run<'_>) {
    if run.idle.get() > Duration::ZERO || run.options.latency_budget.is_none() {
        return;
    }
    let begun = Instant::now();
    while begun.elapsed() < IDLE {
        if let Some(usual) = run.probes.usual() {
            return run.idle.set(usual);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Moves slots key by key, all givers side by side.
async fn by_key(run: &Run<'_>, cluster: &Cluster, state: &ClusterState, left: &Todo) {
    let mut givers: BTreeMap<NodeId, BTreeMap<NodeId, Slots>> = BTreeMap::new();
    for ((from, to), slots) in &left.moves {
        givers.entry(from.clone()).or_default().entry(to.clone()).or_default().closed.extend(slots);
    }
    for ((from, to), slots) in &left.open {
        givers.entry(from.clone()).or_default().entry(to.clone()).or_default().open.extend(slots);
    }
    let work = |(giver, pairs): (NodeId, BTreeMap<NodeId, Slots>)| {
        let work = Work::new(&giver, pairs.iter().map(|(to, slots)| (to.clone(), slots.closed.clone())).collect());
        pairs.iter().fold(work, |work, (to, slots)| work.opened(to, &slots.open))
    };
    let works: Vec<Rc<Work>> = givers.into_iter().map(work).map(Rc::new).collect();
    if works.is_empty() {
        return;
    }
    run.works.borrow_mut().extend(works.iter().cloned());
    run.progress.event(Event::Phase("moving"));
    let nodes: BTreeSet<NodeId> =
        left.moves.keys().chain(left.open.keys()).flat_map(|(from, to)| [from.clone(), to.clone()]).collect();
    run.probes.watch(&nodes);
    epochs::at_rest(cluster, state).await;
    measure_idle(run).await;
    run.probes.count(true);
    let most = run.options.parallel.unwrap_or(SIDE_BY_SIDE).max(1);
    let mut waiting: Vec<Rc<Work>> = works.clone();
    let mut working = FuturesUnordered::new();
    let mut busy: Vec<Rc<Work>> = Vec::new();
    loop {
        // A node that gives must not take at the same time: taking raises its epoch (see `epochs`).
        let fits =
            |work: &Rc<Work>, busy: &[Rc<Work>]| busy.len() < most && !busy.iter().any(|other| work.crosses(other));
        while let Some(index) = waiting.iter().position(|work| fits(work, &busy)) {
            let work = waiting.remove(index);
            busy.push(Rc::clone(&work));
            working.push(async {
                drive(run, &work, cluster, state).await;
                work
            });
        }
        let Some(done) = working.next().await else { break };
        busy.retain(|work| !Rc::ptr_eq(work, &done));
    }
    run.probes.count(false);
}

/// Moves what the servers can move by themselves; what they refuse goes key by key.
async fn atomically(run: &Run<'_>, members: &Members, plan: &SlotPlan) {
    let moves = run.rest.borrow().moves.clone();
    let wanted: Vec<Move> = moves
        .iter()
        .map(|((from, to), slots)| {
            let planned = plan.moves.iter().find(|one| one.from.as_ref() == Some(from) && one.to == *to);
            Move {
                from: Some(from.clone()),
                to: to.clone(),
                slots: slots.iter().copied().collect(),
                keys: planned.and_then(|one| one.keys),
                bytes: planned.and_then(|one| one.bytes),
            }
        })
        .collect();
    let route = atomic::route(members, &wanted).await;
    if route.atomic.is_empty() {
        return;
    }
    run.progress.event(Event::Phase("moving atomically"));
    let nodes: BTreeSet<NodeId> =
        route.atomic.iter().flat_map(|(_, one)| one.from.iter().chain([&one.to])).cloned().collect();
    run.probes.watch(&nodes);
    run.probes.count(true);
    let done = transfer(run, members, &route.atomic).await;
    run.probes.count(false);
    for (_, one) in &route.atomic {
        let Some(from) = &one.from else { continue };
        let pair = (from.clone(), one.to.clone());
        let over: SlotSet =
            done.iter().filter(|(p, _)| *p == pair).flat_map(|(_, slots)| slots.iter().collect::<Vec<_>>()).collect();
        if let Some(slots) = run.rest.borrow_mut().moves.get_mut(&pair) {
            slots.retain(|slot| !over.contains(*slot));
        }
    }
    run.rest.borrow_mut().moves.retain(|_, slots| !slots.is_empty());
}

async fn transfer(run: &Run<'_>, members: &Members, moves: &[(Ability, Move)]) -> Vec<((NodeId, NodeId), SlotSet)> {
    let progress = run.progress;
    let tell = |step: atomic::Progress| {
        progress.event(Event::Atomic {
            pair: Pair { from: step.from, to: step.to },
            slots: u64::from(step.slots.len()),
            state: step.state,
        });
    };
    let outcome = match atomic::transfer(members, moves, &AtomicOptions::default(), run.stop, &tell).await {
        Ok(outcome) => outcome,
        Err(found) => {
            found.0.iter().for_each(|one| run.problem(one));
            run.give_up();
            return Vec::new();
        }
    };
    for one in &outcome.left {
        if let Some(found) = one.diagnostic() {
            run.problem(&found);
            run.give_up();
        }
    }
    let mut done = Vec::new();
    for one in outcome.moved {
        let pair = Pair { from: one.from.clone(), to: one.to.clone() };
        if one.attempts > 0 {
            let keys = one.keys.unwrap_or(0);
            let planned = moves.iter().find(|(_, m)| m.from.as_ref() == Some(&one.from) && m.to == one.to);
            let bytes = planned
                .and_then(|(_, m)| Some(m.bytes? * u64::from(one.slots.len()) / u64::from(m.slots.len()).max(1)));
            run.moved(&pair, keys, bytes.unwrap_or(0));
            run.closed(&pair, u64::from(one.slots.len()));
        }
        done.push(((one.from, one.to), one.slots));
    }
    done
}

/// Gives slots of nobody to those who are to have them.
async fn assign(run: &Run<'_>, cluster: &Cluster, left: &Todo) {
    for (to, slots) in &left.assign {
        let Some(connection) = cluster.member(to).and_then(|member| member.link.as_ref().ok()) else { continue };
        let mut steps = pipe();
        let command = steps.cmd("CLUSTER").arg("ADDSLOTS");
        slots.iter().for_each(|slot| {
            command.arg(slot.number());
        });
        let given = match connection.pipeline(&steps, PATIENCE).await {
            Ok(mut replies) => connection.read::<()>(replies.pop().unwrap_or_default()),
            Err(error) => Err(error),
        };
        match given {
            Ok(()) => run.tally.borrow_mut().assigned += slots.len() as u64,
            Err(error) => run.problem(&error.diagnostic()),
        }
    }
}

/// Slots in the middle of a hand-over.
fn open_slots(run: &Run<'_>) -> SlotSet {
    let mut open = SlotSet::new();
    for work in run.works.borrow().iter() {
        open.extend(work.open.borrow().keys().chain(work.stuck.borrow().keys()).copied());
    }
    open
}

/// Takes the moves that can begin: those to takers that did not fail at their first slot, which is the work after the `earlier`. The others stay, and
/// are told as left.
fn ready(run: &Run<'_>, earlier: usize) -> BTreeMap<(NodeId, NodeId), Vec<Slot>> {
    let first = run.works.borrow();
    let failed: BTreeSet<NodeId> =
        first.iter().skip(earlier).flat_map(|work| work.left()).map(|(pair, _)| pair.to).collect();
    let mut rest = run.rest.borrow_mut();
    let (ready, left) = std::mem::take(&mut rest.moves).into_iter().partition(|((_, to), _)| !failed.contains(to));
    rest.moves = left;
    ready
}

/// Brings the slots of a shard together again that a failover in the middle of a hand-over has split.
async fn reunite(run: &Run<'_>, plan: &SlotPlan, begun: &ClusterState, cluster: &Cluster) -> Result<(), Diagnostics> {
    if run.unsettled.get() == 0 || run.stopping() {
        return Ok(());
    }
    let (cluster, state) = look(run, cluster).await?;
    let moves = roots::split(plan, begun, &state);
    for ((replica, master), slots) in &moves {
        let address =
            |id: &NodeId| state.node(id).map_or_else(|| id.short().to_owned(), |node| node.address.to_string());
        let (replica, master) = (address(replica), address(master));
        run.note(format!(
            "{replica} was promoted in the place of {master} while that got slots, so that both were masters: the {} slots of {replica} went back to {master}",
            slots.len()
        ));
    }
    if moves.is_empty() {
        return Ok(());
    }
    by_key(run, &cluster, &state, &Todo { moves: moves.clone(), ..Todo::default() }).await;
    for (replica, master) in moves.keys() {
        roots::follow(&cluster, replica, master).await.map_err(Diagnostics::from)?;
    }
    Ok(())
}

/// What is not where it should be.
fn left_of(run: &Run<'_>) -> Vec<Left> {
    let begun: Vec<(Pair, SlotSet)> = run.works.borrow().iter().flat_map(|work| work.left()).collect();
    let begun = begun.into_iter().map(|(Pair { from, to }, slots)| Left { from: Some(from), to, slots });
    let rest = run.rest.borrow();
    let pair = |((from, to), slots): (&(NodeId, NodeId), &Vec<Slot>)| Left {
        from: Some(from.clone()),
        to: to.clone(),
        slots: slots.iter().copied().collect(),
    };
    begun.chain(rest.moves.iter().chain(&rest.open).map(pair)).collect()
}

/// Joins nodes.
async fn join_all(run: &Run<'_>, members: &mut Members, joins: &[Join]) -> Result<(), Diagnostics> {
    run.progress.event(Event::Phase("joining"));
    let forced = forced(run.options);
    let progress = run.progress;
    let tell = |step: Step| progress.event(Event::Step(step));
    let steps = Steps { deadline: STEP, forced: &forced, tell: &tell };
    for wanted in joins {
        let joined = join::join(members, wanted, &steps).await?;
        let mut tally = run.tally.borrow_mut();
        tally.notes.extend(joined.warnings.into_iter().map(|one| one.message));
        tally.joined.push(joined.id);
    }
    Ok(())
}

fn forced(options: &Options) -> Vec<String> {
    options.force.iter().map(|check| check.name().to_owned()).collect()
}

/// Masters that a plan empties and keeps.
fn drained(plan: &SlotPlan) -> Vec<NodeId> {
    let gave = plan.before.slots_per_master.iter().filter(|(_, slots)| **slots > 0).map(|(id, _)| id);
    gave.filter(|id| plan.after.slots_per_master.get(*id).is_none_or(|slots| *slots == 0))
        .filter(|id| !plan.leaves.iter().any(|leave| leave.id == **id))
        .cloned()
        .collect()
}

/// Waits until all views agree, then replicas get their masters and nodes leave.
async fn finish(run: &Run<'_>, plan: &SlotPlan, cluster: &Cluster) {
    run.progress.event(Event::Phase("comparing views"));
    let (cluster, state) = match look(run, cluster).await {
        Ok(found) => found,
        Err(found) => return found.0.iter().for_each(|one| run.problem(one)),
    };
    let mut owners: BTreeMap<NodeId, SlotSet> = BTreeMap::new();
    let now = state.owners();
    // All slots: those that this run finished for one that crashed are in no plan, nor are those that a crashed one told only some nodes of. A taker that
    // was replaced by its replica has its slots there.
    for slot in Slot::all() {
        if let Some(owner) = now[slot.index()] {
            owners.entry(owner.clone()).or_default().insert(slot);
        }
    }
    if let Err(found) = verify::agreed(&cluster, &owners).await {
        return run.problem(&found);
    }
    let drained = drained(plan);
    if !drained.is_empty() {
        run.tally.borrow_mut().drained = replicas::what_became_of(&Members::of(&cluster), &drained).await;
    }
    if (plan.replicas.is_empty() && plan.leaves.is_empty()) || !left_of(run).is_empty() || run.stopping() {
        return;
    }
    run.progress.event(Event::Phase("replicas and leaving nodes"));
    let forced = forced(run.options);
    let progress = run.progress;
    let tell = |step: Step| progress.event(Event::Step(step));
    let steps = Steps { deadline: STEP, forced: &forced, tell: &tell };
    let mut members = Members::of(&cluster);
    match replicas::replicate(&members, &plan.replicas, &steps).await {
        Ok(done) => run.tally.borrow_mut().replicas_moved.extend(done.into_iter().map(|one| one.node)),
        Err(found) => return found.0.iter().for_each(|one| run.problem(one)),
    }
    if plan.leaves.is_empty() || run.stopping() {
        return;
    }
    match leave::leave(&mut members, &plan.leaves, &steps).await {
        Ok(done) => {
            let mut tally = run.tally.borrow_mut();
            for one in done {
                tally.notes.extend(one.warnings.into_iter().map(|warning| warning.message));
                tally.removed.push(one.id);
            }
        }
        Err(found) => found.0.iter().for_each(|one| run.problem(one)),
    }
}

fn report(run: &Run<'_>, name: &str, plan: &SlotPlan, took: Duration) -> MigrationReport {
    let tally: Tally = run.tally.borrow().clone();
    let pairs = tally.pairs();
    let sum = |of: fn(&super::report::PairReport) -> u64| pairs.iter().map(of).sum::<u64>();
    let undecided = tally.conflicts.iter().any(|conflict| conflict.kept.is_none());
    let left = left_of(run);
    let open = open_slots(run);
    let done = left.is_empty() && tally.problems.is_empty() && !undecided;
    let kept: u64 = run.works.borrow().iter().map(|work| work.kept.borrow().len() as u64).sum();
    let left_slots: u64 = left.iter().map(|one| u64::from(one.slots.len())).sum();
    let partial = kept > 0 && kept == left_slots && tally.problems.is_empty();
    let outcome = match (done, run.stop.urgency() > Urgency::Go && tally.problems.is_empty()) {
        (true, _) => Outcome::Done,
        (false, _) if partial => Outcome::Partial,
        (false, true) => Outcome::Stopped,
        (false, false) => Outcome::Failed,
    };
    MigrationReport {
        run: name.to_owned(),
        outcome,
        moved_slots: sum(|pair| pair.slots) + tally.assigned,
        plan_slots: u64::from(plan.moved_slots()),
        moved_keys: sum(|pair| pair.keys),
        moved_bytes: sum(|pair| pair.bytes),
        seconds: (took.as_secs_f64() * 1e3).round() / 1e3,
        client_p99_ms: run.probes.p99().map(|p99| p99.as_micros() as f64 / 1e3),
        pairs,
        left,
        open,
        conflicts: tally.conflicts,
        unacknowledged: tally.unacknowledged,
        skipped: tally.skipped,
        joined: tally.joined,
        removed: tally.removed,
        replicas_moved: tally.replicas_moved,
        drained: tally.drained,
        problems: tally.problems,
        notes: tally.notes,
    }
}
