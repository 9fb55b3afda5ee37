//! Objects with placeholders to objects with values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regex::Regex;

use crate::diagnostics::{Diagnostic, Diagnostics, Pos, Source, SourceKind, Sources};
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

/// Reads a file by the name that messages show.
pub type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where the placeholders stand that charts have rendered: in the values that they were given.
pub(super) struct Charts<'a> {
    texts: Texts<'a>,
    read: Read<'a>,
    files: BTreeMap<String, Option<Arc<Source>>>,
}

impl<'a> Charts<'a> {
    pub(super) fn new(texts: Texts<'a>, read: Read<'a>) -> Charts<'a> {
        Charts { texts, read, files: BTreeMap::new() }
    }

    /// The place of a placeholder that somebody can edit, and how many bytes it has there. Of what a chart has rendered it is the line of its values, and where
    /// they do not have it, the entry that asks for the chart.
    pub(super) fn place(&mut self, origin: Origin, text: &str) -> (Pos, usize) {
        let rendered = self.texts.place(origin, text);
        let made_by = self.texts.sources.get(rendered.0).and_then(|source| source.made_by.clone());
        let Some(made_by) = made_by else { return rendered };
        let inline = || {
            let source = self.texts.sources.get(made_by.entry)?;
            let start = source.offset(made_by.entry);
            Some(source.pos(start + written(&source.text[start..], text)?))
        };
        // The last file wins in a chart.
        let found = inline().or_else(|| made_by.inputs.iter().rev().find_map(|file| self.in_file(file, text)));
        match found {
            Some(pos) => (pos, text.len()),
            None if made_by.entry.is_none() => rendered,
            None => (made_by.entry, 1),
        }
    }

    fn in_file(&mut self, file: &str, text: &str) -> Option<Pos> {
        let (sources, read) = (self.texts.sources, self.read);
        let known = self.files.entry(file.to_owned()).or_insert_with(|| {
            // Data, as it may have secrets in the lines around.
            sources.add(file, read(file)?, SourceKind::Data).ok()
        });
        let source = known.as_ref()?;
        Some(source.pos(written(&source.text, text)?))
    }
}

/// Where a placeholder stands in a text outside of comments.
fn written(content: &str, text: &str) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    let mut start = 0;
    for line in content.split_inclusive('\n') {
        if !line.trim_start().starts_with('#')
            && let Some(at) = line.find(text)
        {
            return Some(start + at);
        }
        start += line.len();
    }
    None
}

/// Fills all placeholders of objects with what a store has. Each path is asked for once. `read` reads the files with values of charts, to show where a
/// placeholder stands that has no value.
///
/// # Errors
/// Everything that has no value, at its place. Some of the objects are filled then.
pub fn resolve(
    objects: &mut [&mut Node],
    store: &dyn Store,
    allowed: Option<&Regex>,
    texts: Texts<'_>,
    read: Read<'_>,
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
    if found.is_empty() { Ok(()) } else { Err(report(found, &answers, Charts::new(texts, read))) }
}

/// Troubles as messages: one for each question without an answer, one for a store that fails.
fn report(found: Vec<Trouble>, answers: &Answers, mut places: Charts<'_>) -> Diagnostics {
    let mut out = Diagnostics::new();
    let mut unanswered: Vec<(Diagnostic, Vec<(Pos, usize)>)> = Vec::new();
    for trouble in found {
        let (pos, len) = places.place(trouble.origin, &trouble.text);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_no_places() {
        let values = "# <path:a#b>\nx: 1\npassword: <path:a#b> # it\n";
        assert_eq!(written(values, "<path:a#b>"), values.rfind("<path"));
        assert_eq!((written(values, "<path:c#d>"), written(values, "")), (None, None));
    }
}
