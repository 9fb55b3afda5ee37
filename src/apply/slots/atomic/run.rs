//! Moves carried out: what is done already left out, all sources at once, and every view compared at the end.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use ::redis::Value;
use futures::future::{join, join_all};
use tokio::time::{Instant, sleep};

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::slots::{Move, NodeId, Role, SlotSet};

use super::super::members::{Members, View};
use super::super::stop::Stop;
use super::ability::Ability;
use super::batch::{Batch, batches};
use super::outcome::{AtomicOptions, Moved, Outcome, Progress};
use super::{redis, valkey};

/// How long gossip may take to reach everybody.
const GOSSIP: Duration = Duration::from_secs(30);
/// How often to look whether it has.
const LOOK: Duration = Duration::from_millis(20);

/// Moves slots as [`super::route`] sorted them, and waits until all nodes that can be reached agree on the owners. Slots that the target has already
/// count as moved; jobs of an earlier run that still run are waited for. When it is told to stop, it begins nothing more and cancels what runs, which
/// leaves those slots at their sources.
///
/// # Errors
/// When the owners of the slots cannot be asked beforehand, when a slot belongs to neither end, and when the nodes do not agree in the end. That single
/// jobs fail is part of the outcome.
pub async fn transfer(
    members: &Members,
    moves: &[(Ability, Move)],
    options: &AtomicOptions,
    stop: &Stop,
    tell: &dyn Fn(Progress),
) -> Result<Outcome, Diagnostics> {
    let start = Instant::now();
    let owned = owned(members, moves).await?;
    let mut outcome = Outcome::default();
    let mut pushed: BTreeMap<NodeId, Vec<Batch>> = BTreeMap::new();
    let mut pulled = Vec::new();
    for (ability, one) in moves {
        let (todo, done) = remaining(one, &owned)?;
        outcome.moved.extend(done);
        let batches = batches(&todo, options.batch_bytes).into_iter().filter(|batch| !batch.slots.is_empty());
        match (ability, &todo.from) {
            (Ability::Pushed, Some(from)) => pushed.entry(from.clone()).or_default().extend(batches),
            _ => pulled.extend(batches),
        }
    }
    let mut sources = Vec::new();
    for (from, batches) in pushed {
        sources.push(valkey::Source::new(members, members.connection(&from)?, options, tell, batches));
    }
    let (of_sources, of_targets) = join(
        join_all(sources.into_iter().map(|source| source.run(stop))),
        redis::run(members, options, stop, tell, pulled),
    )
    .await;
    of_sources.into_iter().chain([of_targets]).for_each(|one| outcome.merge(one));
    agreed(members, &outcome.moved).await?;
    outcome.seconds = start.elapsed().as_secs_f64();
    Ok(outcome)
}

/// What each end owns in its own eyes.
async fn owned(members: &Members, moves: &[(Ability, Move)]) -> Result<BTreeMap<NodeId, SlotSet>, Diagnostics> {
    let views = members.views().await;
    for (_, one) in moves {
        let own = views.iter().find(|view| view.of == one.to).and_then(View::own);
        if own.is_some_and(|line| line.role == Some(Role::Replica)) {
            return Err(target_is_replica(&one.to).into());
        }
    }
    let ends = moves.iter().flat_map(|(_, one)| one.from.iter().chain([&one.to]));
    let mut owned = BTreeMap::new();
    for id in ends {
        members.connection(id)?;
        let Some(view) = views.iter().find(|view| view.of == *id) else { continue };
        match (&view.lines, view.own()) {
            (Err(error), _) => return Err(error.diagnostic().into()),
            (_, own) => owned.insert(id.clone(), own.map(|line| line.slots.clone()).unwrap_or_default()),
        };
    }
    Ok(owned)
}

fn target_is_replica(id: &NodeId) -> Diagnostic {
    let message = format!("`{}` is to get slots, but it is a replica now", id.short());
    Diagnostic::error("redisops::slots::target-is-replica", message)
        .note("there was a failover, or the server made it a replica when it had given its last slot away (`cluster-allow-replica-migration`)")
        .help("make a new plan")
}

