//! Objects with placeholders to objects with values.

use std::collections::BTreeSet;

use regex::Regex;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Sources};
use crate::yaml::{Node, Origin, Trace};

use super::fetch::{Answers, fetch};
use super::fill::{Trouble, fill, name_of, requests};
use super::store::{Request, Store};

/// Characters behind the start of a value in which its placeholders are looked for: a folded text is longer in the file.
const REACH: usize = 4096;
/// Places that one message names.
const PLACES: usize = 5;

/// Where values stand.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// All texts.
    pub sources: &'a Sources,
    /// All writes.
    pub trace: &'a Trace,
}

impl Texts<'_> {
    /// The place of a placeholder in a value, and how many bytes it has there.
    pub fn place(&self, origin: Origin, text: &str) -> (Pos, usize) {
        let pos = self.trace.pos(origin);
        let Some(source) = self.sources.get(pos).filter(|_| !text.is_empty()) else { return (pos, 1) };
        let start = source.offset(pos);
        let end = source.text.floor_char_boundary((start + REACH + text.len()).min(source.text.len()));
        match source.text[start..end].find(text) {
            Some(at) => (source.pos(start + at), text.len()),
            None => (pos, 1),
        }
    }
}

/// Fills all placeholders of objects with what a store has. Each path is asked for once.
///
/// # Errors
/// Everything that has no value, at its place. Some of the objects are filled then.
pub fn resolve(
    objects: &mut [&mut Node],
    store: &dyn Store,
    allowed: Option<&Regex>,
    texts: Texts<'_>,
) -> Result<(), Diagnostics> {
    let wanted: BTreeSet<Request> = objects
        .iter()
        .flat_map(|object| requests(object))
        .filter(|request| allowed.is_none_or(|allowed| allowed.is_match(&request.path)))
        .collect();
    let answers = fetch(store, &wanted);
    let mut found = Vec::new();
    for object in objects {
        if let Err(troubles) = fill(object, &answers, allowed) {
            found.extend(troubles);
        }
    }
    if found.is_empty() { Ok(()) } else { Err(report(found, &answers, texts)) }
}

/// Troubles as messages: one for each question without an answer, one for a store that fails.
fn report(found: Vec<Trouble>, answers: &Answers, texts: Texts<'_>) -> Diagnostics {
    let mut out = Diagnostics::new();
    let mut unanswered: Vec<(Diagnostic, Vec<(Pos, usize)>)> = Vec::new();
    for trouble in found {
        let (pos, len) = texts.place(trouble.origin, &trouble.text);
        if let Some(diagnostic) = trouble.diagnostic {
            out.push(diagnostic.label(pos, len, ""));
        }
        let Some(request) = trouble.request else { continue };
        let diagnostic = unanswered_diagnostic(&request, answers);
        match unanswered.iter_mut().find(|(known, _)| *known == diagnostic) {
            Some((_, places)) if places.contains(&(pos, len)) => {}
            Some((_, places)) => places.push((pos, len)),
            None => unanswered.push((diagnostic, vec![(pos, len)])),
        }
    }
    for (diagnostic, places) in unanswered {
        let more = places.len().saturating_sub(PLACES);
        let labelled = places.into_iter().take(PLACES).fold(diagnostic, |it, (pos, len)| it.label(pos, len, ""));
        out.push(if more > 0 { labelled.note(format!("{more} more placeholders need it")) } else { labelled });
    }
    out
}

fn unanswered_diagnostic(request: &Request, answers: &Answers) -> Diagnostic {
    match answers.get(request) {
        Some(Err(error)) => Diagnostic::from(error.clone()),
        // Every question of an object was asked.
        _ => {
            Diagnostic::error("redisops::secrets::no_path", format!("the secret at {} was not read", name_of(request)))
        }
    }
}
