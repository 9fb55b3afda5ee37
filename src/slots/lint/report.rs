//! What a check of keys has found, as text and as JSON.

use comfy_table::{Cell, CellAlignment, Table, TableStyle};
use serde::Serialize;

use crate::diagnostics::render::{Style, render_all, summary};
use crate::diagnostics::{Diagnostic, Severity, Sources};
use crate::slots::SLOTS;
use crate::slots::render::{bytes, count};

use super::finding::Finding;
use super::rules::percentage;

/// A form of keys, and how much there is of it.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its name in the model.
    pub name: Option<String>,
    /// The form of the keys.
    pub pattern: String,
    /// The form of the tag; nothing where whole keys are hashed.
    pub tag: Option<String>,
    /// The first part of the keys, up to a colon.
    pub namespace: String,
    /// How many keys there are.
    pub keys: Option<u64>,
    /// Their part of all keys, of one.
    pub keys_share: Option<f64>,
    /// Their part of the keys of the namespace.
    pub namespace_share: Option<f64>,
    /// Bytes of all of them.
    pub bytes: Option<u64>,
    /// Their part of all bytes.
    pub bytes_share: Option<f64>,
    /// How many different tags they have.
    pub tags: Option<u64>,
    /// In how many slots they are, or are likely to be.
    pub slots: Option<u64>,
    /// The part of the keys that expire, of one.
    pub expiring: Option<f64>,
}

/// What a check of keys has found.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Report {
    /// What was found, in the order of the file.
    pub findings: Vec<Finding>,
    /// The forms of keys.
    pub rows: Vec<Row>,
    /// How much was looked at: patterns of a model, keys of a live cluster, one script.
    pub checked: usize,
    /// What was looked at, in a line.
    pub looked_at: Option<String>,
}

/// The members of a `ValidationReport`.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ReportDocument {
    findings: Vec<FindingEntry>,
    summary: Summary,
    patterns: Vec<Row>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct FindingEntry {
    rule: &'static str,
    severity: &'static str,
    message: String,
    help: Option<String>,
    /// Objects of Kubernetes only.
    resource: Option<()>,
    path: Option<String>,
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    notes: Vec<String>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Summary {
    targets: usize,
    resources: usize,
    errors: usize,
    warnings: usize,
}

impl Report {
    /// Whether something fails.
    pub fn has_errors(&self) -> bool {
        self.findings.iter().any(Finding::is_error)
    }

    /// Takes out what comments in the texts silence.
    pub fn silence(&mut self, sources: &Sources) {
        self.findings.retain(|finding| !finding.is_silenced(sources));
    }

    /// For programs.
    pub fn document(&self, sources: &Sources) -> ReportDocument {
        let entry = |finding: &Finding| {
            let found = &finding.diagnostic;
            let place = found.labels.first().and_then(|label| sources.location(label.pos));
            FindingEntry {
                rule: finding.rule.id(),
                severity: match found.severity {
                    Severity::Note => "note",
                    Severity::Warning => "warning",
                    Severity::Error => "error",
                },
                message: found.message.clone(),
                help: found.help.clone(),
                resource: None,
                path: finding.path.clone(),
                file: place.as_ref().map(|place| place.path.clone()),
                line: place.as_ref().map(|place| place.line),
                column: place.as_ref().map(|place| place.column),
                notes: found.notes.clone(),
            }
        };
        let severity = |wanted| self.findings.iter().filter(|finding| finding.diagnostic.severity == wanted).count();
        ReportDocument {
            findings: self.findings.iter().map(entry).collect(),
            summary: Summary {
                targets: 1,
                resources: self.checked,
                errors: severity(Severity::Error),
                warnings: severity(Severity::Warning),
            },
            patterns: self.rows.clone(),
        }
    }

    /// For people: the table of the patterns, what was found, and how much.
    pub fn text(&self, sources: &Sources, style: Style, most_rows: usize) -> String {
        let mut out = self.looked_at.iter().map(|line| format!("{line}\n\n")).collect::<String>();
        if !self.rows.is_empty() {
            out.push_str(&table(&self.rows, most_rows));
            out.push('\n');
        }
        let diagnostics: Vec<Diagnostic> = self.findings.iter().map(|finding| finding.diagnostic.clone()).collect();
        out.push_str(&render_all(&diagnostics, sources, style));
        if summary(&diagnostics).is_none() {
            out.push_str("nothing found\n");
        }
        out
    }
}

/// A table of the forms of keys.
fn table(rows: &[Row], most: usize) -> String {
    let named = rows.iter().any(|row| row.name.is_some());
    let sized = rows.iter().any(|row| row.bytes_share.is_some());
    let namespaced = rows.iter().any(|row| row.namespace_share.is_some());
    let expiring = rows.iter().any(|row| row.expiring.is_some());
    let mut header = Vec::new();
    if named {
        header.push("NAME");
    }
    header.extend(["PATTERN", "TAG", "KEYS", "OF KEYS"]);
    if namespaced {
        header.push("OF NAMESPACE");
    }
    if sized {
        header.extend(["BYTES", "OF BYTES"]);
    }
    if expiring {
        header.push("EXPIRE");
    }
    header.push("SLOTS");
    let mut table = Table::new();
    table.load_style(TableStyle::new()).set_header(header);
    for row in rows.iter().take(most) {
        let right = |text: Option<String>| {
            Cell::new(text.unwrap_or_else(|| "?".to_owned())).set_alignment(CellAlignment::Right)
        };
        let mut cells = Vec::new();
        if named {
            cells.push(Cell::new(row.name.as_deref().unwrap_or("")));
        }
        cells.push(Cell::new(&row.pattern));
        cells.push(Cell::new(row.tag.as_deref().unwrap_or("(whole key)")));
        cells.push(right(row.keys.map(count)));
        cells.push(right(row.keys_share.map(percentage)));
        if namespaced {
            cells.push(right(row.namespace_share.map(percentage)));
        }
        if sized {
            cells.push(right(row.bytes.map(bytes)));
            cells.push(right(row.bytes_share.map(percentage)));
        }
        if expiring {
            cells.push(right(row.expiring.map(percentage)));
        }
        cells.push(right(row.slots.map(slots)));
        table.add_row(cells);
    }
    let mut out: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    if rows.len() > most {
        out.push_str(&format!(" and {} more\n", count((rows.len() - most) as u64)));
    }
    out
}

fn slots(number: u64) -> String {
    if number >= u64::from(SLOTS) { "all".to_owned() } else { count(number) }
}
