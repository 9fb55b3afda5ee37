//! The report of a migration, for people.

use std::fmt::Write;

use indicatif::HumanBytes;

use crate::apply::slots::replicas::Drained;
use crate::apply::slots::{MigrationReport, Outcome};

/// Lists are cut after so many entries; the JSON form has all.
const LISTED: usize = 10;

/// The report in a few lines.
pub fn migration_text(report: &MigrationReport) -> String {
    let mut text = String::new();
    let end = match report.outcome {
        Outcome::Done => "done",
        Outcome::Stopped => "stopped",
        Outcome::Partial => "done but for big keys",
        Outcome::Failed => "not done",
    };
    let _ = write!(
        text,
        "{end}: {} of {} slots moved by this run, {} keys, {}, in {:.1} s",
        report.moved_slots,
        report.plan_slots,
        report.moved_keys,
        HumanBytes(report.moved_bytes),
        report.seconds
    );
    if let Some(p99) = report.client_p99_ms {
        let _ = write!(text, ", p99 of clients {p99:.1} ms");
    }
    text.push('\n');
    for left in report.left.iter().take(LISTED) {
        let from = left.from.as_ref().map_or("nobody", |id| id.short());
        let _ = writeln!(text, "left: slots {} from {from} to {}", left.slots, left.to.short());
    }
    more(&mut text, report.left.len());
    if !report.open.is_empty() {
        let _ = writeln!(text, "open: slots {}; running the same command again finishes them", report.open);
    }
    for conflict in report.conflicts.iter().take(LISTED) {
        let _ = writeln!(text, "conflict: {conflict}");
        match (&conflict.kept, &conflict.saved) {
            (Some(_), Some(file)) => {
                let _ = writeln!(text, "  the other version is in {file}");
            }
            _ => text.push_str(
                "  decide with `--on-conflict source` or `--on-conflict target`; the other version is saved\n",
            ),
        }
    }
    more(&mut text, report.conflicts.len());
    for lost in report.unacknowledged.iter().take(LISTED) {
        let _ = writeln!(
            text,
            "unacknowledged: {} keys of slot {} that {} gave to {} are on neither; `-o json` names them",
            lost.keys.len(),
            lost.slot,
            lost.from.short(),
            lost.to.short()
        );
    }
    more(&mut text, report.unacknowledged.len());
    for skipped in report.skipped.iter().take(LISTED) {
        let _ = writeln!(
            text,
            "skipped: slot {} stays, key `{}` has {}",
            skipped.slot,
            skipped.key,
            HumanBytes(skipped.bytes)
        );
    }
    more(&mut text, report.skipped.len());
    for Drained { node, copies } in &report.drained {
        let now = copies
            .as_ref()
            .map_or("is a spare now".to_owned(), |master| format!("is a replica of {} now", master.short()));
        let _ = writeln!(text, "drained: {} {now}", node.short());
    }
    for problem in &report.problems {
        let _ = writeln!(text, "problem: {}", problem.message);
        if let Some(help) = &problem.help {
            let _ = writeln!(text, "  {help}");
        }
    }
    for note in &report.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

fn more(text: &mut String, count: usize) {
    if count > LISTED {
        let _ = writeln!(text, "  and {} more", count - LISTED);
    }
}
