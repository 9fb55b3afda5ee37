//! Slots that servers move by themselves.

mod fake;
mod pulled;
mod pushed;
mod writer;

use std::sync::Mutex;

use redisops::apply::slots::atomic::{AtomicOptions, Outcome, Progress, route, transfer};
use redisops::apply::slots::{Members, Stop};
use redisops::diagnostics::Diagnostics;
use redisops::slots::{Move, NodeId, SlotRange, SlotSet};

/// Slots, as `0-5,7`.
fn slots(text: &str) -> SlotSet {
    text.split(',').map(|part| part.parse::<SlotRange>().expect("a range")).collect()
}

fn one(from: &NodeId, to: &NodeId, text: &str) -> Move {
    Move { from: Some(from.clone()), to: to.clone(), slots: slots(text), keys: None, bytes: None }
}

/// Routes moves, which all have to be atomic, and makes them; with the states that were told.
async fn moved(
    members: &Members,
    moves: &[Move],
    options: &AtomicOptions,
    stop: &Stop,
    tell: &dyn Fn(&Progress),
) -> (Result<Outcome, Diagnostics>, Vec<Progress>) {
    let route = route(members, moves).await;
    assert_eq!(route.by_key, [], "both ends can");
    let told = Mutex::new(Vec::new());
    let keep = |progress: Progress| {
        tell(&progress);
        told.lock().expect("nobody panics here").push(progress);
    };
    let outcome = transfer(members, &route.atomic, options, stop, &keep).await;
    (outcome, told.into_inner().expect("nobody panics here"))
}
