//! A plan as a page, to be reviewed.

use crate::slots::{ClusterState, SlotPlan};

use super::super::figures::MasterFigures;
use super::super::names::ranges;
use super::super::numbers::{count, known_bytes, known_count};
use super::super::plan_facts::{PlanFacts, risk_line};
use super::super::svg::plan_svg;
use super::page::{Column, Holds, Page};

/// Ranges that are written out for a move or a master.
const RANGES: usize = 24;

/// A plan as a page: the summary, the risks, the slots before and after as a picture, moves, masters, members, replicas, and what to run next.
pub fn plan_html(plan: &SlotPlan, state: &ClusterState) -> String {
    let facts = PlanFacts::new(plan, state);
    let mut page = Page::new("Slot plan");
    page.lead(&facts.headline());
    if plan.is_empty() {
        return page.finish();
    }
    let mut figures = facts.figures();
    figures.push(("made from", plan.seed.clone().unwrap_or_else(|| "a saved state".to_owned())));
    figures.push(("state", plan.state_digest.clone()));
    page.facts(&figures);
    if !plan.risks.is_empty() {
        page.heading("Know before you say yes");
        page.list("risks", plan.risks.iter().map(|risk| risk_line(risk, RANGES)));
    }
    page.heading("Before and after");
    page.picture(&plan_svg(plan, state));
    if !plan.moves.is_empty() {
        page.heading("Moves");
        page.table(&MOVES, &moves(&facts), plan.moves.len() > 1);
    }
    page.heading("Masters");
    page.table(&MASTERS, &masters(&facts), false);
    for (title, lines) in [("Members", facts.members()), ("Replicas", facts.replicas())] {
        if !lines.is_empty() {
            page.heading(title);
            page.list("", lines);
        }
    }
    if let Some(next) = facts.next() {
        page.heading("Next");
        page.command(&next);
    }
    page.finish()
}

const MOVES: [Column; 6] = [
    ("from", Holds::Text),
    ("to", Holds::Text),
    ("slots", Holds::Number),
    ("keys", Holds::Number),
    ("bytes", Holds::Number),
    ("ranges", Holds::Ranges),
];

const MASTERS: [Column; 10] = [
    ("master", Holds::Text),
    ("slots before", Holds::Number),
    ("after", Holds::Number),
    ("keys before", Holds::Number),
    ("after", Holds::Number),
    ("bytes before", Holds::Number),
    ("after", Holds::Number),
    ("ranges before", Holds::Number),
    ("after", Holds::Number),
    ("which", Holds::Ranges),
];

fn moves(facts: &PlanFacts<'_>) -> Vec<Vec<String>> {
    let row = |from: String, to: String, slots: u64, (keys, bytes): (Option<u64>, Option<u64>), ranges: String| {
        vec![from, to, count(slots), known_count(keys), known_bytes(bytes), ranges]
    };
    let mut rows: Vec<Vec<String>> = facts
        .plan
        .moves
        .iter()
        .map(|step| {
            let (from, to) = (facts.giver(step), facts.names.full(&step.to));
            row(from, to, step.slots.len().into(), (step.keys, step.bytes), ranges(&step.slots, RANGES))
        })
        .collect();
    if rows.len() > 1 {
        let slots = facts.plan.moved_slots().into();
        rows.push(row("total".to_owned(), String::new(), slots, facts.totals(), String::new()));
    }
    rows
}

fn masters(facts: &PlanFacts<'_>) -> Vec<Vec<String>> {
    facts
        .masters()
        .iter()
        .map(|master| {
            let pair = |write: fn(&MasterFigures) -> String| {
                [master.before, master.after].map(|it| it.map_or_else(|| "–".to_owned(), write))
            };
            let mut row = vec![facts.names.full(master.id)];
            row.extend(pair(|it| count(it.slot_count.into())));
            row.extend(pair(|it| known_count(it.keys)));
            row.extend(pair(|it| known_bytes(it.bytes)));
            row.extend(pair(|it| count(it.slots.ranges().count() as u64)));
            row.push(master.after.map_or_else(|| "–".to_owned(), |it| ranges(&it.slots, RANGES)));
            row
        })
        .collect()
}
