//! A plan as text: what a person reviews in a terminal.

use owo_colors::Style as Ink;

use crate::diagnostics::render::Style;
use crate::slots::{ClusterState, Risk, SlotPlan};

use super::columns::{Align, Cell, Columns, inked};
use super::figures::MasterFigures;
use super::names::ranges;
use super::numbers::{count, known_bytes, known_count};
use super::plan_facts::{MasterChange, PlanFacts, risk_line};

/// Ranges that are written out for a move or a master.
const RANGES: usize = 6;

/// A plan for people: what moves from where to where, masters before and after, nodes that join and leave, replicas, how close to the
/// least possible it is, how long it takes, and what to know before saying yes.
pub fn plan_text(plan: &SlotPlan, state: &ClusterState, style: Style) -> String {
    let facts = PlanFacts::new(plan, state);
    let mut out = format!("{}\n", inked(&facts.headline(), Ink::new().bold(), style.color));
    let sections = [
        ("moves", moves(&facts, style)),
        ("masters", masters(&facts, style)),
        ("members", lines(&facts.members())),
        ("replicas", lines(&facts.replicas())),
        ("figures", if plan.is_empty() { String::new() } else { figures(&facts) }),
        ("risks", risks(&facts, style)),
        ("next", facts.next().map_or_else(String::new, |next| lines(&[next]))),
    ];
    for (title, text) in sections {
        if !text.is_empty() {
            out.push_str(&format!("\n{}\n{text}", inked(title, Ink::new().bold(), style.color)));
        }
    }
    out
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  {line}\n")).collect()
}

fn arrow(style: Style) -> &'static str {
    if style.unicode { "→" } else { "->" }
}

fn moves(facts: &PlanFacts<'_>, style: Style) -> String {
    let moves = &facts.plan.moves;
    if moves.is_empty() {
        return String::new();
    }
    let right = |title| (title, Align::Right);
    let mut titles = vec![("from", Align::Left), ("", Align::Left), ("to", Align::Left)];
    titles.extend(["slots", "keys", "bytes"].map(right));
    titles.push(("ranges", Align::Left));
    let mut table = Columns::new(&titles);
    for step in moves {
        table.row(
            [
                facts.giver(step),
                arrow(style).to_owned(),
                facts.names.full(&step.to),
                count(step.slots.len().into()),
                known_count(step.keys),
                known_bytes(step.bytes),
                ranges(&step.slots, RANGES),
            ]
            .map(Cell::plain)
            .into(),
        );
    }
    if moves.len() > 1 {
        let (keys, bytes) = facts.totals();
        let total = count(facts.plan.moved_slots().into());
        let texts = [
            "total".to_owned(),
            String::new(),
            String::new(),
            total,
            known_count(keys),
            known_bytes(bytes),
            String::new(),
        ];
        table.row(texts.map(|text| Cell::inked(text, Ink::new().bold())).into());
    }
    table.render("  ", style.color)
}

fn masters(facts: &PlanFacts<'_>, style: Style) -> String {
    if facts.plan.is_empty() {
        return String::new();
    }
    let right = |title| (title, Align::Right);
    let mut titles = vec![("master", Align::Left), ("", Align::Left)];
    titles.extend(["slots", "share", "keys", "bytes"].map(right));
    titles.push(("ranges", Align::Left));
    let mut table = Columns::new(&titles);
    for master in facts.masters() {
        master_rows(&mut table, facts, &master);
    }
    table.render("  ", style.color)
}

/// Two rows for a master that changes, one for another.
fn master_rows(table: &mut Columns, facts: &PlanFacts<'_>, master: &MasterChange<'_>) {
    let name = facts.names.full(master.id);
    let none = |what: &str| vec![name.clone(), what.to_owned()];
    let leaves = facts.plan.leaves.iter().any(|leave| leave.id == *master.id);
    let mut row = |first: &str, when: &str, figures: &MasterFigures| {
        table.row(figure_cells(first, when, figures));
    };
    match (master.before, master.after) {
        (Some(before), Some(after)) if !master.is_change() => {
            let _ = after;
            row(&name, "stays", before);
        }
        (Some(before), Some(after)) => {
            row(&name, "before", before);
            row("", "after", after);
        }
        (Some(before), None) => {
            row(&name, "before", before);
            let what = if leaves { "after, it leaves" } else { "after, a replica" };
            table.row(["", what].map(Cell::plain).into());
        }
        (None, Some(after)) => row(&name, "new", after),
        (None, None) => table.row(none("").into_iter().map(Cell::plain).collect()),
    }
}

fn figure_cells(first: &str, when: &str, figures: &MasterFigures) -> Vec<Cell> {
    [
        first.to_owned(),
        when.to_owned(),
        count(figures.slot_count.into()),
        format!("{:.1}%", 100.0 * figures.share),
        known_count(figures.keys),
        known_bytes(figures.bytes),
        ranges(&figures.slots, RANGES),
    ]
    .map(Cell::plain)
    .into()
}

fn figures(facts: &PlanFacts<'_>) -> String {
    facts.figures().iter().map(|(name, text)| format!("  {name:<9}{text}\n")).collect()
}

fn risks(facts: &PlanFacts<'_>, style: Style) -> String {
    let line = |risk: &Risk| {
        let text = format!("! {}", risk_line(risk, RANGES));
        format!("  {}\n", inked(&text, Ink::new().yellow(), style.color))
    };
    facts.plan.risks.iter().map(line).collect()
}
