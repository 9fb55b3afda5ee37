//! What is referenced where, and whether it is there. Never a value.

use std::collections::BTreeSet;

use regex::Regex;
use serde::Serialize;

use crate::diagnostics::{Diagnostics, Pos};
use crate::yaml::Node;

use super::fetch::{Answers, fetch};
use super::fill::references;
use super::resolve::Texts;
use super::store::{Request, Store, StoreError, Why};
use super::value::{Value, field};

/// A placeholder, and what the store says of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Listed {
    /// The path in the store.
    pub path: String,
    /// The key.
    pub key: String,
    /// The file in which the placeholder stands, and where; null where it stands in none.
    pub file: Option<String>,
    /// Its line.
    pub line: Option<u32>,
    /// Its column.
    pub column: Option<u32>,
    /// Whether the store has the path, the version and the key; null when it was not asked or did not say.
    pub exists: Option<bool>,
    /// The version that the store has, where it has versions.
    pub version: Option<String>,
    /// The version that the placeholder asks for.
    #[serde(rename = "wantedVersion")]
    pub wanted_version: Option<String>,
    /// When that version was written.
    pub created: Option<String>,
}

/// The placeholders of objects, in their order, and why the store did not answer. `name` is how reports name a file, `read` reads one: a chart has its
/// placeholders from files with values.
pub fn list(
    objects: &[&Node],
    store: Option<&dyn Store>,
    allowed: Option<&Regex>,
    texts: Texts<'_>,
    name: &dyn Fn(&str) -> String,
    read: &dyn Fn(&str) -> Option<String>,
) -> (Vec<Listed>, Diagnostics) {
    let found: Vec<_> = objects.iter().flat_map(|object| references(object)).collect();
    let is_allowed = |request: &Request| allowed.is_none_or(|allowed| allowed.is_match(&request.path));
    let wanted: BTreeSet<Request> =
        found.iter().map(|reference| reference.request.clone()).filter(is_allowed).collect();
    let answers = store.map_or_else(Answers::new, |store| fetch(store, &wanted));
    let mut listed = Vec::with_capacity(found.len());
    for reference in found {
        let (pos, _) = texts.place(reference.origin, &reference.text);
        let at = values_file(pos, &reference.text, texts, read)
            .or_else(|| texts.sources.location(pos).map(|at| (at.path, at.line, at.column)));
        let answer = answers.get(&reference.request);
        let fetched = answer.and_then(|answer| answer.as_ref().ok());
        listed.push(Listed {
            exists: answer.and_then(|answer| exists(answer.as_ref().map(|it| field(&it.fields, &reference.key)))),
            version: fetched.and_then(|fetched| fetched.version.clone()),
            created: fetched.and_then(|fetched| fetched.created.clone()),
            wanted_version: Some(reference.request.version).filter(|version| !version.is_empty()),
            path: reference.request.path,
            key: reference.key,
            file: at.as_ref().map(|(file, ..)| name(file)),
            line: at.as_ref().map(|(_, line, _)| *line),
            column: at.map(|(.., column)| column),
        });
    }
    (listed, failures(&answers))
}

/// The place of a placeholder in the values that a chart was rendered with.
fn values_file(
    pos: Pos,
    text: &str,
    texts: Texts<'_>,
    read: &dyn Fn(&str) -> Option<String>,
) -> Option<(String, u32, u32)> {
    let source = texts.sources.get(pos).filter(|_| !text.is_empty())?;
    // The last one wins in a chart.
    source.made_by.as_ref()?.inputs.iter().rev().find_map(|file| {
        let content = read(file)?;
        let lines = content.lines().enumerate();
        let found = |(i, line): (usize, &str)| {
            let at = line.find(text)?;
            Some((file.clone(), i as u32 + 1, line[..at].chars().count() as u32 + 1))
        };
        lines.filter(|(_, line)| !line.trim_start().starts_with('#')).find_map(found)
    })
}

fn exists(answer: Result<Option<&Value>, &StoreError>) -> Option<bool> {
    match answer {
        Ok(value) => Some(value.is_some_and(|value| *value != Value::Null)),
        Err(error) => match error.why {
            Why::NoPath | Why::NoVersion | Why::Unreadable => Some(false),
            Why::Denied | Why::NoCredentials | Why::Down | Why::Settings => None,
        },
    }
}

/// Why something is not known, each reason once.
fn failures(answers: &Answers) -> Diagnostics {
    let mut found = Diagnostics::new();
    for error in answers.values().filter_map(|answer| answer.as_ref().err()) {
        let unknown = exists(Err(error)).is_none();
        let diagnostic = error.clone().into();
        if unknown && !found.0.contains(&diagnostic) {
            found.push(diagnostic);
        }
    }
    found
}
