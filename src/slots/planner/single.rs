//! Slots handed over one by one, where pieces cannot be cut exactly: the very heavy ones, and what the cuts leave over.

use std::cmp::Reverse;

use super::cover::cover;
use super::ledger::Ledger;

/// How many of the others a node that is above its cap tries to come to terms with: fewer where there are many such nodes.
fn partners(ledger: &Ledger<'_>) -> usize {
    if ledger.loads.len() > 100 { 12 } else { 40 }
}

/// Places heavy slots that are sure to move before the others are cut: those of nodes that end without slots, and those that a node has to
/// give because its other slots are not enough. They go where there is room, or else, with `make_room`, where light slots can make some.
pub(super) fn place_heavy(ledger: &mut Ledger<'_>, make_room: bool) {
    let nodes = ledger.loads.len();
    let filled = ledger.scales.value.iter().filter(|&&value| value > 0).count() as u64;
    let average = ledger.loads.iter().sum::<u64>() / filled.max(1);
    let smallest = (0..nodes).filter(|&node| ledger.stays(node)).map(|node| ledger.caps[node]).min();
    let heavy = (smallest.unwrap_or(0) / 20).max(4 * average);
    let mut slots: Vec<usize> = (0..nodes).flat_map(|node| sure_to_move(ledger, node, heavy, make_room)).collect();
    if slots.is_empty() {
        return;
    }
    ledger.heaviest_first(&mut slots);
    let mut light = vec![0u64; nodes];
    let mut bulk = vec![0u64; nodes];
    for (slot, &node) in ledger.origin.iter().enumerate() {
        let value = ledger.value(slot);
        let which = if ledger.scales.fixed[slot] || value > heavy { &mut bulk } else { &mut light };
        which[node as usize] += value;
    }
    for slot in slots {
        let (from, value) = (ledger.owner[slot] as usize, ledger.value(slot));
        let to = match ledger.roomiest(slot, from) {
            Some(to) => Some(to),
            // Where nothing else is left it is the node that ends least above its cap once it has given all its light slots.
            None if !ledger.stays(from) => (0..nodes)
                .filter(|&node| ledger.stays(node))
                .min_by_key(|&node| ((bulk[node] + value).saturating_sub(ledger.caps[node]), ledger.loads[node], node)),
            None => host(ledger, slot, &light),
        };
        if let Some(to) = to {
            ledger.hand(slot, to);
            bulk[from] -= value;
            bulk[to] += value;
        }
    }
}

/// The heavy slots that a node has to give.
fn sure_to_move(ledger: &Ledger<'_>, node: usize, heavy: u64, make_room: bool) -> Vec<usize> {
    let excess = ledger.excess(node);
    let own = ledger.own[node].iter().map(|&slot| slot as usize);
    if excess == 0 {
        return Vec::new();
    }
    if !ledger.stays(node) {
        return own.filter(|&slot| ledger.value(slot) > heavy).collect();
    }
    // What is too heavy for every other node has to stay.
    let others = (0..ledger.caps.len()).filter(|&other| other != node);
    let largest = others.map(|other| if make_room { ledger.caps[other] } else { ledger.room(other) }).max();
    let own: Vec<usize> = own.filter(|&slot| ledger.value(slot) <= largest.unwrap_or(0)).collect();
    let values = ledger.values(&own);
    if values.iter().filter(|&&value| value <= heavy).sum::<u64>() >= excess {
        return Vec::new();
    }
    let chosen = cover(&values, excess, ledger.effort()).chosen;
    chosen.into_iter().map(|index| own[index]).filter(|&slot| ledger.value(slot) > heavy).collect()
}

/// A node without room for a slot that can make some, by giving light ones; that which gives least.
fn host(ledger: &Ledger<'_>, slot: usize, light: &[u64]) -> Option<usize> {
    let (from, value) = (ledger.owner[slot] as usize, ledger.value(slot));
    let over = |node: usize| (ledger.loads[node] + value).saturating_sub(ledger.caps[node]);
    (0..ledger.loads.len())
        .filter(|&node| node != from && ledger.stays(node) && ledger.caps[node] >= value && light[node] >= over(node))
        .min_by_key(|&node| (over(node), node))
}

