//! Evidence put in order: one entry a node, with what it claims and what others say of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::slots::{Address, Direction, NodeId, Role, Slot, SlotSet};

use super::evidence::{Evidence, Seen, Silent, Witness};

/// One node.
#[derive(Debug)]
pub(super) struct Member<'e> {
    pub id: &'e NodeId,
    /// Its own answer.
    pub witness: Option<&'e Witness>,
    /// Why there is none.
    pub silent: Option<&'e Silent>,
    /// The line that counts: its own; of a node that is silent, the one with the highest epoch.
    pub line: &'e Seen,
    pub address: Option<&'e Address>,
    pub bus_port: Option<u16>,
    /// The slots that it takes for its own; of a silent node, those that others see in it and nobody newer claims.
    pub claims: SlotSet,
    /// Others that answered and take it for dead.
    pub failed_for: BTreeSet<&'e NodeId>,
    /// Others that answered and do not hear it.
    pub unheard_by: BTreeSet<&'e NodeId>,
    /// Others that answered and have not heard of it.
    pub unknown_to: BTreeSet<&'e NodeId>,
}

impl Member<'_> {
    pub fn is_master(&self) -> bool {
        self.line.role == Some(Role::Master)
    }

    pub fn answers(&self) -> bool {
        self.witness.is_some()
    }

    /// Keys in a slot, where they were counted.
    pub fn keys(&self, slot: Slot) -> Option<u64> {
        self.witness?.keys.as_ref().map(|keys| keys.of(slot))
    }

    pub fn migrating(&self) -> impl Iterator<Item = (Slot, &NodeId)> {
        self.line.open.iter().filter_map(|(slot, direction)| match direction {
            Direction::Migrating(to) => Some((*slot, to)),
            Direction::Importing(_) => None,
        })
    }

    pub fn importing(&self) -> impl Iterator<Item = (Slot, &NodeId)> {
        self.line.open.iter().filter_map(|(slot, direction)| match direction {
            Direction::Importing(from) => Some((*slot, from)),
            Direction::Migrating(_) => None,
        })
    }

    /// Who wins where two claim a slot: the higher epoch; with the same, the smaller id, which takes a new epoch when the two hear of each other.
    pub fn rank(&self) -> (u64, std::cmp::Reverse<&NodeId>) {
        (self.line.config_epoch, std::cmp::Reverse(self.id))
    }
}

/// All nodes.
#[derive(Debug)]
pub(super) struct Roster<'e> {
    pub members: BTreeMap<&'e NodeId, Member<'e>>,
    /// Handshakes: who waits for whom.
    pub handshakes: Vec<(&'e Witness, &'e Seen)>,
}

impl<'e> Roster<'e> {
    pub fn new(evidence: &'e Evidence) -> Roster<'e> {
        let silent: BTreeMap<&NodeId, &Silent> = evidence.silent.iter().map(|silent| (&silent.id, silent)).collect();
        let mut members = BTreeMap::new();
        for witness in &evidence.witnesses {
            let Some(line) = witness.says.iter().find(|seen| seen.id == witness.id) else { continue };
            members.insert(&witness.id, Member::answering(witness, line));
        }
        let mut handshakes = Vec::new();
        for witness in &evidence.witnesses {
            for seen in &witness.says {
                if !seen.is_member() {
                    handshakes.push((witness, seen));
                    continue;
                }
                let member =
                    members.entry(&seen.id).or_insert_with(|| Member::absent(seen, silent.get(&seen.id).copied()));
                member.seen_by(witness, seen);
            }
        }
        let mut roster = Roster { members, handshakes };
        roster.find_unknown(evidence);
        roster.settle_claims_of_the_silent();
        roster
    }

    fn find_unknown(&mut self, evidence: &'e Evidence) {
        for witness in &evidence.witnesses {
            let known: BTreeSet<&NodeId> = witness.says.iter().map(|seen| &seen.id).collect();
            for (id, member) in &mut self.members {
                if !known.contains(id) {
                    member.unknown_to.insert(&witness.id);
                }
            }
        }
    }

    /// A silent node is believed, unless somebody who answers claims the slot with an epoch that is not lower: a view may lag.
    fn settle_claims_of_the_silent(&mut self) {
        let claims: Vec<(u64, SlotSet)> =
            self.masters().filter(|m| m.answers()).map(|m| (m.line.config_epoch, m.claims.clone())).collect();
        for member in self.members.values_mut().filter(|member| !member.answers()) {
            for (epoch, claimed) in &claims {
                if *epoch >= member.line.config_epoch {
                    member.claims.subtract(claimed);
                }
            }
        }
    }

    pub fn get(&self, id: &NodeId) -> Option<&Member<'e>> {
        self.members.get(id)
    }

