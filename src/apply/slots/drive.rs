//! A giver's work from beginning to end, whatever breaks on the way.

use std::collections::BTreeMap;

use crate::diagnostics::Diagnostic;
use crate::live::redis::Cluster;
use crate::slots::{ClusterState, NodeId};

use super::commands::{Setback, Why};
use super::lane::Lane;
use super::progress::Event;
use super::promotion;
use super::recover::{self, Again};
use super::run::Run;
use super::work::Work;

/// How often in a row the cluster is looked at again without a slot being closed in between.
const FRUITLESS: u32 = 5;

/// Does all that can be done of a giver's work. What could not is told in the report.
pub(super) async fn drive(run: &Run<'_>, work: &Work, cluster: &Cluster, state: &ClusterState) {
    let (mut cluster, mut state) = (cluster.clone(), state.clone());
    let mut fruitless = 0;
    loop {
        let closed = run.closed_slots();
        let opened = Lane::open(run, &cluster, &state, work).await;
        let mut processes = BTreeMap::new();
        let setback = match opened {
            Ok(lane) => {
                processes = lane
                    .takers
                    .iter()
                    .map(|(pair, taker)| (*pair, (taker.site.id.clone(), taker.site.process.clone())))
                    .collect();
                let went = tokio::select! {
                    biased;
                    went = go(&lane) => went,
                    why = promotion::of_giver(work, &cluster, &state) => Err(Setback::Unsettled(why)),
                };
                match went {
                    Ok(()) => return,
                    Err(setback) => match draw_back(&lane, setback).await {
                        Some(error) => error,
                        None if work.is_over() || run.stopping() => return,
                        None => continue,
                    },
                }
            }
            Err(setback) => match unsettled(run, setback) {
                Some(error) => error,
                None => return,
            },
        };
        fruitless = if run.closed_slots() > closed { 0 } else { fruitless + 1 };
        if fruitless > FRUITLESS {
            run.problem(&setback.diagnostic());
            return;
        }
        run.unsettled.set(run.unsettled.get() + 1);
        run.progress.event(Event::Note(format!("{setback}; looking at the cluster again")));
        match recover::again(run, work, &state, &setback).await {
            Ok(Again { cluster: now, state: seen }) => {
                run.follow(&now).await;
                (cluster, state) = (now, seen);
                lost(run, work, &cluster, &processes).await;
                if work.is_over() {
                    return;
                }
            }
            Err(found) => {
                run.problem(&found);
                for pair in 0..work.pairs.len() {
                    // Who cannot be asked has lost what it was given last.
                    let _ = recover::unacknowledged(run, work, pair, Some(&cluster)).await;
                }
                return;
            }
        }
    }
}

async fn go(lane: &Lane<'_>) -> Result<(), Setback> {
    lane.settle_open().await?;
    lane.pump().await?;
    lane.settle_open().await
}

/// Batches whose taker is another process now: a promoted replica, or a restart.
async fn lost(run: &Run<'_>, work: &Work, cluster: &Cluster, processes: &BTreeMap<usize, (NodeId, String)>) {
    for (index, pair) in work.pairs.iter().enumerate() {
        if pair.sent.borrow().is_empty() {
            continue;
        }
        let taker = pair.taker.borrow().clone();
        let process = match super::site::Site::open(cluster, &taker, 1).await {
            Ok(site) => site.process,
            Err(_) => continue,
        };
        if processes.get(&index).is_some_and(|(id, known)| *id == taker && *known == process) {
            continue;
        }
        if let Err(error) = recover::unacknowledged(run, work, index, Some(cluster)).await {
            run.note(format!("which keys of the last batch are lost could not be asked: {error}"));
        }
    }
}

/// What is to be done about an error: looked at again where it may pass, else reported, and what was begun is taken back.
async fn draw_back(lane: &Lane<'_>, setback: Setback) -> Option<Why> {
    let (run, work) = (lane.run, lane.work);
    let pair = work.culprit.take();
    match setback {
        Setback::Full(why) => {
            let pair = pair.unwrap_or(0);
            work.pairs[pair].closed.set(true);
            let found = Diagnostic::error("redisops::slots::full", format!("the taker has no room: {why}")).help(
                "raise its `maxmemory` or free memory, then run the same command again: it goes on where it stopped",
            );
            run.problem(&found);
            lane.retreat(pair).await.err().and_then(|setback| unsettled(run, setback))
        }
        other => {
            let end = !matches!(other, Setback::Unsettled(_) | Setback::LockLost(_));
            let error = unsettled(run, other);
            if end {
                for (index, pair) in work.pairs.iter().enumerate() {
                    pair.closed.set(true);
                    if let Err(Setback::Unsettled(error)) = lane.retreat(index).await {
                        run.note(format!("slots could not be closed: {error}"));
                    }
                }
            }
            error
        }
    }
}

/// An error that may pass; anything else is reported.
fn unsettled(run: &Run<'_>, setback: Setback) -> Option<Why> {
    let found = match setback {
        Setback::Unsettled(error) => return Some(error),
        Setback::LockLost(found) => *found,
        Setback::Denied(why) => {
            Diagnostic::error("redisops::slots::denied", format!("a user may not do what is needed: {why}"))
                .help("give it the rights that `docs/access.md` lists, then run the same command again")
        }
        Setback::Full(why) => Diagnostic::error("redisops::slots::full", format!("the taker has no room: {why}")),
        Setback::Busy => Diagnostic::error("redisops::slots::busy_key", "a key is on both sides"),
        Setback::Fatal(why) => why.diagnostic(),
    };
    run.problem(&found);
    run.give_up();
    None
}
