//! What all forms are made of: one thing to say, with its place.

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use crate::validate::ReportDocument;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Must be mended.
    Error,
    /// Should be mended.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in a file of the repository.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// Path from the root of the repository.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is there; may be empty.
    pub text: String,
}

/// One thing to say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// The rule, or the kind of change.
    pub rule: String,
    /// How bad it is.
    pub level: Level,
    /// What is wrong, or what changes.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// `Kind/namespace/name`.
    pub resource: Option<String>,
    /// The field; empty for the object as a whole.
    pub path: String,
    /// The targets in which it was found.
    pub targets: Vec<String>,
    /// Where.
    pub place: Option<Place>,
    /// Why, and other facts.
    pub notes: Vec<String>,
    /// Other places.
    pub related: Vec<Place>,
}

/// The findings of a validation, in their order.
pub(super) fn of_validation(report: &ReportDocument) -> Vec<Item> {
    let place = |file: &Option<String>, line: Option<u32>, column: Option<u32>| {
        let file = file.clone()?;
        Some(Place { file, line: line.unwrap_or(1), column: column.unwrap_or(1), text: String::new() })
    };
    let of = |finding: &crate::validate::FindingEntry| Item {
        rule: finding.rule.clone(),
        level: match finding.severity {
            "error" => Level::Error,
            "warning" => Level::Warning,
            _ => Level::Note,
        },
        message: finding.message.clone(),
        help: finding.help.clone(),
        resource: finding.resource.as_ref().map(ToString::to_string),
        path: finding.path.clone(),
        targets: vec![finding.target.clone()],
        place: place(&finding.file, finding.line, finding.column),
        notes: finding.notes.clone(),
        related: finding
            .related
            .iter()
            .map(|one| Place { file: one.file.clone(), line: one.line, column: one.column, text: one.text.clone() })
            .collect(),
    };
    report.findings.iter().map(of).collect()
}

/// What a reader takes for the same item: the same said of the same line.
type Sameness = (String, Level, String, Option<String>, String, Option<(String, u32, u32)>);

/// One item for all targets in which the same line is at fault: a mistake in a base is one mistake, not one for each overlay.
pub(super) fn merged(items: Vec<Item>) -> Vec<Item> {
    let mut seen: FxHashMap<Sameness, usize> = FxHashMap::default();
    let mut kept: Vec<Item> = Vec::new();
    for item in items {
        let place = item.place.as_ref().map(|place| (place.file.clone(), place.line, place.column));
        // Without a place the target is all that tells where to look; with one, prefixes of names may differ between overlays.
        let resource = if place.is_none() { item.resource.clone() } else { None };
        let key = (item.rule.clone(), item.level, item.message.clone(), resource, item.path.clone(), place);
        match seen.get(&key) {
            Some(&at) => {
                let first: &mut Item = &mut kept[at];
                let new = item.targets.into_iter().filter(|name| !first.targets.contains(name));
                let new: Vec<String> = new.collect();
                first.targets.extend(new);
            }
            None => {
                seen.insert(key, kept.len());
                kept.push(item);
            }
        }
    }
    kept
}

/// Ids that stay the same while lines move: of the rule, the file, the field and the words, and for the second such item of its number.
pub(super) fn fingerprints(items: &[Item]) -> Vec<String> {
    let mut counts: FxHashMap<String, usize> = FxHashMap::default();
    items
        .iter()
        .map(|item| {
            let file = item.place.as_ref().map_or("", |place| place.file.as_str());
            let mut parts = vec![item.rule.as_str(), file, &item.path, &item.message];
            if item.place.is_none() {
                // What is in no file is told apart by the object that it is about. In a file, an object may have other names in other overlays.
                parts.extend(item.resource.as_deref());
                parts.extend(item.targets.iter().map(String::as_str));
            }
            let text = parts.join("\u{0}");
            let number = counts.entry(text.clone()).or_insert(0);
            *number += 1;
            let text = if *number > 1 { format!("{text}\u{0}{number}") } else { text };
            hex::encode(&Sha256::digest(text.as_bytes())[..16])
        })
        .collect()
}

impl Item {
    /// The message with what it is about, in one line or more.
    pub(super) fn sentence(&self) -> String {
        let about = match (&self.resource, self.path.is_empty()) {
            (Some(resource), false) => format!("{resource} {}: ", self.path),
            (Some(resource), true) => format!("{resource}: "),
            (None, false) => format!("{}: ", self.path),
            (None, true) => String::new(),
        };
        format!("{about}{}", self.message)
    }

    /// Everything there is to say, a line each.
    pub(super) fn details(&self) -> Vec<String> {
        let mut lines = vec![self.sentence()];
        lines.extend(self.notes.iter().cloned());
        lines.extend(self.help.iter().map(|help| format!("help: {help}")));
        if self.targets.iter().any(|name| !name.is_empty()) {
            lines.push(format!("in {}", self.targets.join(", ")));
        }
        lines
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Items with everything that is hard to write.
    pub fn awkward() -> Vec<Item> {
        let place = |file: &str, line| Some(Place { file: file.to_owned(), line, column: 7, text: String::new() });
        let item = Item {
            rule: "schema/unknown-field".to_owned(),
            level: Level::Error,
            message: "there is no `replica`, 100% sure: <b>\u{1b}[31m\"x\" & 'y'\nline two\r\n@team | `</details>`"
                .to_owned(),
            help: Some("did you mean `replicas`?".to_owned()),
            resource: Some("StatefulSet/shop/cache".to_owned()),
            path: "spec.replica".to_owned(),
            targets: vec!["overlays/dev".to_owned()],
            place: place("base/a b#1,c:d.yaml", 12),
            notes: vec!["fields of `spec` are listed in the schema".to_owned()],
            related: vec![Place {
                file: "overlays/dev/p.yaml".into(),
                line: 3,
                column: 1,
                text: "it was this before".into(),
            }],
        };
        vec![
            item.clone(),
            Item {
                targets: vec!["overlays/prod".to_owned()],
                resource: Some("StatefulSet/shop/prod-cache".into()),
                ..item.clone()
            },
            Item {
                level: Level::Warning,
                rule: "image/latest".into(),
                message: "no tag".into(),
                help: None,
                notes: vec![],
                related: vec![],
                place: place("base/x.yaml", 1),
                ..item.clone()
            },
            Item {
                level: Level::Note,
                rule: "schema/none".into(),
                message: "no schema for this kind".into(),
                help: None,
                notes: vec![],
                related: vec![],
                resource: None,
                path: String::new(),
                place: None,
                targets: vec!["overlays/prod".into()],
            },
        ]
    }

    #[test]
    fn a_mistake_in_a_base_is_one_mistake() {
        let items = merged(awkward());
        assert_eq!(items.len(), 3);
        assert_eq!(items[0].targets, ["overlays/dev", "overlays/prod"]);
    }

    #[test]
    fn fingerprints_do_not_follow_lines() {
        let items = awkward();
        let before = fingerprints(&items);
        let mut moved = items.clone();
        if let Some(place) = &mut moved[0].place {
            place.line = 99;
        }
        assert_eq!(fingerprints(&moved), before);
        let mut twice = items.clone();
        twice.push(items[0].clone());
        let ids = fingerprints(&twice);
        assert_eq!(ids[0], before[0]);
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 5, "each has its own");
    }
}
