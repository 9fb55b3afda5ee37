//! Differences as items: one for each field that changes, at the line that sets it.

use serde_json::Value;

use crate::drift::{Change, ChangeKind, CompareError, DiffReport, FieldChange, NodeChange, Origin};

use super::item::{Item, Level, Place};

/// Longest value that stands in a line.
const SHOWN: usize = 80;

/// All items of a report, in its order.
pub(super) fn items(report: &DiffReport) -> Vec<Item> {
    let objects = report.changes.iter().flat_map(of_change);
    objects.chain(report.nodes.iter().flat_map(of_node)).collect()
}

/// The targets, and how many objects of each are in the report.
pub(super) fn targets(report: &DiffReport) -> Vec<(String, usize)> {
    let mut names: Vec<(String, usize)> = Vec::new();
    for change in &report.changes {
        let name = change.target.clone().unwrap_or_default();
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => names.push((name, 1)),
        }
    }
    if names.is_empty() {
        names.push((String::new(), report.summary.unchanged));
    }
    names
}

fn of_change(change: &Change) -> Vec<Item> {
    let base = Item {
        rule: format!("diff/{}", kind(change.change)),
        level: Level::Warning,
        message: String::new(),
        help: None,
        resource: Some(change.resource.to_string()),
        path: String::new(),
        targets: change.target.iter().cloned().collect(),
        place: change.place.as_ref().map(place),
        notes: change.consequence.iter().cloned().collect(),
        related: Vec::new(),
    };
    if let Some(error) = &change.error {
        return vec![failed(error, base)];
    }
    let message = match (change.change, &change.renamed_from) {
        (ChangeKind::None, _) => return Vec::new(),
        (ChangeKind::Create, _) => "is created".to_owned(),
        (ChangeKind::Delete, _) => "is deleted".to_owned(),
        (ChangeKind::Update, Some(old)) if change.fields.is_empty() => format!("is renamed from {old}"),
        (ChangeKind::Update, _) => {
            return change.fields.iter().map(|field| of_field(field, &base)).collect();
        }
    };
    vec![Item { message, ..base }]
}

fn of_field(field: &FieldChange, base: &Item) -> Item {
    let mut notes: Vec<String> = field.consequence.iter().cloned().collect();
    notes.extend(base.notes.iter().filter(|note| Some(*note) != field.consequence.as_ref()).cloned());
    if let Some(manager) = &field.manager {
        let when = manager.last_write.as_ref().map_or(String::new(), |time| format!(", {time}"));
        notes.push(format!("last written by {}{when}", manager.name));
    }
    Item {
        message: words(&field.before, &field.after),
        path: field.path.clone(),
        place: field.origin.as_ref().map(place).or_else(|| base.place.clone()),
        notes,
        ..base.clone()
    }
}

fn of_node(node: &NodeChange) -> Vec<Item> {
    let base = Item {
        rule: "diff/node".to_owned(),
        level: Level::Warning,
        message: String::new(),
        help: None,
        resource: Some(format!("{}/{}", node.redis, node.node)),
        path: String::new(),
        targets: Vec::new(),
        place: None,
        notes: Vec::new(),
        related: Vec::new(),
    };
    if let Some(error) = &node.error {
        return vec![failed(error, base)];
    }
    let of = |field: &crate::drift::NodeField| Item {
        message: words(&field.before, &field.after),
        path: field.path.clone(),
        place: field.origin.as_ref().map(place),
        notes: vec![format!("mended by: {}", field.fix)],
        ..base.clone()
    };
    node.fields.iter().map(of).collect()
}

fn failed(error: &CompareError, base: Item) -> Item {
    Item {
        rule: "diff/error".to_owned(),
        level: Level::Error,
        message: format!("could not be compared: {}", error.message),
        ..base
    }
}

/// What becomes of an object, as reports write it.
pub(super) fn kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Create => "create",
        ChangeKind::Update => "update",
        ChangeKind::Delete => "delete",
        ChangeKind::None => "none",
    }
}

fn place(origin: &Origin) -> Place {
    Place { file: origin.file.clone(), line: origin.line, column: origin.column, text: String::new() }
}

fn words(before: &Value, after: &Value) -> String {
    match (before, after) {
        (Value::Null, after) => format!("is set to {}", shown(after)),
        (before, Value::Null) => format!("is removed (was {})", shown(before)),
        (before, after) => format!("{} becomes {}", shown(before), shown(after)),
    }
}

/// A value in a line: whole where it is short.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) if !text.contains('\n') => text.clone(),
        Value::String(text) => {
            return format!("{} lines of text", text.lines().count());
        }
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None if text.is_empty() => "\"\"".to_owned(),
        None => text,
    }
}
