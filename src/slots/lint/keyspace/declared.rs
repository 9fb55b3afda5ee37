//! Keys of a sample beside what the application says of them.

use std::collections::BTreeMap;

use regex::bytes::RegexSetBuilder;

use crate::diagnostics::Source;
use crate::slots::lint::finding::{Finding, Rule};
use crate::slots::lint::model::{Lifetime, Model, Pattern, inside};
use crate::slots::lint::rules::{is_temporary, percentage};
use crate::slots::render::{bytes, count};

use super::check::no_ttl;
use super::grouped::{Group, by_form};
use super::sample::{KeySample, SampledKey};

/// Findings about keys that the model does not know, or that are not as it says.
pub(super) fn declared(sample: &KeySample, model: &Model, source: &Source) -> Vec<Finding> {
    let mut unknown: Vec<SampledKey> = Vec::new();
    let mut known: BTreeMap<usize, Group<'_>> = BTreeMap::new();
    let patterns = model.templates.iter().map(|template| template.regex());
    let matchers = RegexSetBuilder::new(patterns).size_limit(usize::MAX).build();
    let matchers = matchers.expect("escaped text and fixed classes are a regular expression");
    for key in &sample.keys {
        // The narrowest is the one that says the most; what is equally narrow, the first.
        let pattern = matchers.matches(&key.key).into_iter().max_by_key(|at| {
            let template = &model.templates[*at];
            let any = template.parts().any(|part| part == "*");
            (!any, template.text().len(), usize::MAX - at)
        });
        match pattern {
            Some(at) => known.entry(at).or_default().keys.push(key),
            None => unknown.push(key.clone()),
        }
    }
    let all = sample.weight();
    let mut findings: Vec<Finding> = Vec::new();
    for (at, group) in &known {
        let pattern = &model.declared.patterns[*at];
        findings.extend(of_type(pattern, group));
        findings.extend(of_lifetime(pattern, group, source));
        findings.extend(of_size(pattern, group));
    }
    let unknown = KeySample { keys: unknown, ..KeySample::default() };
    let forms = by_form(&unknown);
    findings.extend(no_ttl(all, &forms));
    findings.extend(forms.into_iter().map(|(form, group)| {
        let share = percentage(group.weight() / all);
        Finding::warning(Rule::Undeclared, format!("the model knows no keys of the form `{form}`: {share} of the keys"))
            .with(|found| {
                found
                    .note(format!("such as `{}`", group.example()))
                    .help("add a pattern for them, or find out who writes them")
            })
            .at(format!("patterns[pattern={form}]"))
    }));
    findings
}

fn path(pattern: &Pattern, field: &str) -> String {
    format!("patterns[name={}].{field}", pattern.name.value)
}

fn of_type(pattern: &Pattern, group: &Group<'_>) -> Option<Finding> {
    let declared = pattern.value_type?;
    let other = Group { keys: group.keys.iter().copied().filter(|key| !declared.value.is(&key.value_type)).collect() };
    let first = other.keys.first()?;
    let message = format!(
        "{} of the keys of `{}` are no {}: `{}` is a {}",
        percentage(other.weight() / group.weight()),
        pattern.name.value,
        declared.value.name(),
        other.example(),
        other.keys.iter().min_by_key(|key| &key.key).map_or(&first.value_type, |key| &key.value_type)
    );
    let found = Finding::warning(Rule::WrongType, message).with(|found| {
        found
            .label(declared.pos, declared.value.name().len(), "declared here")
            .help("correct the model, or the code that writes them")
    });
    Some(found.at(path(pattern, "type")))
}

fn of_lifetime(pattern: &Pattern, group: &Group<'_>, source: &Source) -> Option<Finding> {
    let expires = pattern.ttl.filter(|ttl| matches!(ttl.lifetime, Lifetime::Expires { .. }));
    let stay = Group { keys: group.keys.iter().copied().filter(|key| key.ttl.is_none()).collect() };
    if stay.keys.is_empty() || expires.is_none() && !is_temporary(pattern) {
        return None;
    }
    let message = format!(
        "{} of the keys of `{}` never expire, and the model says that they are temporary",
        percentage(stay.weight() / group.weight()),
        pattern.name.value
    );
    let text = &pattern.pattern.0;
    let (pos, len) = match (expires, pattern.temporary) {
        (Some(ttl), _) => (ttl.pos, ttl.len),
        (None, Some(temporary)) => (temporary.pos, 4),
        (None, None) => (inside(source, text, 0), text.len()),
    };
    let found = Finding::warning(Rule::NoTtl, message).with(|found| {
        found
            .label(pos, len, "declared here")
            .note(format!("such as `{}`", stay.example()))
            .help("find the command that writes them without `EX`, or that takes their time away (`PERSIST`, `SET` without `KEEPTTL`)")
    });
    Some(found.at(path(pattern, "ttl")))
}

fn of_size(pattern: &Pattern, group: &Group<'_>) -> Option<Finding> {
    let most = pattern.max_size?;
    let over: Vec<(u64, &SampledKey)> = group
        .keys
        .iter()
        .filter_map(|key| key.bytes.map(|bytes| (bytes, *key)))
        .filter(|(bytes, _)| *bytes as f64 > most.bytes)
        .collect();
    let (biggest, key) = over.iter().max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.key.cmp(&a.1.key)))?;
    let message = format!(
        "{} of the keys of `{}` that were looked at are larger than {}: `{}` has {}",
        count(over.len() as u64),
        pattern.name.value,
        bytes(most.bytes as u64),
        crate::slots::Shown(&key.key),
        bytes(*biggest)
    );
    let found = Finding::warning(Rule::BigKey, message).with(|found| {
        found.label(most.pos, most.len, "declared here").help("bound what one key may gather, or correct the model")
    });
    Some(found.at(path(pattern, "maxSize")))
}
