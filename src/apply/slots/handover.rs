//! The moment in which a slot changes its owner, and what must be true before.

use std::time::{Duration, Instant};

use ::redis::{Pipeline, pipe};

use crate::slots::{NodeId, Slot};

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
    let slots: Vec<Slot> = proofs.iter().map(|proof| proof.slot).collect();
    taker.must(&claims(&slots, &taker.id)).await?;
    let mut told = pipe();
    slots.iter().for_each(|slot| commands::node(&mut told, *slot, &taker.id));
    match giver.must(&told).await {
        // A giver without slots makes itself a replica as soon as gossip tells it (`cluster-allow-replica-migration`).
        Err(Setback::Unsettled(error)) if error.to_string().contains("only with masters") => {}
        other => other?,
    }
    Ok(slots)
}

/// What makes a taker the owner of slots. A slot that is IMPORTING makes it tell all nodes at once, and each of them look at all of its slots: about a
/// tenth of a millisecond of every node. So only the first, which gives the taker the highest epoch, and the last, when all are its own, are told.
fn claims(slots: &[Slot], taker: &NodeId) -> Pipeline {
    let mut steps = pipe();
    for (index, slot) in slots.iter().enumerate() {
        if index > 0 && index + 1 < slots.len() {
            commands::stable(&mut steps, *slot);
        }
        commands::node(&mut steps, *slot, taker);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_slot_are_told_to_all() {
        let text = |count: u16| {
            let slots: Vec<Slot> = Slot::all().take(usize::from(count)).collect();
            let packed = claims(&slots, &"t".into()).get_packed_pipeline();
            let text = String::from_utf8(packed).unwrap();
            (text.matches("NODE").count(), text.matches("STABLE").count(), text.find("STABLE") > text.find("NODE"))
        };
        assert_eq!(text(1), (1, 0, false));
        assert_eq!(text(2), (2, 0, false));
        assert_eq!(text(5), (5, 3, true));
    }
}