/// A move without the slots that the target has, and those.
fn remaining(one: &Move, owned: &BTreeMap<NodeId, SlotSet>) -> Result<(Move, Option<Moved>), Diagnostic> {
    let none = SlotSet::new();
    let of = |id: Option<&NodeId>| id.and_then(|id| owned.get(id)).unwrap_or(&none);
    let mut done = one.slots.clone();
    done.intersect_with(of(Some(&one.to)));
    let mut todo = one.slots.clone();
    todo.subtract(&done);
    let mut strange = todo.clone();
    strange.subtract(of(one.from.as_ref()));
    let from = one.from.clone().unwrap_or_else(|| NodeId::from(""));
    if !strange.is_empty() {
        return Err(Diagnostic::error(
            "redisops::slots::owner-changed",
            format!("slots {strange} belong neither to `{}` nor to `{}`", from.short(), one.to.short()),
        )
        .help("make a new plan: the cluster has changed since this one was made"));
    }
    let moved = (!done.is_empty()).then(|| Moved { from, to: one.to.clone(), slots: done, keys: None, attempts: 0 });
    Ok((Move { slots: todo, ..one.clone() }, moved))
}

/// How many keys a node has in slots that it was just given; both servers that move slots atomically can tell.
pub(super) async fn keys_at(members: &Members, id: &NodeId, slots: &SlotSet) -> Option<u64> {
    let connection = members.connection(id).ok()?;
    let mut pipeline = ::redis::pipe();
    for range in slots.ranges() {
        let (first, last) = (range.first().number(), range.last().number());
        pipeline.cmd("CLUSTER").arg("SLOT-STATS").arg("SLOTSRANGE").arg(first).arg(last);
    }
    let mut keys = 0;
    for reply in connection.pipeline(&pipeline, Duration::from_secs(10)).await.ok()? {
        for (_, stats) in connection.read::<Vec<(u16, HashMap<String, Value>)>>(reply).ok()? {
            keys += ::redis::from_redis_value::<u64>(stats.get("key-count")?.clone()).ok()?;
        }
    }
    Some(keys)
}

/// Waits until every node that answers sees the slots with their new owners, and with nobody else.
async fn agreed(members: &Members, moved: &[Moved]) -> Result<(), Diagnostics> {
    let mut wanted: BTreeMap<&NodeId, SlotSet> = BTreeMap::new();
    for one in moved {
        wanted.entry(&one.to).or_default().union_with(&one.slots);
    }
    let sees = |view: &View, id: &NodeId, slots: &SlotSet| {
        let mut missing = slots.clone();
        if let Some(line) = view.line(id) {
            missing.subtract(&line.slots);
        }
        missing.is_empty()
    };
    let end = Instant::now() + GOSSIP;
    loop {
        let views = members.views().await;
        let against = views.iter().filter(|view| view.lines.is_ok());
        let against: Vec<&View> =
            against.filter(|view| !wanted.iter().all(|(id, slots)| sees(view, id, slots))).collect();
        if against.is_empty() {
            return Ok(());
        }
        if Instant::now() >= end {
            let names: Vec<String> = against.iter().take(5).map(|view| format!("`{}`", view.address)).collect();
            return Err(Diagnostic::error(
                "redisops::slots::no-agreement",
                format!(
                    "the slots have moved, but {} of {} nodes do not know it: {}",
                    against.len(),
                    views.len(),
                    names.join(", ")
                ),
            )
            .help("see that these nodes reach the others' bus ports, then run `redisops slots check`")
            .into());
        }
        sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_moves_the_rest_only() {
        let set = |text: &str| text.split(',').flat_map(str::parse::<crate::slots::SlotRange>).collect::<SlotSet>();
        let one = Move { from: Some("a".into()), to: "b".into(), slots: set("0-9"), keys: None, bytes: None };
        let owned = BTreeMap::from([("a".into(), set("5-20")), ("b".into(), set("0-4,100"))]);
        let (todo, done) = remaining(&one, &owned).unwrap();
        assert_eq!((todo.slots, done.unwrap().slots), (set("5-9"), set("0-4")));
        let owned = BTreeMap::from([("a".into(), set("7-20")), ("b".into(), set("0-4"))]);
        let error = remaining(&one, &owned).unwrap_err();
        assert_eq!(error.message, "slots 5-6 belong neither to `a` nor to `b`");
    }
}
