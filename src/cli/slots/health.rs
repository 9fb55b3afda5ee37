//! Findings and repairs for people.

use std::fmt::Write;
use std::path::Path;

use indicatif::HumanCount;
use owo_colors::{OwoColorize, Style as Ink};

use crate::apply::slots::fix::FixReport;
use crate::diagnostics::render::Style;
use crate::slots::health::{Evidence, Finding, Severity};
use crate::slots::{Role, Slot};

/// What holds of a cluster that is whole, in a line.
pub fn whole_text(evidence: &Evidence) -> String {
    let own = |role: Role| {
        let is = move |witness: &&crate::slots::health::Witness| {
            witness.says.iter().any(|seen| seen.id == witness.id && seen.role == Some(role))
        };
        evidence.witnesses.iter().filter(is)
    };
    let masters = own(Role::Master).count();
    let replicas = own(Role::Replica).count();
    let counted: Option<u64> = own(Role::Master)
        .map(|witness| witness.keys.as_ref().map(|keys| Slot::all().map(|slot| keys.of(slot)).sum::<u64>()))
        .sum();
    let keys = match counted {
        Some(keys) => format!("; {} keys, each in the owner of its slot", HumanCount(keys)),
        None => String::new(),
    };
    format!(
        "whole: 16384 slots owned once by {masters} masters with {replicas} replicas, nothing open, all views agree{keys}\n"
    )
}

/// The findings, errors first, what would repair each, and how many there are of each severity.
pub fn health_text(findings: &[Finding], style: Style) -> String {
    let mut out = String::new();
    for finding in findings {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{} {}: {}", word(finding.severity, style), finding.rule.name(), finding.message);
        if let Some(help) = &finding.help {
            let _ = writeln!(out, "  {help}");
        }
        for repair in &finding.repairs {
            let _ = writeln!(out, "  fix: {repair}");
        }
    }
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if errors > 0 {
        let _ = writeln!(out, "not whole: {}, {}", many(errors, "error"), many(warnings, "warning"));
    }
    out
}

/// What a repair has done, and what is left.
pub fn fix_text(report: &FixReport, archive: &Path, style: Style) -> String {
    let mut out = String::new();
    for repair in &report.repaired {
        let _ = writeln!(out, "done: {repair}");
    }
    for failure in &report.failed {
        let _ = writeln!(out, "failed: {}: {}", failure.repair, failure.error);
    }
    for conflict in &report.conflicts {
        let verdict = match conflict.kept {
            Some(side) => format!("kept that of the {side}, the other is in `{}`", archive.display()),
            None => {
                "decide with `--on-conflict source` or `--on-conflict target`; the other is kept in a file".to_owned()
            }
        };
        let _ = writeln!(out, "conflict: {conflict}\n  {verdict}");
    }
    if report.moved_keys > 0 {
        let _ = writeln!(out, "{} moved", many(report.moved_keys as usize, "key"));
    }
    out.push_str(&health_text(&report.findings, style));
    out.push_str(match (report.whole, report.repaired.is_empty()) {
        (true, true) => "whole: nothing to repair\n",
        (true, false) => "whole now\n",
        (false, _) => "",
    });
    out
}

fn many(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", HumanCount(count as u64))
}

fn word(severity: Severity, style: Style) -> String {
    let (word, ink) = match severity {
        Severity::Error => ("error", Ink::new().red().bold()),
        Severity::Warning => ("warning", Ink::new().yellow().bold()),
        Severity::Note => ("note", Ink::new().cyan()),
    };
    if style.color { word.style(ink).to_string() } else { word.to_owned() }
}