    /// The masters, in order of their ids.
    pub fn masters(&self) -> impl Iterator<Item = &Member<'e>> {
        self.members.values().filter(|member| member.is_master())
    }

    pub fn replicas(&self) -> impl Iterator<Item = &Member<'e>> {
        self.members.values().filter(|member| member.line.role == Some(Role::Replica))
    }

    /// How many nodes answered.
    pub fn answering(&self) -> usize {
        self.members.values().filter(|member| member.answers()).count()
    }

    /// Whether the cluster takes it for dead.
    pub fn is_failed(&self, member: &Member) -> bool {
        let flagged = member.failed_for.len();
        if member.answers() { flagged * 2 > self.answering() } else { flagged > 0 || member.line.has("noaddr") }
    }

    /// Masters that hold keys of a slot without owning it.
    pub fn strangers(&self, slot: Slot) -> impl Iterator<Item = &Member<'e>> {
        self.masters().filter(move |m| !m.claims.contains(slot) && m.keys(slot).is_some_and(|keys| keys > 0))
    }

    /// `127.0.0.1:7001 (07c37dfe)`.
    pub fn name(&self, id: &NodeId) -> String {
        match self.get(id).and_then(|member| member.address) {
            Some(address) => format!("{address} ({})", id.short()),
            None => id.short().to_owned(),
        }
    }

    /// Names, with `and` before the last.
    pub fn names<'n>(&self, ids: impl IntoIterator<Item = &'n NodeId>) -> String {
        let names: Vec<String> = ids.into_iter().map(|id| self.name(id)).collect();
        match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => names.concat(),
        }
    }
}

impl<'e> Member<'e> {
    fn answering(witness: &'e Witness, line: &'e Seen) -> Member<'e> {
        let owns = line.role == Some(Role::Master);
        Member {
            id: &witness.id,
            witness: Some(witness),
            silent: None,
            line,
            address: Some(line.address.as_ref().unwrap_or(&witness.address)),
            bus_port: line.bus_port,
            claims: if owns { line.slots.clone() } else { SlotSet::new() },
            failed_for: BTreeSet::new(),
            unheard_by: BTreeSet::new(),
            unknown_to: BTreeSet::new(),
        }
    }

    fn absent(line: &'e Seen, silent: Option<&'e Silent>) -> Member<'e> {
        Member {
            id: &line.id,
            witness: None,
            silent,
            line,
            address: line.address.as_ref(),
            bus_port: line.bus_port,
            claims: SlotSet::new(),
            failed_for: BTreeSet::new(),
            unheard_by: BTreeSet::new(),
            unknown_to: BTreeSet::new(),
        }
    }

    fn seen_by(&mut self, witness: &'e Witness, seen: &'e Seen) {
        if self.witness.is_none() {
            self.claims.union_with(&seen.slots);
            if seen.config_epoch > self.line.config_epoch {
                self.line = seen;
            }
            self.address = self.address.or(seen.address.as_ref());
        }
        if witness.id == *self.id {
            return;
        }
        if seen.has("fail") {
            self.failed_for.insert(&witness.id);
        }
        if seen.has("fail") || seen.has("fail?") {
            self.unheard_by.insert(&witness.id);
        }
    }
}
