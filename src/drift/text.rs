//! A report for people: target by target, object by object, each field with its line and what it does.

use std::fmt::Write as _;

use owo_colors::{OwoColorize, Style as Ink};
use serde_json::Value as Json;
use similar::{ChangeTag, TextDiff};

use crate::diagnostics::render::Style;

use super::report::{Change, ChangeKind, DiffReport, FieldChange, NodeChange, NodeField, Origin, Summary};

/// Lines around a change in a text.
const CONTEXT: usize = 2;
/// Longest value on a line, in characters.
const LONGEST: usize = 72;

impl DiffReport {
    /// What differs, and how much.
    pub fn text(&self, style: Style) -> String {
        let mut out = String::new();
        let mut target = None;
        let is_told = |it: &&Change| it.change != ChangeKind::None || it.error.is_some() || !it.fields.is_empty();
        for change in self.changes.iter().filter(is_told) {
            if target != Some(&change.target) {
                if target.is_some() {
                    out.push('\n');
                }
                if let Some(name) = &change.target {
                    let _ = writeln!(out, "{}", inked(name, Ink::new().bold(), style));
                }
                target = Some(&change.target);
            }
            object(change, style, &mut out);
        }
        nodes(&self.nodes, style, &mut out);
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "{}", counts(self));
        out
    }
}

/// Nodes that differ or could not be compared, each setting with its line and with what mends it.
fn nodes(all: &[NodeChange], style: Style, out: &mut String) {
    let told: Vec<&NodeChange> = all.iter().filter(|node| !node.fields.is_empty() || node.error.is_some()).collect();
    if told.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "{}", inked("Redis nodes", Ink::new().bold(), style));
    for node in told {
        let (mark, ink) = match node.error {
            Some(_) => ('!', Ink::new().red()),
            None => ('~', Ink::new().yellow()),
        };
        let line = format!("{mark} {}/{}", node.redis, node.node);
        let _ = write!(out, "  {}", inked(&line, ink, style));
        if !node.address.is_empty() {
            let _ = write!(out, "  {}", inked(&node.address, Ink::new().dimmed(), style));
        }
        out.push('\n');
        if let Some(error) = &node.error {
            let _ = writeln!(out, "      could not be compared: {}", error.message);
        }
        node.fields.iter().for_each(|field| node_field(field, style, out));
    }
}

fn node_field(field: &NodeField, style: Style, out: &mut String) {
    let arrow = if style.unicode { '→' } else { '>' };
    let _ = write!(out, "      {}: {} {arrow} {}", field.path, value(&field.before), value(&field.after));
    if let Some(origin) = &field.origin {
        let _ = write!(out, "  {}", inked(&place_text(origin), Ink::new().dimmed(), style));
    }
    out.push('\n');
    let mended = match field.fix.as_str() {
        "runtime" => "can be mended while it runs",
        "restart" => "takes a restart",
        "slots" => "mended by moving or mending slots",
        "failover" => "mended by a failover",
        _ => "has to be looked at",
    };
    let unsaved = if field.unsaved { "; the server's file does not have the running value" } else { "" };
    let _ = writeln!(out, "      {}", told(&format!("{mended}{unsaved}"), style));
}

fn inked(text: &str, ink: Ink, style: Style) -> String {
    if style.color { text.style(ink).to_string() } else { text.to_owned() }
}

fn counts(report: &DiffReport) -> String {
    let Summary { create, update, delete, unchanged, nodes_drifted } = report.summary;
    if report.changes.is_empty() && !report.nodes.is_empty() {
        return format!("{nodes_drifted} of {} nodes differ", report.nodes.len());
    }
    let mut text = format!("{create} to create, {update} to change, {delete} to delete, {unchanged} unchanged");
    if nodes_drifted > 0 {
        let what = if nodes_drifted == 1 { "node differs" } else { "nodes differ" };
        let _ = write!(text, "; {nodes_drifted} {what}");
    }
    text
}

