//! A plan as Markdown: what a person reviews in a pull request.

use crate::slots::{ClusterState, SlotPlan};

use super::figures::MasterFigures;
use super::names::ranges;
use super::numbers::{count, known_bytes, known_count};
use super::plan_facts::{PlanFacts, risk_line};

/// Ranges that are written out for a move or a master.
const RANGES: usize = 12;
/// Rows that a table has before it is folded away: a comment with thousands of rows is read by nobody.
const ROWS: usize = 40;

/// A plan as Markdown that GitHub and GitLab show as tables. Says the same as the text for terminals.
pub fn plan_markdown(plan: &SlotPlan, state: &ClusterState) -> String {
    let facts = PlanFacts::new(plan, state);
    let mut out = format!("## Slot plan\n\n**{}**\n", escape(&facts.headline()));
    if plan.is_empty() {
        return out;
    }
    section(&mut out, "", &figures(&facts));
    section(&mut out, "Risks", &list(plan.risks.iter().map(|risk| risk_line(risk, RANGES))));
    section(&mut out, "Moves", &moves(&facts));
    section(&mut out, "Masters", &masters(&facts));
    section(&mut out, "Members", &list(facts.members().into_iter()));
    section(&mut out, "Replicas", &list(facts.replicas().into_iter()));
    if let Some(next) = facts.next() {
        section(&mut out, "Next", &format!("```sh\n{next}\n```\n"));
    }
    out
}

fn section(out: &mut String, title: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    if !title.is_empty() {
        out.push_str(&format!("\n### {title}\n"));
    }
    out.push_str(&format!("\n{text}"));
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.map(|item| format!("- {}\n", escape(&item))).collect()
}

/// Signs that mean something in Markdown, tables and HTML included.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' | '#' => out.extend(['\\', sign]),
            _ => out.push(sign),
        }
    }
    out
}

/// A table; `>` before a title aligns its column to the right.
fn table(titles: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    let mut text = line(&mut titles.iter().map(|title| title.trim_start_matches('>').to_owned()));
    text.push_str(&line(&mut titles.iter().map(|it| if it.starts_with('>') { "--:" } else { "---" }.to_owned())));
    for row in rows {
        text.push_str(&line(&mut row.iter().map(|cell| escape(cell))));
    }
    match rows.len() {
        0..=ROWS => text,
        many => format!("<details><summary>{} rows</summary>\n\n{text}\n</details>\n", count(many as u64)),
    }
}

fn moves(facts: &PlanFacts<'_>) -> String {
    let moves = &facts.plan.moves;
    if moves.is_empty() {
        return String::new();
    }
    let mut rows: Vec<Vec<String>> = moves
        .iter()
        .map(|step| {
            let slots = count(step.slots.len().into());
            let (keys, bytes) = (known_count(step.keys), known_bytes(step.bytes));
            vec![facts.giver(step), facts.names.full(&step.to), slots, keys, bytes, ranges(&step.slots, RANGES)]
        })
        .collect();
    if rows.len() > 1 {
        let (keys, bytes) = facts.totals();
        let slots = count(facts.plan.moved_slots().into());
        rows.push(vec!["total".into(), String::new(), slots, known_count(keys), known_bytes(bytes), String::new()]);
    }
    table(&["from", "to", ">slots", ">keys", ">bytes", "ranges"], &rows)
}

fn masters(facts: &PlanFacts<'_>) -> String {
    let change = |before: Option<String>, after: Option<String>| match (before, after) {
        (Some(before), Some(after)) if before == after => before,
        (before, after) => {
            let or = |it: Option<String>| it.unwrap_or_else(|| "–".to_owned());
            format!("{} → {}", or(before), or(after))
        }
    };
    let rows: Vec<Vec<String>> = facts
        .masters()
        .iter()
        .map(|master| {
            let cell = |write: fn(&MasterFigures) -> String| change(master.before.map(write), master.after.map(write));
            vec![
                facts.names.full(master.id),
                cell(|it| count(it.slot_count.into())),
                cell(|it| known_count(it.keys)),
                cell(|it| known_bytes(it.bytes)),
                cell(|it| ranges(&it.slots, RANGES)),
            ]
        })
        .collect();
    table(&["master", ">slots", ">keys", ">bytes", "ranges"], &rows)
}

fn figures(facts: &PlanFacts<'_>) -> String {
    list(facts.figures().into_iter().map(|(name, text)| format!("{name}: {text}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_becomes_markup() {
        assert_eq!(escape("a|b <img> *c* [d](e) `f`"), r"a\|b &lt;img> \*c\* \[d\](e) \`f\`");
    }

    #[test]
    fn long_tables_are_folded() {
        let rows = vec![vec!["a".to_owned()]; ROWS + 1];
        assert!(table(&["x"], &rows).starts_with("<details><summary>41 rows</summary>\n\n| x |\n| --- |\n| a |\n"));
        assert!(table(&["x"], &rows[1..]).starts_with("| x |\n"));
    }
}
