//! Findings about placeholders: what is found there is wrong of the placeholder, not of the value that comes in its place.

use crate::diagnostics::{Label, Pos, Sources};
use crate::k8s::Resource;
use crate::kustomize::Context;
use crate::secrets::{Texts, references};

/// Where placeholders stand.
#[derive(Clone, Debug, Default)]
pub struct Unfilled {
    places: Vec<(Pos, String)>,
}

impl Unfilled {
    /// The placeholders of objects.
    pub fn of(objects: &[Resource], cx: &Context<'_>) -> Unfilled {
        let texts = Texts { sources: cx.sources, trace: cx.trace };
        let places = objects.iter().flat_map(|object| references(&object.node)).flat_map(|reference| {
            let (at, _) = texts.place(reference.origin, &reference.text);
            [(cx.trace.pos(reference.origin), String::new()), (at, reference.text)]
        });
        Unfilled { places: places.collect() }
    }

    /// Whether a finding is about one of them.
    pub fn is_about(&self, labels: &[Label], sources: &Sources) -> bool {
        labels.first().is_some_and(|label| {
            self.places.iter().any(|(pos, text)| {
                *pos == label.pos
                    || (!text.is_empty()
                        && sources.get(*pos).is_some_and(|source| {
                            source.contains(label.pos)
                                && (source.offset(label.pos)..source.offset(label.pos) + label.len as usize)
                                    .contains(&source.offset(*pos))
                        }))
            })
        })
    }
}