/// Nodes that end without slots give what they still have; the heaviest slots first, as they are the hardest to place.
pub(super) fn clear_leavers(ledger: &mut Ledger<'_>) {
    let leaves = |ledger: &Ledger<'_>, slot: usize| !ledger.stays(ledger.owner[slot] as usize);
    let count = ledger.owner.len();
    let mut slots: Vec<usize> = (0..count).filter(|&slot| leaves(ledger, slot) && ledger.value(slot) > 0).collect();
    ledger.heaviest_first(&mut slots);
    for slot in slots {
        let from = ledger.owner[slot] as usize;
        let to = ledger.place(slot, from).unwrap_or_else(|| least_overloaded(ledger, slot));
        ledger.hand(slot, to);
    }
    // Empty slots go to a neighbour, first from left to right, then from right to left.
    for slot in 1..count {
        if leaves(ledger, slot) && !leaves(ledger, slot - 1) {
            ledger.hand(slot, ledger.owner[slot - 1] as usize);
        }
    }
    for slot in (0..count.saturating_sub(1)).rev() {
        if leaves(ledger, slot) && !leaves(ledger, slot + 1) {
            ledger.hand(slot, ledger.owner[slot + 1] as usize);
        }
    }
}

fn least_overloaded(ledger: &Ledger<'_>, slot: usize) -> usize {
    (0..ledger.loads.len())
        .filter(|&node| ledger.stays(node))
        .min_by_key(|&node| ((ledger.loads[node] + ledger.value(slot)).saturating_sub(ledger.caps[node]), node))
        .expect("a plan has a master that takes part")
}

/// Nodes above their cap give single slots to those that have room, or exchange some for lighter ones, or make others do so.
pub(super) fn lower(ledger: &mut Ledger<'_>) {
    for node in (0..ledger.loads.len()).filter(|&node| ledger.scales.weight[node] > 0) {
        if ledger.excess(node) > 0 {
            give_singles(ledger, node);
        }
        // Each exchange lowers the excess; more than a few are not worth their time.
        for _ in 0..partners(ledger) {
            if ledger.excess(node) == 0 || !exchange(ledger, node) {
                break;
            }
        }
        if ledger.excess(node) > 0 {
            push_through(ledger, node);
        }
    }
}

/// Gives single slots to nodes with room; those that came first, as it costs nothing to send them elsewhere.
fn give_singles(ledger: &mut Ledger<'_>, node: usize) {
    let excess = ledger.excess(node);
    if excess == 0 {
        return;
    }
    let most = ledger.roomy(node, 1).first().map_or(0, |&other| ledger.room(other));
    let mut own = ledger.movable(node);
    own.retain(|&slot| ledger.value(slot) <= most);
    let foreign: Vec<usize> = own.iter().copied().filter(|&slot| ledger.origin[slot] != node as u32).collect();
    if ledger.values(&foreign).iter().sum::<u64>() >= excess {
        own = foreign;
    }
    for index in cover(&ledger.values(&own), excess, ledger.effort()).chosen {
        if ledger.excess(node) == 0 {
            break;
        }
        if let Some(to) = ledger.place(own[index], node) {
            ledger.hand(own[index], to);
        }
    }
}

/// Gives a heavy slot to a node without room for it, which gives many light ones to others.
fn push_through(ledger: &mut Ledger<'_>, node: usize) {
    let largest = ledger.caps.iter().copied().max().unwrap_or(0);
    let mut own = ledger.movable(node);
    own.retain(|&slot| ledger.value(slot) <= largest);
    let others = ledger.roomy(node, 4);
    for &slot in own.iter().take(4) {
        for &other in &others {
            if ledger.excess(node) == 0 || ledger.owner[slot] != node as u32 {
                return;
            }
            // A slot that is too heavy for a node is no better off there.
            if ledger.value(slot) > ledger.caps[other] {
                continue;
            }
            let (mark, above) = (ledger.mark(), ledger.above);
            ledger.hand(slot, other);
            take_back(ledger, node, other);
            give_singles(ledger, other);
            give_singles(ledger, node);
            if ledger.above >= above {
                ledger.back_to(mark);
            }
        }
    }
}

