//! The moment in which a slot changes its owner, and what must be true before.

use std::time::{Duration, Instant};

use ::redis::pipe;

use crate::slots::Slot;

use super::acks::Confirmed;
use super::commands::{self, Setback};
use super::site::Site;

/// How long a proof holds. While the giver is in the state MIGRATING no key can appear in the slot; a failover of the giver ends that state, and takes longer.
const FRESH: Duration = Duration::from_millis(500);

/// Proof that the giver has no key of a slot, in any database. Only [`prove`] makes one.
///
/// Without it nothing is handed over: a taker with a newer epoch makes a giver that still holds keys delete them, silently.
#[derive(Debug)]
pub(super) struct Empty {
    slot: Slot,
    at: Instant,
}

/// Looks which slots are empty on the giver in every database; the others come back as they are.
pub(super) async fn prove(giver: &Site, slots: &[Slot]) -> Result<(Vec<Empty>, Vec<Slot>), Setback> {
    let at = Instant::now();
    let counts = giver.counts(slots).await?;
    let (mut empty, mut full) = (Vec::new(), Vec::new());
    for (slot, count) in slots.iter().zip(counts) {
        if count == 0 { empty.push(Empty { slot: *slot, at }) } else { full.push(*slot) }
    }
    Ok((empty, full))
}

/// Makes the taker the owner of slots that are empty on the giver and whose keys the taker's replicas have. The taker is told first: should anything die
/// in between, the slot has two owners that the epochs tell apart, and never none.
pub(super) async fn hand_over(
    giver: &Site,
    taker: &Site,
    mut proofs: Vec<Empty>,
    _confirmed: &Confirmed,
) -> Result<Vec<Slot>, Setback> {
    if proofs.iter().any(|proof| proof.at.elapsed() > FRESH) {
        let slots: Vec<Slot> = proofs.iter().map(|proof| proof.slot).collect();
        (proofs, _) = prove(giver, &slots).await?;
    }
    let mut told = pipe();
    proofs.iter().for_each(|proof| commands::node(&mut told, proof.slot, &taker.id));
    taker.must(&told).await?;
    match giver.must(&told).await {
        // A giver without slots makes itself a replica as soon as gossip tells it (`cluster-allow-replica-migration`).
        Err(Setback::Unsettled(error)) if error.to_string().contains("only with masters") => {}
        other => other?,
    }
    Ok(proofs.into_iter().map(|proof| proof.slot).collect())
}
