//! What changed files make of the rendered objects.

use crate::cli::render::{Rendered, State, render};
use crate::cli::settings::RenderSettings;
use crate::cli::validation::{self, Surroundings, ValidationSettings};
use crate::diagnostics::{Diagnostics, Sources};
use crate::drift::{self, Asked, Matching, Object, Sides};
use crate::k8s::openapi::OpenApi;
use crate::source::FileSystem;

/// What will be different.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// What the changes do to what runs.
    pub consequences: Vec<String>,
    /// Errors that there were none of before.
    pub errors: Vec<String>,
    /// Those of the consequences that say that a change is not taken: by an operator, or the API server.
    pub refused: Vec<String>,
}

/// Renders a target before and after, and compares.
///
/// # Errors
/// When one of them cannot be rendered.
pub fn outcome(
    word: &str,
    before: (&State, &dyn FileSystem),
    after: (&State, &dyn FileSystem),
    settings: &RenderSettings,
) -> Result<Outcome, (Sources, Diagnostics)> {
    let (old, new) = (render(word, before.0, settings)?, render(word, after.0, settings)?);
    let known = errors(&old, before.1);
    let consequences = consequences(&old, &new);
    let refused = consequences.iter().filter(|text| text.contains(drift::WILL_REFUSE)).cloned().collect();
    let mut outcome = Outcome { consequences, errors: errors(&new, after.1), refused };
    outcome.errors.retain(|error| !known.contains(error));
    Ok(outcome)
}

fn errors(rendered: &Rendered, files: &dyn FileSystem) -> Vec<String> {
    let around = Surroundings {
        environment: rendered.environment.as_ref(),
        root: rendered.names.root(),
        files,
        sources: &rendered.sources,
        trace: &rendered.trace,
    };
    let found = validation::findings(&rendered.objects, &around, &ValidationSettings::default());
    let errors = found.iter().filter(|finding| finding.is_error());
    errors
        .map(|finding| match &finding.resource {
            Some(resource) => format!("{resource}: {} ({})", finding.message, finding.rule),
            None => format!("{} ({})", finding.message, finding.rule),
        })
        .collect()
}

fn consequences(old: &Rendered, new: &Rendered) -> Vec<String> {
    fn objects(rendered: &Rendered) -> Vec<Object<'_>> {
        let all = rendered.objects.as_slice().iter();
        all.map(|one| Object { node: &one.node, original_name: Some(one.original_name()) }).collect()
    }
    let (before, after) = (objects(old), objects(new));
    let openapi = OpenApi::default();
    let sides = Sides {
        before: &before,
        after: &after,
        matching: Matching { across_namespaces: false, renames: true },
        openapi: &openapi,
    };
    let mut told = Vec::new();
    for change in drift::changes(&sides, &mut |_: &Asked<'_>| None) {
        let own = change.consequence.iter().cloned();
        for text in own.chain(change.fields.iter().filter_map(|field| field.consequence.clone())) {
            let line = format!("{}: {text}", change.resource);
            if !told.contains(&line) {
                told.push(line);
            }
        }
    }
    told
}
