//! A run from beginning to end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Instant;

use crate::diagnostics::Diagnostics;
use crate::live::redis::Cluster;
use crate::slots::{NodeId, Slot, SlotPlan};

use super::commands::Setback;
use super::lane::Lane;
use super::options::Options;
use super::probe::Probes;
use super::progress::{Event, Pair, PairSize, Progress};
use super::report::{Left, MigrationReport, Outcome, Tally};
use super::stop::Stop;
use super::work::Work;

/// What all parts of a run share.
pub(super) struct Run<'a> {
    pub options: &'a Options,
    pub progress: &'a dyn Progress,
    pub stop: &'a Stop,
    pub probes: Probes,
    pub databases: u16,
    pub tally: RefCell<Tally>,
}

impl Run<'_> {
    pub async fn lock_held(&self) -> Result<(), Setback> {
        Ok(())
    }

    pub fn moved(&self, pair: &Pair, keys: u64, bytes: u64) {
        self.tally.borrow_mut().moved(pair, keys, bytes);
        self.progress.event(Event::Moved { pair: pair.clone(), keys, bytes });
    }

    pub fn closed(&self, pair: &Pair, slots: u64) {
        self.tally.borrow_mut().closed(pair, slots);
        self.progress.event(Event::Closed { pair: pair.clone(), slots });
    }
}

/// Carries a plan out.
///
/// # Errors
/// When the run is refused before anything was touched.
pub async fn migrate(
    cluster: Cluster,
    plan: &SlotPlan,
    options: &Options,
    progress: &dyn Progress,
    stop: &Stop,
) -> Result<MigrationReport, Diagnostics> {
    let state = cluster.state().await;
    let owners = state.owners();
    let mut givers: BTreeMap<NodeId, Vec<(NodeId, Vec<Slot>)>> = BTreeMap::new();
    for m in &plan.moves {
        let Some(from) = &m.from else { continue };
        let slots: Vec<Slot> = m.slots.iter().filter(|slot| owners[slot.index()] == Some(from)).collect();
        givers.entry(from.clone()).or_default().push((m.to.clone(), slots));
    }
    let sizes = plan.moves.iter().filter_map(|m| {
        let from = m.from.clone()?;
        Some(PairSize {
            from: state.node(&from)?.address.clone(),
            to: state.node(&m.to)?.address.clone(),
            pair: Pair { from, to: m.to.clone() },
            slots: u64::from(m.slots.len()),
            keys: m.keys,
        })
    });
    progress.event(Event::Begun(sizes.collect()));
    let works: Vec<Work> = givers.into_iter().map(|(giver, pairs)| Work::new(&giver, pairs)).collect();
    let mut nodes: Vec<NodeId> = works.iter().map(|work| work.giver.borrow().clone()).collect();
    nodes.extend(plan.moves.iter().map(|m| m.to.clone()));
    nodes.sort();
    nodes.dedup();
    let probes = Probes::start(&cluster, &nodes);
    let run = Run { options, progress, stop, probes, databases: 1, tally: RefCell::default() };
    let mut lanes = Vec::new();
    for work in &works {
        lanes.push(Lane::open(&run, &cluster, &state, work).await.map_err(|e| panic!("{e:?}")).unwrap());
    }
    let begun = Instant::now();
    run.probes.count(true);
    for result in futures::future::join_all(lanes.iter().map(Lane::pump)).await {
        result.map_err(|e| panic!("{e:?}")).unwrap();
    }
    let seconds = begun.elapsed().as_secs_f64();
    run.probes.count(false);
    let tally = run.tally.borrow();
    let pairs = tally.pairs();
    let left: Vec<Left> = works
        .iter()
        .flat_map(Work::left)
        .map(|(pair, slots)| Left { from: Some(pair.from), to: pair.to, slots })
        .collect();
    Ok(MigrationReport {
        run: String::new(),
        outcome: if left.is_empty() { Outcome::Done } else { Outcome::Stopped },
        moved_slots: pairs.iter().map(|p| p.slots).sum(),
        plan_slots: u64::from(plan.moved_slots()),
        moved_keys: pairs.iter().map(|p| p.keys).sum(),
        moved_bytes: pairs.iter().map(|p| p.bytes).sum(),
        seconds,
        client_p99_ms: run.probes.p99().map(|p| p.as_secs_f64() * 1e3),
        pairs,
        left,
        open: works.iter().flat_map(|w| w.open.borrow().keys().copied().collect::<Vec<_>>()).collect(),
        conflicts: tally.conflicts.clone(),
        unacknowledged: tally.unacknowledged.clone(),
        skipped: tally.skipped.clone(),
        joined: tally.joined.clone(),
        removed: tally.removed.clone(),
        replicas_moved: tally.replicas_moved.clone(),
        problems: tally.problems.clone(),
        notes: tally.notes.clone(),
    })
}
