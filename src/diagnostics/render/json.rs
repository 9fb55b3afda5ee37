//! Diagnostics for programs.

use serde::Serialize;

use super::mask::scrub;
use crate::diagnostics::{Diagnostic, Severity, Sources};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    api_version: &'a str,
    kind: &'a str,
    diagnostics: Vec<Entry>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Entry {
    severity: &'static str,
    code: &'static str,
    message: String,
    file: Option<String>,
    labels: Vec<Place>,
    notes: Vec<String>,
    help: Option<String>,
}

#[derive(Serialize)]
struct Place {
    file: String,
    line: u32,
    column: u32,
    text: String,
}

/// The name of a severity in output for programs.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// A document of kind `Diagnostics`: severity, code, message, places (the first is where to look), notes and help of each, and how many there are.
/// Lines and columns count from 1. No source text is quoted.
pub fn to_json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let entry = |diagnostic: &Diagnostic| {
        let clean = scrub(diagnostic, sources);
        let places = clean.labels.iter().filter_map(|label| {
            let at = sources.location(label.pos)?;
            Some(Place { file: at.path, line: at.line, column: at.column, text: label.text.clone() })
        });
        Entry {
            severity: severity(clean.severity),
            code: clean.code,
            labels: places.collect(),
            message: clean.message,
            file: clean.file,
            notes: clean.notes,
            help: clean.help,
        }
    };
    let count = |wanted: Severity| diagnostics.iter().filter(|d| d.severity == wanted).count();
    let document = Document {
        api_version: "redisops.dev/v1",
        kind: "Diagnostics",
        diagnostics: diagnostics.iter().map(entry).collect(),
        summary: Summary { errors: count(Severity::Error), warnings: count(Severity::Warning) },
    };
    serde_json::to_string_pretty(&document).expect("strings and numbers always serialize")
}
