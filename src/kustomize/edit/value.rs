//! The line that has set a value, changed.

use std::sync::Arc;

use crate::diagnostics::{Source, SourceKind, Sources};
use crate::provenance::Step;
use crate::yaml::Scalar;
use crate::yaml::edit::replacement;

/// A file in which one scalar has another value.
#[derive(Clone, Debug)]
pub struct InPlace {
    /// The file as it was read.
    pub source: Arc<Source>,
    /// Where the scalar stands in it.
    pub at: usize,
    /// Its text with the new value.
    pub text: String,
}

/// Changes the text that set a value: of a manifest or patch that value, of an operation of a JSON patch its `value`, of an entry of `replicas` its
/// `count`, of a replacement the value that it copies. None for what a program has made.
pub fn in_place(step: &Step, value: &Scalar, sources: &Sources) -> Option<InPlace> {
    let places = [step.source, Some(step.text), Some(step.at)];
    places.into_iter().flatten().find_map(|at| {
        let source = sources.get(at)?;
        let (span, written) = replacement(&source, at, &["value", "count"], value)?;
        let old = source.text.get(span.clone())?;
        let (outer, offset) = sources.outermost(source.pos(span.start))?;
        let editable = matches!(outer.kind, SourceKind::Resource | SourceKind::Patch | SourceKind::Kustomization);
        // An inline text has its own quotes and line breaks; where they hide the value, the places do not agree.
        if !editable || outer.made_by.is_some() || outer.text.get(offset..offset + old.len()) != Some(old) {
            return None;
        }
        let text = format!("{}{written}{}", &outer.text[..offset], &outer.text[offset + old.len()..]);
        Some(InPlace { source: outer, at: offset, text })
    })
}