fn object(change: &Change, style: Style, out: &mut String) {
    let (mark, ink) = match change.change {
        ChangeKind::Create => ('+', Ink::new().green()),
        ChangeKind::Delete => ('-', Ink::new().red()),
        ChangeKind::Update => ('~', Ink::new().yellow()),
        ChangeKind::None if change.error.is_none() => ('=', Ink::new()),
        ChangeKind::None => ('!', Ink::new().red()),
    };
    let mut line = format!("{mark} {}", change.resource);
    if let Some(old) = &change.renamed_from {
        let _ = write!(line, " (was {old})");
    }
    let _ = write!(out, "  {}", inked(&line, ink, style));
    if let (ChangeKind::Create | ChangeKind::Delete, Some(place)) = (change.change, &change.place) {
        let _ = write!(out, "  {}", inked(&place_text(place), Ink::new().dimmed(), style));
    }
    out.push('\n');
    if let Some(error) = &change.error {
        let _ = writeln!(out, "      could not be compared: {}", error.message);
    }
    if let Some(refusal) = &change.refusal {
        let _ = writeln!(out, "      the server refuses a plain apply: {}", refusal.message);
        if let Some(help) = &refusal.help {
            let _ = writeln!(out, "      {}", told(help, style));
        }
    }
    if let Some(consequence) = &change.consequence {
        let _ = writeln!(out, "      {}", told(consequence, style));
    }
    // What many fields do together is told once, with the last of them.
    for (at, field) in change.fields.iter().enumerate() {
        let same_follows = change.fields[at + 1..].iter().any(|later| later.consequence == field.consequence);
        field_text(field, !same_follows, style, out);
    }
}

fn told(consequence: &str, style: Style) -> String {
    let arrow = if style.unicode { "→" } else { "=>" };
    inked(&format!("{arrow} {consequence}"), Ink::new().magenta(), style)
}

fn place_text(place: &Origin) -> String {
    let commit =
        place.commit.as_deref().map_or(String::new(), |commit| format!(" ({})", &commit[..commit.len().min(8)]));
    format!("{}:{}:{}{commit}", place.file, place.line, place.column)
}

fn field_text(field: &FieldChange, with_consequence: bool, style: Style, out: &mut String) {
    let place = field
        .origin
        .as_ref()
        .map_or(String::new(), |origin| format!("  {}", inked(&place_text(origin), Ink::new().dimmed(), style)));
    match (field.before.as_str(), field.after.as_str()) {
        (Some(before), Some(after)) if before.contains('\n') || after.contains('\n') => {
            let _ = writeln!(out, "      {}{place}", field.path);
            lines(before, after, style, out);
        }
        _ => {
            let arrow = if style.unicode { '→' } else { '>' };
            let _ =
                writeln!(out, "      {}: {} {arrow} {}{place}", field.path, value(&field.before), value(&field.after));
        }
    }
    if let Some(manager) = &field.manager {
        let when = manager.last_write.as_deref().unwrap_or("time not kept");
        let how = match (field.conflict, field.unmanaged) {
            (true, _) => "; applying takes force",
            (_, true) => "; Git does not set it",
            _ => "",
        };
        let line = format!("live: {}, {when}{how}", manager.name);
        let _ = writeln!(out, "          {}", inked(&line, Ink::new().dimmed(), style));
    }
    if let Some(consequence) = field.consequence.as_ref().filter(|_| with_consequence) {
        let _ = writeln!(out, "      {}", told(consequence, style));
    }
}

/// A value on one line; `-` where there is none.
fn value(value: &Json) -> String {
    let text = match value {
        Json::Null => return "-".to_owned(),
        Json::String(text) if !text.is_empty() && !text.contains(['\n', '"']) && text.trim() == text => text.clone(),
        other => other.to_string(),
    };
    match text.chars().count() > LONGEST {
        true => format!("{}…", text.chars().take(LONGEST).collect::<String>()),
        false => text,
    }
}

/// The lines of a text that differ, with some around them.
fn lines(before: &str, after: &str, style: Style, out: &mut String) {
    let diff = TextDiff::from_lines(before, after);
    for (number, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if number > 0 {
            out.push_str("        …\n");
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let (mark, ink) = match change.tag() {
                ChangeTag::Delete => ('-', Ink::new().red()),
                ChangeTag::Insert => ('+', Ink::new().green()),
                ChangeTag::Equal => (' ', Ink::new()),
            };
            let text = change.value().trim_end_matches(['\n', '\r']);
            let _ = writeln!(out, "        {}", inked(format!("{mark} {text}").trim_end(), ink, style));
        }
    }
    if before.lines().eq(after.lines()) {
        out.push_str("        (line breaks at the end of lines or of the text)\n");
    }
}
