//! What all forms of a plan say, in words: text, Markdown and HTML differ only in how they look.

use std::collections::HashMap;

use crate::slots::{ClusterState, Move, NodeId, ReplicaChange, Risk, Role, SlotPlan};

use super::after::after;
use super::figures::{MasterFigures, SlotMap};
use super::names::{Names, ranges};
use super::numbers::{bytes, count, duration, known_bytes, known_count, many};

/// A plan beside the cluster before and after it.
pub(super) struct PlanFacts<'p> {
    pub(super) plan: &'p SlotPlan,
    pub(super) names: Names<'p>,
    pub(super) before: SlotMap,
    pub(super) after: SlotMap,
    state: &'p ClusterState,
}

/// A master before and after.
pub(super) struct MasterChange<'m> {
    pub(super) id: &'m NodeId,
    pub(super) before: Option<&'m MasterFigures>,
    pub(super) after: Option<&'m MasterFigures>,
}

impl MasterChange<'_> {
    /// Whether it owns other slots than before.
    pub(super) fn is_change(&self) -> bool {
        self.before.map(|it| &it.slots) != self.after.map(|it| &it.slots)
    }
}

impl<'p> PlanFacts<'p> {
    pub(super) fn new(plan: &'p SlotPlan, state: &'p ClusterState) -> PlanFacts<'p> {
        PlanFacts {
            plan,
            names: Names::new(state, Some(plan)),
            before: SlotMap::of(state),
            after: SlotMap::of(&after(state, plan)),
            state,
        }
    }

    /// The plan in one sentence.
    pub(super) fn headline(&self) -> String {
        if self.plan.is_empty() {
            return "nothing to do: the cluster is as wanted".to_owned();
        }
        let busy = |map: &SlotMap| map.masters.iter().filter(|master| !master.slots.is_empty()).count() as u64;
        let (before, after) = (busy(&self.before), busy(&self.after));
        let masters = match before == after {
            true => format!("{} with slots, as before", many(after, "master")),
            false => format!("{} with slots become {}", many(before, "master"), count(after)),
        };
        let moves = match self.plan.moved_slots() {
            0 => "no slot moves".to_owned(),
            1 => "1 of 16,384 slots moves".to_owned(),
            moved => format!("{} of 16,384 slots move", count(moved.into())),
        };
        format!("{masters}; {moves}")
    }

    /// Masters before or after, in the order before.
    pub(super) fn masters(&self) -> Vec<MasterChange<'_>> {
        let mut new: HashMap<&NodeId, &MasterFigures> = self.after.masters.iter().map(|it| (&it.id, it)).collect();
        let old = self.before.masters.iter();
        let mut changes: Vec<MasterChange<'_>> =
            old.map(|it| MasterChange { id: &it.id, before: Some(it), after: new.remove(&it.id) }).collect();
        let joined = self.after.masters.iter().filter(|it| new.contains_key(&it.id));
        changes.extend(joined.map(|it| MasterChange { id: &it.id, before: None, after: Some(it) }));
        changes
    }

    /// Keys and bytes of all moves, where all are known.
    pub(super) fn totals(&self) -> (Option<u64>, Option<u64>) {
        let total = |number: fn(&Move) -> Option<u64>| self.plan.moves.iter().map(number).sum();
        (total(|step| step.keys), total(|step| step.bytes))
    }

    /// Who gives a move.
    pub(super) fn giver(&self, step: &Move) -> String {
        step.from.as_ref().map_or_else(|| "nobody".to_owned(), |from| self.names.full(from))
    }

    /// Who joins and who leaves, a line each.
    pub(super) fn members(&self) -> Vec<String> {
        let joins = self.plan.joins.iter().map(|join| match &join.id {
            Some(id) => format!("{} ({}) joins", join.address, id.short()),
            None => format!("{} joins", join.address),
        });
        let leaves = self.plan.leaves.iter();
        joins.chain(leaves.map(|leave| format!("{} ({}) leaves", leave.address, leave.id.short()))).collect()
    }

    /// Whom replicas copy, where that changes, a line each.
    pub(super) fn replicas(&self) -> Vec<String> {
        let line = |change: &ReplicaChange| {
            let node = self.names.full(&change.node);
            let now = match self.state.node(&change.node) {
                Some(node) if node.role == Role::Master => ", now a master without slots".to_owned(),
                Some(node) => {
                    node.master.as_ref().map_or_else(String::new, |old| format!(", now {}", self.names.full(old)))
                }
                None => String::new(),
            };
            format!("{node} copies {}{now}", self.names.full(&change.master))
        };
        self.plan.replicas.iter().map(line).collect()
    }

    /// How much moves, beside the least possible.
    fn optimality(&self) -> String {
        let it = &self.plan.optimality;
        let amount = |number| match it.metric.as_str() {
            "bytes" => bytes(number),
            metric => format!("{} {metric}", count(number)),
        };
        let (moved, bound) = (amount(it.moved), amount(it.lower_bound));
        match it.moved.checked_sub(it.lower_bound) {
            Some(0) => format!("{moved}, the minimum is {bound}: no plan that meets the target moves less"),
            Some(over) if it.lower_bound > 0 => {
                let above = match 100.0 * over as f64 / it.lower_bound as f64 {
                    little if little < 0.05 => "less than 0.1%".to_owned(),
                    above => format!("{above:.1}%"),
                };
                format!("{moved}, {above} above the lower bound of {bound}, below which no plan can get")
            }
            _ => format!("{moved}, the lower bound is {bound}"),
        }
    }

    /// Keys and bytes that move.
    fn amount(&self) -> String {
        match self.totals() {
            (None, None) => "keys and bytes are not known: the state has no figures of its slots".to_owned(),
            (keys, size) => format!("{} keys, {}", known_count(keys), known_bytes(size)),
        }
    }

    /// How long it takes.
    fn time(&self) -> String {
        match self.plan.estimate.seconds {
            Some(seconds) => format!("about {}", duration(seconds)),
            None => "not known: that takes the number of keys".to_owned(),
        }
    }

    /// How even it is before and after, by what the plan evens out.
    fn evenness(&self) -> Option<String> {
        let pick = |map: &SlotMap| match self.plan.optimality.metric.as_str() {
            "keys" => map.balance.keys,
            "bytes" => map.balance.bytes,
            "ops" => map.balance.ops,
            _ => map.balance.slots,
        };
        let part = |map| pick(map).and_then(|it| it.max_to_mean).map(|part| format!("{part:.2}"));
        let (before, after) = (part(&self.before)?, part(&self.after)?);
        let metric = &self.plan.optimality.metric;
        Some(format!("most/mean of {metric}, over masters with slots: {before} before, {after} after"))
    }

    /// The plan in figures: a name and a text for each.
    pub(super) fn figures(&self) -> Vec<(&'static str, String)> {
        let ranges = [self.plan.before.ranges, self.plan.after.ranges].map(|number| count(number as u64));
        let mut figures = vec![
            ("moves", self.optimality()),
            ("carries", self.amount()),
            ("ranges", format!("{} before, {} after", ranges[0], ranges[1])),
        ];
        figures.extend(self.evenness().map(|text| ("balance", text)));
        figures.push(("time", self.time()));
        figures
    }

    /// What to run next.
    pub(super) fn next(&self) -> Option<String> {
        if self.plan.is_empty() {
            return None;
        }
        Some(match &self.plan.seed {
            Some(_) => "redisops slots migrate PLAN --yes    # PLAN: the file of `--out`".to_owned(),
            None => "redisops slots migrate PLAN --seed HOST:PORT --yes    # PLAN: the file of `--out`".to_owned(),
        })
    }
}

/// A risk in a line.
pub(super) fn risk_line(risk: &Risk, most: usize) -> String {
    let about = risk.slots.as_ref().map_or_else(String::new, |slots| format!(" (slots {})", ranges(slots, most)));
    format!("{}: {}{about}", risk.rule, risk.message)
}