/// Takes slots back that a node has given, those at a certain node first, as far as it has room.
fn take_back(ledger: &mut Ledger<'_>, node: usize, first: usize) {
    let given = ledger.own[node].iter().map(|&slot| slot as usize);
    let mut given: Vec<usize> = given.filter(|&slot| ledger.owner[slot] != node as u32).collect();
    given.sort_by_key(|&slot| (ledger.owner[slot] != first as u32, Reverse(ledger.value(slot)), slot));
    for slot in given {
        if ledger.value(slot) <= ledger.room(node) {
            ledger.hand(slot, node);
        }
    }
}

/// Exchanges two slots so that the node is nearer to its cap and the other one not above its own; whether there were two.
fn exchange(ledger: &mut Ledger<'_>, node: usize) -> bool {
    let need = ledger.excess(node);
    let own = ledger.movable(node);
    let mut best: Option<(u64, u64, usize, usize)> = None;
    for other in ledger.roomy(node, partners(ledger)) {
        let room = ledger.room(other);
        if room == 0 {
            break;
        }
        let theirs = ledger.movable(other);
        let mut light = 0;
        for &heavy in &own {
            let value = ledger.value(heavy);
            // The heaviest one of theirs that leaves a difference of no more than the room is the first that is light enough.
            while light < theirs.len() && value.saturating_sub(ledger.value(theirs[light])) >= need.min(room) {
                light += 1;
            }
            for &slot in theirs[light.saturating_sub(1)..].iter().take(2) {
                let gain = value.saturating_sub(ledger.value(slot));
                if gain > 0 && gain <= room {
                    let rank = (need.saturating_sub(gain), value, heavy, slot);
                    best = Some(best.map_or(rank, |best| best.min(rank)));
                }
            }
        }
    }
    let Some((_, _, heavy, light)) = best else { return false };
    let other = ledger.owner[light] as usize;
    ledger.hand(light, node);
    ledger.hand(heavy, other);
    true
}

/// Nodes that gave clearly more than they had to choose again, from all their slots.
pub(super) fn choose_again(ledger: &mut Ledger<'_>) {
    let before = ledger.scales.loads(ledger.origin);
    for (node, &load) in before.iter().enumerate() {
        let need = load.saturating_sub(ledger.caps[node]);
        if !ledger.stays(node) || need == 0 {
            continue;
        }
        let own: Vec<usize> = ledger.own[node].iter().map(|&slot| slot as usize).collect();
        let gave = own.iter().filter(|&&slot| ledger.owner[slot] != node as u32);
        let given: u64 = gave.map(|&slot| ledger.value(slot)).sum();
        if given.saturating_sub(need) <= need / 500 {
            continue;
        }
        let cover = cover(&ledger.values(&own), need, ledger.effort());
        if cover.sum + need / 1000 >= given {
            continue;
        }
        let mark = ledger.mark();
        if !replace(ledger, node, &own, &cover.chosen) {
            ledger.back_to(mark);
            take_back(ledger, node, node);
        }
    }
}

/// Gives the chosen ones of a node's own slots instead of those that it gave; whether all could be placed.
fn replace(ledger: &mut Ledger<'_>, node: usize, own: &[usize], chosen: &[usize]) -> bool {
    let mut gives = vec![false; own.len()];
    chosen.iter().for_each(|&index| gives[index] = true);
    for (&slot, _) in own.iter().zip(&gives).filter(|(_, gives)| !**gives) {
        ledger.hand(slot, node);
    }
    for (&slot, _) in own.iter().zip(&gives).filter(|(_, gives)| **gives) {
        if ledger.owner[slot] != node as u32 {
            continue;
        }
        match ledger.place(slot, node) {
            Some(to) => ledger.hand(slot, to),
            None => return false,
        }
    }
    ledger.excess(node) == 0
}

/// A master with a share has a slot, if only an empty one.
pub(super) fn give_each_one(ledger: &mut Ledger<'_>) {
    let mut counts = vec![0u32; ledger.loads.len()];
    ledger.owner.iter().for_each(|&node| counts[node as usize] += 1);
    for node in 0..counts.len() {
        if !ledger.stays(node) || counts[node] > 0 {
            continue;
        }
        let lightest = (0..ledger.owner.len())
            .filter(|&slot| !ledger.scales.fixed[slot] && counts[ledger.owner[slot] as usize] > 1)
            .min_by_key(|&slot| (ledger.value(slot), slot));
        if let Some(slot) = lightest {
            counts[ledger.owner[slot] as usize] -= 1;
            counts[node] += 1;
            ledger.hand(slot, node);
        }
    }
}
