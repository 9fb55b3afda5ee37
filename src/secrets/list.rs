//! What is referenced where, and whether it is there. Never a value.

use std::collections::BTreeSet;

use regex::Regex;
use serde::Serialize;

use crate::diagnostics::Diagnostics;
use crate::yaml::Node;

use super::fetch::{Answers, fetch};
use super::fill::references;
use super::resolve::{Charts, Read, Texts};
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
    read: Read<'_>,
) -> (Vec<Listed>, Diagnostics) {
    let found: Vec<_> = objects.iter().flat_map(|object| references(object)).collect();
    let is_allowed = |request: &Request| allowed.is_none_or(|allowed| allowed.is_match(&request.path));
    let wanted: BTreeSet<Request> =
        found.iter().map(|reference| reference.request.clone()).filter(is_allowed).collect();
    let answers = store.map_or_else(Answers::new, |store| fetch(store, &wanted));
    let mut places = Charts::new(texts, read);
    let mut listed = Vec::with_capacity(found.len());
    for reference in found {
        let (pos, _) = places.place(reference.origin, &reference.text);
        let at = texts.sources.location(pos).map(|at| (at.path, at.line, at.column));
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
