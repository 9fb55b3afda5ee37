//! The check of a key model.

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, Embedding, Source, SourceKind, Sources};
use crate::kustomize::decode::Text;

use super::finding::Finding;
use super::model::{KeyModel, Model, Script};
use super::report::{Report, Row};
use super::rules;
use super::shares::{PatternShare, shares, slots_of};

/// Where the texts of scripts come from.
pub trait Scripts {
    /// The file of that name, relative to the key model.
    ///
    /// # Errors
    /// When it cannot be read.
    fn load(&self, file: &Text) -> Result<Arc<Source>, Diagnostic>;
}

/// Checks a key model and the scripts that it names.
///
/// # Errors
/// When a script cannot be read.
pub fn check(model: &Model, source: &Source, scripts: &dyn Scripts, sources: &Sources) -> Result<Report, Diagnostics> {
    let shares = shares(model);
    let mut findings = rules::malformed_tags(model, source);
    findings.extend(rules::cross_slot(model, source));
    findings.extend(rules::spread(model, source, &shares));
    findings.extend(rules::no_ttl(model, source));
    findings.extend(rules::big_keys(model));
    let mut failed = Diagnostics::new();
    for (index, script) in model.declared.scripts.iter().enumerate() {
        let text = if script.source.pos.is_none() {
            scripts.load(&script.file)
        } else {
            embedded(&script.source, source, sources)
        };
        if let Some(text) = failed.take(text) {
            findings.extend(rules::scripts(model, index, &text));
        }
    }
    if failed.has_errors() {
        return Err(failed);
    }
    // By place: the model first, scripts in the order in which they were read.
    findings.sort_by_key(|finding| finding.diagnostic.labels.first().map(|label| label.pos));
    let rows = model.declared.patterns.iter().enumerate().map(|(at, _)| row(model, at, &shares[at])).collect();
    let mut report = Report { findings, rows, checked: model.templates.len(), looked_at: None };
    report.silence(sources);
    Ok(report)
}

/// Checks a script of which no model tells which keys it gets.
pub fn check_script(script: &Arc<Source>, sources: &Sources) -> Report {
    let declared = KeyModel { scripts: vec![Script::default()], ..KeyModel::default() };
    let findings = rules::scripts(&Model { declared, templates: Vec::new() }, 0, script);
    let findings = findings.into_iter().map(|finding| Finding { path: None, ..finding }).collect();
    let mut report = Report { findings, checked: 1, ..Report::default() };
    report.silence(sources);
    report
}

/// A script that stands in the model.
fn embedded(text: &Text, outer: &Source, sources: &Sources) -> Result<Arc<Source>, Diagnostic> {
    let embedding = Embedding { outer: text.pos, literal: text.literal };
    sources
        .add_embedded(outer.path.clone(), text.value.clone(), SourceKind::Config, embedding)
        .map_err(|error| Diagnostic::error("redisops::load::too_large", error.to_string()))
}

fn row(model: &Model, at: usize, share: &PatternShare) -> Row {
    let (pattern, template) = (&model.declared.patterns[at], &model.templates[at]);
    let text = template.text();
    let whole = |number: f64| number.round() as u64;
    Row {
        name: Some(pattern.name.value.clone()),
        pattern: text.to_owned(),
        tag: template.tag().map(|tag| tag.text()),
        namespace: namespace(text).to_owned(),
        keys: share.keys.map(whole),
        keys_share: share.of_keys,
        namespace_share: None,
        bytes: share.keys.zip(pattern.size).map(|(keys, size)| whole(keys * size.bytes)),
        bytes_share: share.of_bytes,
        tags: share.tags.map(whole),
        slots: share.tags.map(|tags| whole(slots_of(tags))),
        expiring: None,
    }
}

/// The first part of a key, up to a colon; braces around it do not count.
pub(super) fn namespace(key: &str) -> &str {
    let key = key.trim_start_matches('{');
    key.split([':', '{', '}']).next().unwrap_or(key)
}
