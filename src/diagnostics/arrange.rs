//! What a run has found, as one report: each mistake once, in the order in which files are read and mended, with the way to files that others named.

use std::collections::{HashMap, HashSet};

use super::{Diagnostic, Label, Location, Severity, Sources};

/// Places that a note about repetitions lists.
const LISTED: usize = 4;

/// What makes two diagnostics the same: severity, code, the message where it counts, and the first place.
type Mistake = (Severity, &'static str, Option<String>, Option<Location>);

/// Warnings before errors (the end of the output is what is seen), then by file in the order of their first appearance, then by line.
///
/// A mistake that was met several times (a base that several kustomizations use, a patch that fits several objects, a value that several transformers
/// cannot use) is reported once: an error of the same kind at the same place is the same mistake.
pub fn arrange(diagnostics: Vec<Diagnostic>, sources: &Sources) -> Vec<Diagnostic> {
    let mut merged: Vec<(Found, Diagnostic)> = Vec::with_capacity(diagnostics.len());
    let mut known: HashMap<Mistake, usize> = HashMap::new();
    for diagnostic in diagnostics {
        let found = Found::new(&diagnostic, sources);
        // What has no place is told apart by its file.
        let place = found
            .places
            .first()
            .cloned()
            .or_else(|| diagnostic.file.clone().map(|path| Location { path, line: 0, column: 0 }));
        // A program that is missing is so everywhere.
        let place = place.filter(|_| diagnostic.code != "redisops::tool::missing");
        let message = tells_by_message(&diagnostic, place.as_ref()).then(|| diagnostic.message.clone());
        let key = (diagnostic.severity, diagnostic.code, message, place);
        match known.get(&key) {
            Some(&first) => merged[first].0.repeat(found),
            None => {
                known.insert(key, merged.len());
                merged.push((found, diagnostic));
            }
        }
    }
    let mut files: HashMap<String, usize> = HashMap::new();
    for (found, diagnostic) in &merged {
        let next = files.len();
        files.entry(found.file(diagnostic)).or_insert(next);
    }
    merged.sort_by_key(|(found, diagnostic)| {
        let place = found.places.first().map_or((0, 0), |place| (place.line, place.column));
        (diagnostic.severity, files.get(&found.file(diagnostic)).copied(), place)
    });
    let mut shown_ways = HashSet::new();
    let finished = merged.into_iter().map(|(found, mut diagnostic)| {
        if let Some(note) =
            found.way.as_ref().filter(|way| shown_ways.insert((found.file(&diagnostic), (*way).clone())))
        {
            diagnostic.notes.push(format!("reached through {note}"));
        }
        if let Some(note) = found.repetitions() {
            diagnostic.notes.push(note);
        }
        diagnostic
    });
    finished.collect()
}

/// Whether two diagnostics are one only if they say the same: what other programs say, what has no place, and what rules find.
fn tells_by_message(diagnostic: &Diagnostic, place: Option<&Location>) -> bool {
    let is_of_build = diagnostic.code.starts_with("redisops::") && !diagnostic.code.starts_with("redisops::tool::");
    diagnostic.severity != Severity::Error || place.is_none() || !is_of_build
}

/// A diagnostic with its places resolved.
struct Found {
    /// Of the labels.
    places: Vec<Location>,
    /// The entries that led to the file, outermost first.
    way: Option<String>,
    /// Places that other reports of the same mistake show, and the first does not.
    more: Vec<Location>,
}

impl Found {
    fn new(diagnostic: &Diagnostic, sources: &Sources) -> Found {
        let places = |labels: &[Label]| labels.iter().filter_map(|label| sources.location(label.pos)).collect();
        let entries: Vec<String> = diagnostic
            .way
            .iter()
            .rev()
            .filter_map(|pos| sources.location(*pos))
            .map(|at| format!("`{}:{}:{}`", at.path, at.line, at.column))
            .collect();
        let way = (!entries.is_empty()).then(|| entries.join(" → "));
        Found { places: places(&diagnostic.labels), way, more: Vec::new() }
    }

    fn file(&self, diagnostic: &Diagnostic) -> String {
        self.places.first().map(|place| place.path.clone()).or_else(|| diagnostic.file.clone()).unwrap_or_default()
    }

    fn repeat(&mut self, again: Found) {
        for place in again.places {
            if !self.places.contains(&place) && !self.more.contains(&place) {
                self.more.push(place);
            }
        }
    }

    fn repetitions(&self) -> Option<String> {
        let mut shown: Vec<String> = self
            .more
            .iter()
            .take(LISTED)
            .map(|place| format!("`{}:{}:{}`", place.path, place.line, place.column))
            .collect();
        if self.more.len() > LISTED {
            shown.push(format!("{} more", self.more.len() - LISTED));
        }
        (!shown.is_empty()).then(|| format!("the same holds for {}", shown.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::SourceKind;

    #[test]
    fn one_mistake_is_one_report_and_files_stay_together() {
        let sources = Sources::new();
        let add = |path: &str| sources.add(path, "a\nb\nc\n".into(), SourceKind::Resource).unwrap();
        let (base, top, again) = (add("base"), add("top"), add("base"));
        let error = |text: &str| Diagnostic::error("redisops::test::x", text);
        let mut through = error("wrong").label(base.pos(2), 1, "");
        through.through(top.pos(4), 1);
        let list = arrange(
            vec![
                through,
                error("second").label(top.pos(2), 1, ""),
                error("wrong").label(again.pos(2), 1, ""),
                error("no match").label(top.pos(0), 1, "").label(base.pos(0), 1, ""),
                error("no match").label(top.pos(0), 1, "").label(base.pos(4), 1, ""),
                Diagnostic::warning("redisops::test::x", "old").label(top.pos(0), 1, ""),
            ],
            &sources,
        );
        let shown: Vec<(&str, &[String])> = list.iter().map(|d| (d.message.as_str(), &d.notes[..])).collect();
        assert_eq!(
            shown,
            [
                ("old", &[][..]),
                ("wrong", &["reached through `top:3:1`".to_owned()]),
                ("no match", &["the same holds for `base:3:1`".to_owned()]),
                ("second", &[]),
            ]
        );
    }

    #[test]
    fn what_has_no_place_gets_that_of_the_entry() {
        let sources = Sources::new();
        let top = sources.add("top", "a\n".into(), SourceKind::Kustomization).unwrap();
        let mut found = Diagnostic::error("redisops::test::x", "no kustomization file");
        found.through(top.pos(0), 1);
        assert_eq!((found.labels.len(), found.way.len()), (1, 0));
    }
}
