//! Tags that are not what they look like.

use crate::diagnostics::Source;
use crate::slots::lint::finding::{Finding, Rule};
use crate::slots::lint::model::{Malformed, Model, inside};

/// A finding for each pattern with a malformed tag.
pub(in crate::slots::lint) fn malformed_tags(model: &Model, source: &Source) -> Vec<Finding> {
    let patterns = model.declared.patterns.iter().zip(&model.templates);
    let found = patterns.filter_map(|(pattern, template)| {
        let (what, at, len) = template.malformed()?;
        let (message, label, help) = explain(what, &template.hashed().text());
        let pos = inside(source, &pattern.pattern.0, at);
        Some(
            Finding::warning(Rule::MalformedTag, format!("{message} in the pattern `{}`", pattern.name.value))
                .with(|found| found.label(pos, len, label).help(help))
                .at(format!("patterns[name={}].pattern", pattern.name.value)),
        )
    });
    found.collect()
}

/// What is wrong, what it means, what to do.
pub(in crate::slots::lint) fn explain(what: Malformed, hashed: &str) -> (&'static str, String, &'static str) {
    match what {
        Malformed::Empty => (
            "an empty tag",
            "the whole key is hashed, and a tag behind this one counts for nothing".to_owned(),
            "put what the keys have in common between the braces, or leave them out",
        ),
        Malformed::Unclosed => (
            "a tag without an end",
            "no `}` follows, so the whole key is hashed".to_owned(),
            "close the tag, as in {user:<id>}:profile",
        ),
        Malformed::Nested => (
            "a brace within a tag",
            format!("the tag is `{hashed}`: from the first `{{` to the first `}}`"),
            "write one pair of braces",
        ),
        Malformed::Second => (
            "a second tag",
            format!("this one counts for nothing: the tag is `{hashed}`"),
            "keep the tag that keys which are used together have in common, and write the other part without braces",
        ),
        Malformed::Stray => (
            "a `}` that closes nothing",
            format!("what is hashed is `{hashed}`"),
            "take it out, or put a `{` in front of the part that is meant as a tag",
        ),
    }
}
