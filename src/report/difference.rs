//! Differences as items: one for each field that changes, at the line that sets it.

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::drift::{Change, ChangeKind, CompareError, DiffReport, FieldChange, Manager, NodeChange, Origin, Refusal};

use super::item::{Item, Level, Place};

/// Longest value that stands in a line.
const SHOWN: usize = 80;
/// Lines of a text that are told one by one.
const FEW: usize = 4;

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
        notes: change.consequence.iter().cloned().chain(change.refusal.iter().map(Refusal::text)).collect(),
        related: Vec::new(),
    };
    if let Some(error) = &change.error {
        let mut item = failed(error, base);
        // What values tell all the same, which nobody has confirmed.
        let differs = change.fields.iter().filter(|field| !field.unmanaged);
        item.notes.extend(differs.map(|field| format!("{} {}", field.path, words(&field.before, &field.after))));
        return vec![item];
    }
    let message = match (change.change, &change.renamed_from) {
        (ChangeKind::None, _) => return change.fields.iter().map(|field| of_field(field, &base)).collect(),
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
        notes.push(format!("live: {}", owner(manager)));
        let commit = field.origin.as_ref().and_then(|origin| origin.commit.as_deref());
        notes.extend(commit.map(|commit| format!("Git: commit {}", short(commit))));
    }
    let (level, message) = match field.unmanaged {
        // Nothing that an apply would change.
        true => (Level::Note, format!("is {}, and Git does not set it", shown(&field.before))),
        false => (base.level, words(&field.before, &field.after)),
    };
    Item {
        level,
        message,
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
    let of = |field: &crate::drift::NodeField| {
        let unsaved = field.unsaved.then(|| "the server's file does not have the running value".to_owned());
        Item {
            message: words(&field.before, &field.after),
            path: field.path.clone(),
            place: field.origin.as_ref().map(place),
            notes: std::iter::once(format!("mended by: {}", field.fix)).chain(unsaved).collect(),
            ..base.clone()
        }
    };
    let error = node.error.iter().map(|error| failed(error, base.clone()));
    error.chain(node.fields.iter().map(of)).collect()
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

/// Who owns what is live, and when that manager wrote last: not necessarily this field.
pub(super) fn owner(manager: &Manager) -> String {
    match &manager.last_write {
        Some(time) => format!("{} owns it and last wrote the object {time}", manager.name),
        None => format!("{} owns it; when it wrote is not kept", manager.name),
    }
}

/// A commit as people name it.
pub(super) fn short(commit: &str) -> &str {
    &commit[..commit.len().min(8)]
}

fn words(before: &Value, after: &Value) -> String {
    match (before, after) {
        (Value::Null, after) => format!("is set to {}", shown(after)),
        (before, Value::Null) => format!("is removed (was {})", shown(before)),
        (before, after) => {
            texts(before, after).unwrap_or_else(|| format!("{} becomes {}", shown(before), shown(after)))
        }
    }
}

/// Of two texts of several lines those that differ, where there are few.
fn texts(before: &Value, after: &Value) -> Option<String> {
    let (before, after) = (before.as_str()?, after.as_str()?);
    if !before.contains('\n') && !after.contains('\n') {
        return None;
    }
    let diff = TextDiff::from_lines(before, after);
    let lines = |tag: ChangeTag| -> Vec<String> {
        let own = diff.iter_all_changes().filter(|change| change.tag() == tag);
        own.map(|change| shown(&Value::from(change.value().trim_end_matches(['\n', '\r'])))).collect()
    };
    let (gone, new) = (lines(ChangeTag::Delete), lines(ChangeTag::Insert));
    let is_few = gone.len() + new.len() <= FEW && gone != new;
    let quoted = |lines: &[String]| lines.iter().map(|line| format!("`{line}`")).collect::<Vec<_>>().join(", ");
    is_few.then(|| match (gone.is_empty(), new.is_empty()) {
        (false, false) => format!("{} becomes {}", quoted(&gone), quoted(&new)),
        (true, _) => format!("gets the line {}", quoted(&new)),
        (_, true) => format!("loses the line {}", quoted(&gone)),
    })
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::drift::managed::create;

    #[test]
    fn values_are_told_in_words() {
        for (before, after, told) in [
            (json!(5), json!(2), "5 becomes 2"),
            (json!(null), json!("x"), "is set to x"),
            (json!("a 1\nb 2\n"), json!("a 1\nb 3\n"), "`b 2` becomes `b 3`"),
            (json!("a 1\n"), json!("a 1\nb 3\n"), "gets the line `b 3`"),
            (json!("a 1\nb 3\n"), json!("a 1\n"), "loses the line `b 3`"),
            (json!("1\n2\n3\n"), json!("4\n5\n6\n"), "3 lines of text becomes 3 lines of text"),
        ] {
            assert_eq!(words(&before, &after), told);
        }
    }

    #[test]
    fn what_git_does_not_set_is_no_drift() {
        let field = |unmanaged: bool| FieldChange {
            path: "data.x".into(),
            before: json!("y"),
            after: Value::Null,
            origin: None,
            manager: Some(Manager { name: "kubectl-edit".into(), last_write: None }),
            consequence: None,
            conflict: false,
            unmanaged,
        };
        let resource = crate::k8s::ResourceRef {
            api_version: "v1".into(),
            kind: "ConfigMap".into(),
            namespace: None,
            name: "a".into(),
        };
        let change =
            Change { fields: vec![field(false), field(true)], change: ChangeKind::Update, ..create(&resource) };
        let told = of_change(&change);
        assert_eq!((told[0].level, told[0].message.as_str()), (Level::Warning, "is removed (was y)"));
        assert_eq!((told[1].level, told[1].message.as_str()), (Level::Note, "is y, and Git does not set it"));
        assert_eq!(told[1].notes, ["live: kubectl-edit owns it; when it wrote is not kept"]);
        let error = CompareError { code: "forbidden".into(), message: "no".into(), verb: None, resource: None };
        let told = of_change(&Change { error: Some(error), ..change });
        assert_eq!((told.len(), told[0].notes.len()), (1, 1), "{told:?}");
        assert!(told[0].notes[0].starts_with("data.x is removed"), "{told:?}");
    }
}
